/** What the workloads of all servers come to: they run the same things, each in its own dialect. */

/** Edges that need no session to be told. */
export const WITHOUT_SESSION: readonly string[] = [
  "sales.customers > mart.copy",
  "sales.customers.name > mart.copy.who",
  "sales.orders > mart.revenue",
  "sales.orders.amount > mart.revenue.total",
  "sales.orders.customer > mart.revenue.customer",
];

/** Edges that go through temporary tables. */
export const NEEDS_SESSION: readonly string[] = [
  "sales.customers > mart.by_country",
  "sales.customers > mart.top",
  "sales.customers.country > mart.by_country.country",
  "sales.customers.name > mart.top.name",
  "sales.orders > mart.by_country",
  "sales.orders.amount > mart.by_country.total",
];

/** Edges of the routine that is called. */
export const ROUTINE: readonly string[] = [
  "mart.big > mart.top",
  "sales.customers > mart.top",
  "sales.customers.name > mart.top.name",
];

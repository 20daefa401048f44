import {
  columnLineage,
  type ColumnStep,
  edgeChanges,
  evidenceOf,
  lineageGaps,
  lineageOf,
  deleteService,
  renameService,
} from "@headwater/catalog";
import type { JsonObject } from "@headwater/core";
import { expect, test } from "vitest";
import { TestCatalog } from "./catalog-of.ts";

const shop = (): TestCatalog =>
  new TestCatalog()
    .table("orders", "id", "customer", "amount")
    .table("revenue", "customer", "total")
    .view(
      "big",
      ["customer", "n"],
      "CREATE VIEW s.big (customer, n) AS SELECT o.customer, o.amount * 2 FROM orders o WHERE o.id > 7",
    );

test("a view's columns come from the columns its definition names", async () => {
  const catalog = shop();
  const result = await catalog.read();
  expect(result).toMatchObject({ state: "success", definitions: { read: 1, unchanged: 0, ended: 0, withGaps: 0 } });
  expect(catalog.edges()).toEqual([
    "orders > big",
    "orders.amount > big.n",
    "orders.customer > big.customer",
    "orders.id > big",
  ]);
  const [evidence] = evidenceOf(
    catalog.db,
    { table: "svc.d.s.orders", column: "amount" },
    { table: "svc.d.s.big", column: "n" },
  );
  const claim = evidence?.claims[0];
  expect(claim).toMatchObject({ from: "amount", to: "n", how: ["TRANSFORMATION"], sure: "exact" });
  expect(evidence?.text.slice(claim?.start, claim?.end)).toBe("o.amount * 2");
});

test("a definition that is only a query gives its columns to the view, by position where names differ", async () => {
  const catalog = new TestCatalog().table("t", "a", "b").view("v", ["x", "y"], "SELECT a, b AS other FROM t");
  await catalog.read();
  expect(catalog.edges()).toEqual(["t > v", "t.a > v.x", "t.b > v.y"]);
});

test("what did not change is not read again, and what changed is", async () => {
  const catalog = shop();
  await catalog.read();
  expect((await catalog.derive()).definitions).toEqual({ read: 0, unchanged: 1, ended: 0, withGaps: 0 });
  // A table the view names has another column now: the view is read again, although its text is the same.
  catalog.table("orders", "id", "customer", "amount", "currency");
  expect((await catalog.read()).definitions).toMatchObject({ read: 1, unchanged: 0 });
  // One nobody names has, too: nothing to do.
  catalog.table("revenue", "customer", "total", "day");
  expect((await catalog.read()).definitions).toMatchObject({ read: 0, unchanged: 1 });
  expect((await catalog.derive({ all: true })).definitions).toMatchObject({ read: 1 });
});

test("view edges end with the definition and come back with it; runs say what they changed", async () => {
  const catalog = shop();
  const first = await catalog.read();
  catalog.source.drop("table", ["d", "s", "big"]);
  const second = await catalog.read();
  expect(second).toMatchObject({ definitions: { ended: 1 }, edges: { added: 0, removed: 4 } });
  expect(catalog.edges()).toEqual([]);
  expect(edgeChanges(catalog.db, Number(first.runId), Number(second.runId))).toHaveLength(4);
  catalog.view(
    "big",
    ["customer", "n"],
    "CREATE VIEW s.big (customer, n) AS SELECT o.customer, o.amount * 2 FROM orders o WHERE o.id > 7",
  );
  const third = await catalog.read();
  expect(third.edges).toEqual({ added: 4, removed: 0 });
  // What came and went in between is no difference.
  expect(edgeChanges(catalog.db, Number(first.runId), Number(third.runId))).toEqual([]);
});

test("a name nothing is known of is kept, and found when its table appears", async () => {
  const catalog = new TestCatalog().view("v", ["a", "b"], "CREATE VIEW s.v AS SELECT * FROM later");
  await catalog.read();
  expect(catalog.edges()).toEqual(["later > v", "later.* > v.*"]);
  expect(lineageGaps(catalog.db, null, 10)).toMatchObject({
    dialects: [{ dialect: "postgres", statements: 1, unresolved: 1 }],
    statements: [{ key: "svc.d.s.v", unresolved: ["svc.d.s.later"] }],
  });
  catalog.table("later", "a", "b");
  await catalog.read();
  expect(catalog.edges()).toEqual(["later > v", "later.a > v.a", "later.b > v.b"]);
  expect(lineageGaps(catalog.db, null, 10).statements).toEqual([]);
});

test("a routine moves data between tables, through temporary ones too, and reads what it only selects", async () => {
  const catalog = shop().routine(
    "build()",
    `CREATE PROCEDURE s.build() LANGUAGE plpgsql AS $$
     DECLARE n int;
     BEGIN
       CREATE TEMP TABLE step AS SELECT customer, sum(amount) AS total FROM orders WHERE id > 3 GROUP BY customer;
       INSERT INTO revenue (customer, total) SELECT customer, total FROM step;
       SELECT count(*) INTO n FROM big;
     END $$`,
  );
  await catalog.read();
  const own = catalog.edges().filter((edge) => /> (revenue|build)/.test(edge) || /"build/.test(edge));
  expect(own).toEqual([
    "big > build()",
    "big.* > build()",
    "orders > revenue",
    "orders.amount > revenue.total",
    "orders.customer > revenue",
    "orders.customer > revenue.customer",
    "orders.id > revenue",
  ]);
});

test("a view that calls a routine comes from what the routine reads", async () => {
  const catalog = new TestCatalog()
    .table("t", "a")
    .routine("f()", "CREATE FUNCTION s.f() RETURNS SETOF int LANGUAGE sql AS 'SELECT a FROM s.t'")
    .view("v", ["x"], "CREATE VIEW s.v AS SELECT x FROM s.f() AS g(x)");
  await catalog.read();
  const graph = lineageOf(catalog.db, "svc.d.s.v", 5, 0);
  expect(graph.nodes.map(({ fqn, level }) => [fqn, level])).toEqual([
    ["svc.d.s.v", 0],
    ["svc.d.s.f()", -1],
    ["svc.d.s.t", -2],
  ]);
});

test("what calls a routine in an expression comes from it; a function of the database's own, or one of several, is none", async () => {
  const catalog = new TestCatalog()
    .table("t", "a", "b")
    .table("log", "x")
    .routine("rate(integer)", "CREATE FUNCTION s.rate(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'")
    .routine("twice(integer)", "CREATE FUNCTION s.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'")
    .routine("twice(text)", "CREATE FUNCTION s.twice(n text) RETURNS text LANGUAGE sql AS 'SELECT n || n'")
    .routine("coalesce(integer)", "CREATE FUNCTION s.coalesce(n int) RETURNS int LANGUAGE sql AS 'SELECT 1'")
    .routine(
      "deep(integer)",
      `CREATE FUNCTION s.deep(n int) RETURNS int LANGUAGE plpgsql AS $$
       DECLARE r int := s.rate(1);
       BEGIN
         IF n > 0 THEN INSERT INTO log SELECT RATE(b) FROM t; RETURN deep(n - 1); END IF;
         RETURN r;
       END $$`,
    )
    .view(
      "v",
      ["x"],
      "CREATE VIEW s.v AS SELECT s.rate(t.a) AS x, twice(t.b), coalesce(t.b, 0) FROM t WHERE s.deep(1) > later(2)",
    )
    .view("named", ["x"], "CREATE VIEW s.named AS SELECT s.coalesce(1) AS x");
  await catalog.read();
  const called = (): string[] => catalog.edges().filter((edge) => edge.includes(") >"));
  expect(called()).toEqual([
    "coalesce(integer) > named",
    "deep(integer) > v",
    "rate(integer) > deep(integer)",
    "rate(integer) > log",
    "rate(integer) > v",
  ]);
  const [evidence] = evidenceOf(
    catalog.db,
    { table: "svc.d.s.rate(integer)", column: null },
    { table: "svc.d.s.v", column: null },
  );
  expect(evidence).toMatchObject({ origin: "view", claims: [{ rule: "call", sure: "exact" }] });
  // A routine that comes, and one that is no longer the only one of its name, change what its callers say.
  catalog
    .routine("later(integer)", "CREATE FUNCTION s.later(n int) RETURNS int LANGUAGE sql AS 'SELECT n'")
    .routine("rate(text)", "CREATE FUNCTION s.rate(n text) RETURNS int LANGUAGE sql AS 'SELECT 1'");
  await catalog.read();
  expect(called()).toEqual(["coalesce(integer) > named", "deep(integer) > v", "later(integer) > v"]);
});

test("what cannot be read is a gap, and credentials are not kept", async () => {
  const catalog = shop().routine(
    "dyn()",
    "CREATE PROCEDURE s.dyn() LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'INSERT INTO ' || tab || ' SELECT 1'; PERFORM dblink('host=h password=hunter2'); END $$",
  );
  const { definitions } = await catalog.read();
  expect(definitions.withGaps).toBe(1);
  const { dialects, statements } = lineageGaps(catalog.db, null, 10);
  expect(dialects[0]?.reasons["dynamic sql"]).toBe(1);
  expect(statements[0]).toMatchObject({ origin: "procedure", key: "svc.d.s.dyn()" });
  expect(JSON.stringify(catalog.db.all("SELECT * FROM statement"))).not.toContain("hunter2");
});

test("definitions that are not covered keep what they said", async () => {
  const catalog = shop();
  await catalog.read();
  const before = catalog.edges();
  await catalog.derive({ views: false });
  await catalog.derive({ covers: () => false });
  expect(catalog.edges()).toEqual(before);
});

test("a service that is renamed keeps its lineage; one that is deleted takes it along", async () => {
  const catalog = shop();
  await catalog.read();
  renameService(catalog.db, "svc", "new", catalog.clock.now());
  expect(lineageOf(catalog.db, "new.d.s.orders", 0, 1).edges).toMatchObject([{ to: "new.d.s.big", origins: ["view"] }]);
  expect((await catalog.derive({ service: "new" })).edges).toEqual({ added: 0, removed: 0 });
  deleteService(catalog.db, "new", catalog.clock.now());
  expect(catalog.edges()).toEqual([]);
});

test("a graph with a cycle ends, and says when there is more", async () => {
  const catalog = new TestCatalog()
    .table("a", "x")
    .table("b", "x")
    .table("c", "x")
    .routine(
      "r()",
      "CREATE PROCEDURE s.r() LANGUAGE sql AS $$ INSERT INTO b SELECT x FROM a; INSERT INTO a SELECT x FROM b; INSERT INTO c SELECT x FROM b $$",
    );
  await catalog.read();
  const graph = lineageOf(catalog.db, "svc.d.s.a", 9, 9);
  expect(graph.edges.map(({ from, to }) => `${from.slice(8)}>${to.slice(8)}`).toSorted()).toEqual([
    "a>b",
    "b>a",
    "b>c",
  ]);
  expect(graph.more).toEqual({ up: false, down: false });
  expect(lineageOf(catalog.db, "svc.d.s.a", 0, 1).more).toEqual({ up: true, down: true });
});

test("what a rule writes comes from the table it is on, until the rule is dropped or disabled", async () => {
  const logged = {
    "log it":
      'CREATE RULE "log it" AS ON UPDATE TO s.orders DO INSERT INTO s.log (id, was) VALUES (old.id, old.amount)',
    answer: "CREATE RULE answer AS ON INSERT TO s.orders DO SELECT customers.id FROM s.customers",
  };
  const columns = ["id", "amount"];
  const catalog = new TestCatalog().table("log", "id", "was").table("customers", "id").ruled("orders", columns, logged);
  expect(await catalog.read()).toMatchObject({ definitions: { read: 2, withGaps: 0 } });
  const edges = ["orders > log", "orders.amount > log.was", "orders.id > log.id"];
  expect(catalog.edges()).toEqual(edges);
  const [evidence] = evidenceOf(
    catalog.db,
    { table: "svc.d.s.orders", column: null },
    { table: "svc.d.s.log", column: null },
  );
  expect(evidence).toMatchObject({ origin: "view", key: "svc.d.s.orders.log it" });
  expect((await catalog.read()).definitions).toMatchObject({ read: 0, unchanged: 2 });
  await catalog.ruled("orders", columns, logged, true).read();
  expect(catalog.edges()).toEqual([]);
  await catalog.ruled("orders", columns, logged).read();
  expect(catalog.edges()).toEqual(edges);
  await catalog.ruled("orders", columns, { answer: logged.answer }).read();
  expect(catalog.edges()).toEqual([]);
});

test("a view with rules is read by both its definition and them", async () => {
  const catalog = new TestCatalog().table("t", "a", "b");
  const facts = {
    tableType: "View" as const,
    columns: [{ name: "a", dataType: "INT" as const }],
    schemaDefinition: "CREATE VIEW s.v AS SELECT t.a FROM s.t",
    source: {
      rules: [
        {
          name: "ins",
          definition: "CREATE RULE ins AS ON INSERT TO s.v DO INSTEAD INSERT INTO s.t (b) VALUES (new.a)",
        },
      ],
    },
  };
  catalog.source.put("table", { path: ["d", "s", "v"], kind: "View", facts });
  expect((await catalog.read()).definitions).toMatchObject({ read: 2 });
  expect(catalog.edges()).toEqual(["t > v", "t.a > v.a", "v > t", "v.a > t.b"]);
});

test("what a trigger runs is lineage from the table it is on, as long as there is the trigger", async () => {
  const catalog = new TestCatalog().table("log", "id", "was");
  const orders = (source: object): object => ({
    tableType: "Regular",
    columns: [
      { name: "id", dataType: "INT" },
      { name: "amount", dataType: "INT" },
    ],
    source,
  });
  const put = (source: object): TestCatalog => {
    catalog.source.put("table", { path: ["d", "s", "orders"], kind: "Regular", facts: orders(source) as never });
    return catalog;
  };
  const definition =
    "CREATE TRIGGER `keep` AFTER UPDATE ON `s`.`orders` FOR EACH ROW BEGIN SET NEW.amount = 1; INSERT INTO log (id, was) VALUES (OLD.id, OLD.amount); END";
  const run = { dialect: "mysql" } as const;
  await put({ triggers: [{ name: "keep", definition }] }).read(run);
  expect(catalog.edges()).toEqual(["orders > log", "orders.amount > log.was", "orders.id > log.id"]);
  const [evidence] = evidenceOf(
    catalog.db,
    { table: "svc.d.s.orders", column: null },
    { table: "svc.d.s.log", column: null },
  );
  expect(evidence).toMatchObject({ origin: "procedure", key: "svc.d.s.orders.keep" });
  await put({}).read(run);
  expect(catalog.edges()).toEqual([]);
});

test("what a trigger's function writes comes from each table that has such a trigger, for as long as both are there", async () => {
  const audit = (column: string): string => `CREATE OR REPLACE FUNCTION util.audit()
    RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO log (x, op) SELECT NEW.${column}, TG_OP;
      RETURN NEW;
    END $$`;
  const catalog = new TestCatalog();
  const routine = (code: string): void => {
    const facts = { storedProcedureCode: { language: "SQL" as const, code } };
    catalog.source.put("storedProcedure", { path: ["d", "util", "audit()"], kind: "Function", facts });
  };
  const table = (schema: string, name: string, columns: string[], triggers: object[] = []): void => {
    const facts = {
      tableType: "Regular" as const,
      columns: columns.map((column) => ({ name: column, dataType: "INT" as const })),
      source: (triggers.length === 0 ? {} : { triggers }) as JsonObject,
    };
    catalog.source.put("table", { path: ["d", schema, name], kind: "Regular", facts });
  };
  const logged = (on: string, more: object = {}): object => ({
    name: "logged",
    definition: `CREATE TRIGGER logged AFTER INSERT ON s.${on} FOR EACH ROW EXECUTE FUNCTION util.audit()`,
    function: { schema: "util", name: "audit()" },
    ...more,
  });
  catalog.source.put("databaseSchema", { path: ["d", "util"], kind: "Schema", facts: {} });
  routine(audit("x"));
  // Names are the function's: its schema goes before the table's.
  table("util", "log", ["x", "op"]);
  table("s", "log", ["x", "op"]);
  table("s", "a", ["x", "y"], [logged("a")]);
  table("s", "b", ["x", "y"], [logged("b")]);
  table("s", "off", ["x", "y"], [logged("off", { disabled: true })]);
  table("s", "other", ["x"], [logged("other", { function: { schema: "util", name: "in_c()" } })]);
  expect(await catalog.read()).toMatchObject({ definitions: { read: 3, withGaps: 0 } });
  const log = "svc.d.util.log";
  expect(catalog.edges()).toEqual([`a > ${log}`, `a.x > ${log}.x`, `b > ${log}`, `b.x > ${log}.x`]);
  const [evidence] = evidenceOf(catalog.db, { table: "svc.d.s.a", column: "x" }, { table: log, column: "x" });
  expect(evidence).toMatchObject({ origin: "procedure", key: "svc.d.s.a.logged" });
  const [claim] = evidence?.claims ?? [];
  expect(evidence?.text.slice(claim?.start, claim?.end)).toBe("NEW.x");
  expect((await catalog.read()).definitions).toMatchObject({ read: 0, unchanged: 3 });

  routine(audit("y"));
  expect((await catalog.read()).definitions).toMatchObject({ read: 3 });
  expect(catalog.edges()).toEqual([`a > ${log}`, `a.y > ${log}.x`, `b > ${log}`, `b.y > ${log}.x`]);
  table("s", "a", ["x", "y"]);
  await catalog.read();
  expect(catalog.edges()).toEqual([`b > ${log}`, `b.y > ${log}.x`]);
  table("s", "b", ["x", "y"], [logged("b", { disabled: true })]);
  await catalog.read();
  expect(catalog.edges()).toEqual([]);
  table("s", "b", ["x", "y"], [logged("b")]);
  await catalog.read();
  expect(catalog.edges()).toEqual([`b > ${log}`, `b.y > ${log}.x`]);
  catalog.source.drop("storedProcedure", ["d", "util", "audit()"]);
  await catalog.read();
  expect(catalog.edges()).toEqual([]);
});

test("a dictionary is filled from the table or the query its definition names", async () => {
  const catalog = new TestCatalog().table("countries", "code", "name").table("rates", "id", "rate");
  const dictionary = (name: string, columns: string[], source: string): void => {
    const facts = {
      tableType: "Regular" as const,
      columns: columns.map((column) => ({ name: column, dataType: "INT" as const })),
      schemaDefinition: `CREATE DICTIONARY s.${name} (${columns.map((column) => `\`${column}\` String`).join(", ")}) PRIMARY KEY ${columns[0]} SOURCE(${source}) LIFETIME(MIN 0 MAX 3600) LAYOUT(HASHED())`,
      source: { dictionary: { source } },
    };
    catalog.source.put("table", { path: ["d", "s", name], kind: "Regular", facts });
  };
  dictionary("by_code", ["code", "name"], "CLICKHOUSE(TABLE 'countries' DB 's' USER 'reader' PASSWORD '[HIDDEN]')");
  dictionary("doubled", ["id", "twice"], "CLICKHOUSE(QUERY 'SELECT id, rate * 2 AS twice FROM s.rates')");
  dictionary("elsewhere", ["code"], "MYSQL(HOST 'db' PORT 3306 USER 'u' PASSWORD '[HIDDEN]' DB 's' TABLE 'countries')");
  dictionary("remote", ["code"], "CLICKHOUSE(HOST 'other' TABLE 'countries' DB 's')");
  await catalog.read({ dialect: "clickhouse" });
  expect(catalog.edges()).toEqual([
    "countries > by_code",
    "countries.code > by_code.code",
    "countries.name > by_code.name",
    "rates > doubled",
    "rates.id > doubled.id",
    "rates.rate > doubled.twice",
  ]);
});

test("what another text says already is no new edge of a run", async () => {
  const says = "CREATE RULE r AS ON INSERT TO s.orders DO INSERT INTO s.log (id) VALUES (new.id)";
  const catalog = new TestCatalog().table("log", "id", "was").ruled("orders", ["id"], { r: says });
  const first = await catalog.read();
  catalog.routine("p", "CREATE PROCEDURE s.p() LANGUAGE sql AS 'INSERT INTO s.log (id) SELECT id FROM s.orders'");
  const second = await catalog.read();
  expect(second.edges.added).toBeGreaterThan(0);
  expect(edgeChanges(catalog.db, Number(first.runId), Number(second.runId))).toEqual([]);
  await catalog.ruled("orders", ["id"], {}).read();
  catalog.source.drop("storedProcedure", ["d", "s", "p"]);
  const last = await catalog.read();
  expect(catalog.edges()).toEqual([]);
  expect(edgeChanges(catalog.db, Number(second.runId), Number(last.runId)).map(({ added }) => added)).toEqual([
    false,
    false,
  ]);
  expect(edgeChanges(catalog.db, 0, Number(second.runId)).map(({ added }) => added)).toEqual([true, true]);
});

const OF_CUSTOMER = "SELECT id, total * 1.2 FROM s.orders WHERE customer_id = c";

/** A catalog with a function of this definition and a view of it, and where an order's total gets to. */
async function throughFunction(definition: string): Promise<{ catalog: TestCatalog; steps: () => ColumnStep[] }> {
  const catalog = new TestCatalog()
    .table("orders", "id", "total", "customer_id")
    .table("totals", "order_id", "amount")
    .table("customer", "id", "name");
  catalog.routine("of_customer(int)", definition);
  const view = "SELECT c.name, f.amount AS paid FROM s.customer c, LATERAL s.of_customer(c.id) f";
  catalog.view("paid", ["name", "paid"], `CREATE VIEW s.paid AS ${view}`);
  await catalog.read();
  const steps = (): ColumnStep[] => columnLineage(catalog.db, { table: "svc.d.s.orders", column: "total" }, "down", 9);
  return { catalog, steps };
}
const TO_PAID = [
  { table: "svc.d.s.of_customer(int)", column: "amount" },
  { table: "svc.d.s.paid", column: "paid" },
];

test("columns are followed through a function that declares the rows it gives", async () => {
  const header = "CREATE FUNCTION s.of_customer(c int) RETURNS TABLE(order_id int, amount numeric(12, 2)) LANGUAGE";
  const { catalog, steps } = await throughFunction(`${header} sql AS $$ ${OF_CUSTOMER} $$`);
  const before = steps();
  expect(before.map(({ table, column }) => ({ table, column }))).toEqual(TO_PAID);
  // The same in PL/pgSQL; what else it selects is not given to anybody.
  const body = `BEGIN PERFORM id, customer_id FROM s.orders; RETURN QUERY ${OF_CUSTOMER}; END`;
  catalog.routine("of_customer(int)", `${header} plpgsql AS $$ ${body} $$`);
  await catalog.read();
  expect(steps()).toEqual(before);
});

test.each([
  ["RETURNS SETOF s.totals", "c int"],
  ["RETURNS SETOF record", "c int, OUT order_id int, OUT amount numeric(12, 2)"],
])("so they are through one that gives rows of another kind: %s", async (returns, parameters) => {
  const definition = `CREATE FUNCTION s.of_customer(${parameters}) ${returns} LANGUAGE sql AS $$ ${OF_CUSTOMER} $$`;
  const { steps } = await throughFunction(definition);
  expect(steps().map(({ table, column }) => ({ table, column }))).toEqual(TO_PAID);
});

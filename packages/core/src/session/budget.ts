import { HeadwaterError } from "../errors.ts";
import { type Decorator, driverAround } from "./decorator.ts";

/** What a run may ask of its source. */
export interface Budget {
  queries?: number;
  /** Bytes the source charges for. A source that bills nothing spends none. */
  bytes?: number;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** Reads `queries=500,bytes=10GB`; `null` for anything else. */
export function parseBudget(text: string): Budget | null {
  const budget: Budget = {};
  for (const part of text.split(",")) {
    const [, what, number, unit = ""] = /^\s*(queries|bytes)=(\d+(?:\.\d+)?)([a-z]*)\s*$/i.exec(part) ?? [];
    const factor = UNITS[unit.toUpperCase()];
    if (what === undefined || factor === undefined || (what === "queries" && unit !== "")) return null;
    budget[what as keyof Budget] = Math.floor(Number(number) * factor);
  }
  return budget;
}

/** How a budget is written, for messages. */
export const BUDGET_WORDS = "queries=500, bytes=10GB, or both with a comma between";

/**
 * Stops the run before the query that would exceed the budget of all its sessions together, with a `HeadwaterError`
 * (`held`). What a query will be charged for is known when it has been answered: the one that spends the last bytes is
 * the last.
 */
export function limitBudget(budget: Budget): Decorator {
  const spent = { queries: 0, bytes: 0 };
  return (connect) => async (config, options) => {
    const driver = await connect(config, options);
    return driverAround(driver, {
      async *request(name, args, signal, after) {
        if (budget.queries !== undefined && spent.queries >= budget.queries)
          throw exceeded(`${budget.queries} queries`, name);
        if (budget.bytes !== undefined && spent.bytes >= budget.bytes)
          throw exceeded(`${budget.bytes} bytes (${spent.bytes} are spent)`, name);
        spent.queries += 1;
        for await (const page of driver.request(name, args, signal, after)) {
          spent.bytes += page.bill?.bytes ?? 0;
          yield page;
        }
      },
    });
  };
}

function exceeded(limit: string, request: string): HeadwaterError {
  return new HeadwaterError("held", `The budget of ${limit} is used up; the request ${request} was not made.`, {
    hint: "What was read is committed. The same command with a new budget goes on from here.",
  });
}

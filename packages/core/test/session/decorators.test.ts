import { expect, test } from "vitest";
import {
  type Connector,
  count,
  decorate,
  driverAround,
  hideLiterals,
  injectFaults,
  limitBudget,
  limitTime,
  mark,
  noSessionCounts,
  type Page,
  parseBudget,
  SourceError,
  type Step,
} from "../../src/index.ts";
import { memoryConnector } from "../../src/memory/memory-source.ts";
import { ask, poolOf, SCHEMAS, shelf } from "./reading.ts";

test("counts what all sessions ask and get", async () => {
  const counts = noSessionCounts();
  const pool = poolOf(shelf(), count(counts));
  await ask(pool, "a", "list", SCHEMAS);
  await ask(pool, "b", "read", SCHEMAS);
  await ask(pool, "c", "list", SCHEMAS);
  expect(counts).toMatchObject({ queries: 3, pages: 3, rows: 6, bytes: 0 });
  expect([...counts.byRequest]).toEqual([
    ["list", 2],
    ["read", 1],
  ]);
  expect(pool.queries).toBe(3);
});

test("the last decorator is asked first", async () => {
  const order: string[] = [];
  const note = (name: string) => injectFaults(({ at }) => void (at === "request" && order.push(name)));
  await ask(poolOf(shelf(), note("inner"), note("outer")), "a", "list", SCHEMAS);
  expect(order).toEqual(["outer", "inner"]);
});

test.each([
  ["queries=500", { queries: 500 }],
  ["bytes=10GB", { bytes: 10e9 }],
  ["queries=5, bytes=1.5GiB", { queries: 5, bytes: 1.5 * 2 ** 30 }],
  ["bytes=0", { bytes: 0 }],
  ["queries=5KB", null],
  ["rows=5", null],
  ["500", null],
  ["bytes=ten", null],
])("reads the budget %s", (text, budget) => {
  expect(parseBudget(text)).toEqual(budget);
});

test("a budget of queries stops before the one too many, over all sessions", async () => {
  const source = shelf();
  const pool = poolOf(source, limitBudget({ queries: 2 }));
  await ask(pool, "a", "list", SCHEMAS);
  await ask(pool, "b", "list", SCHEMAS);
  const asked = source.requests;
  await expect(ask(pool, "c", "list", SCHEMAS)).rejects.toMatchObject({ exit: "held", message: /budget of 2 queries/ });
  expect(source.requests).toBe(asked);
});

test("a budget of bytes stops once they are spent", async () => {
  const billed = decorate(memoryConnector(shelf()), (connect) => async (config, options) => {
    const driver = await connect(config, options);
    return driverAround(driver, {
      async *request(...what) {
        for await (const page of driver.request(...what)) yield { ...page, bill: { bytes: 600 } };
      },
    });
  });
  const pool = poolOf(billed, limitBudget({ bytes: 1_000 }));
  await ask(pool, "a", "list", SCHEMAS);
  await ask(pool, "b", "list", SCHEMAS);
  await expect(ask(pool, "c", "list", SCHEMAS)).rejects.toMatchObject({ exit: "held", message: /1200 are spent/ });
});

test("an answer that takes too long is cancelled, even where nobody hears the cancelling", async () => {
  const deaf = shelf();
  deaf.before = ({ name }) => (name === "list" ? new Promise<void>(() => undefined) : undefined);
  await expect(ask(poolOf(deaf, limitTime(20)), "a", "list", SCHEMAS)).rejects.toMatchObject({ code: "timeout" });
  await expect(ask(poolOf(shelf(), limitTime(10_000)), "a", "list", SCHEMAS)).resolves.toHaveLength(3);
});

/** A source of three pages that is throttled at some of the round trips. */
function paged(throttledAt: readonly number[], stateless: boolean): { asked: unknown[]; connector: Connector } {
  const asked: unknown[] = [];
  const connector = decorate(
    { ...memoryConnector(shelf()), stateless },
    (connect) => async (config, options) =>
      driverAround(await connect(config, options), {
        async *request(name, _args, _signal, after): AsyncGenerator<Page> {
          for (let page = typeof after === "number" ? after : 0; page < 3; page += 1) {
            asked.push(page);
            if (throttledAt.includes(asked.length - 1)) throw new SourceError("throttled", `${name}: too fast`);
            const rows = [[`row ${page}`, "Schema", null, null]];
            yield page < 2 ? { rows, next: page + 1 } : { rows };
          }
        },
      }),
  );
  return { asked, connector };
}
const rowsOf = async (connector: Connector): Promise<number> => {
  const opened = await poolOf(connector).acquire("");
  let rows = 0;
  for await (const page of opened.driver.request("list", {}, new AbortController().signal)) rows += page.rows.length;
  return rows;
};

test("a throttled page is asked for again, and no page that came", async () => {
  const source = paged([0, 2, 3, 5], true);
  await expect(rowsOf(source.connector)).resolves.toBe(3);
  expect(source.asked).toEqual([0, 0, 1, 1, 1, 2, 2]);
});

test("a source that is throttled for good is given up, and requests that do not stand alone are asked once", async () => {
  const always = paged(
    Array.from({ length: 100 }, (_, at) => at + 1),
    true,
  );
  await expect(rowsOf(always.connector)).rejects.toMatchObject({ code: "throttled" });
  expect(always.asked).toHaveLength(9);
  const once = paged([1], false);
  await expect(rowsOf(once.connector)).rejects.toMatchObject({ code: "throttled" });
  expect(once.asked).toEqual([0, 1]);
});

test("a mark reaches the connector", async () => {
  const marks: (string | undefined)[] = [];
  const pool = poolOf(
    shelf(),
    (connect) => (config, options) => {
      marks.push(options.mark);
      return connect(config, options);
    },
    mark("shop.metadata"),
  );
  await ask(pool, "a", "list", SCHEMAS);
  expect(marks).toEqual(["headwater shop.metadata"]);
});

test("faults happen at the step they are meant for", async () => {
  const steps: Step[] = [];
  const pool = poolOf(
    shelf(),
    injectFaults((step, page) => {
      steps.push(step);
      if (step.at === "request" && step.work === "bad") throw new SourceError("throttled", "later");
      if (step.at === "page" && step.before === 0) return { rows: page?.rows.slice(0, 1) ?? [] };
      return undefined;
    }),
  );
  await expect(ask(pool, "good", "list", SCHEMAS)).resolves.toHaveLength(1);
  await expect(ask(pool, "good", "list", SCHEMAS)).resolves.toHaveLength(3);
  await expect(ask(pool, "bad", "list", SCHEMAS)).rejects.toMatchObject({ code: "throttled" });
  expect(steps.map(({ at, before }) => `${at} ${before}`)).toEqual(
    ["connect 0", "begin 0", "request 0", "page 0", "end 0"].concat([
      "begin 1",
      "request 1",
      "page 1",
      "end 1",
      "begin 2",
      "request 2",
    ]),
  );
});

test.each([
  ["SELECT 'ana' || \"Na me\", 42 FROM t1", "SELECT '***' || \"Na me\", 0 FROM t1"],
  ["status = ANY (ARRAY['open'::text, ''])", "status = ANY (ARRAY['***'::text, ''])"],
  ["x numeric(10,2) DEFAULT 7.5, y character varying(20)", "x numeric(10,2) DEFAULT 0, y character varying(20)"],
  ["AS $f$ BEGIN RETURN 'it''s'; END $f$", "AS $f$ BEGIN RETURN '***'; END $f$"],
  ["-- call Ana\nSELECT 1 /* 42 */", "-- ***\nSELECT 0 /* *** */"],
  ["a = E'it\\'s' AND b = 'secret'", "a = E'***'"],
  ["SELECT [my col], `other col`", "SELECT [my col], `other col`"],
  ["x = $1 AND y > -3.5e10", "x = $1 AND y > -0"],
  ["'never closed", "'***'"],
])("hides the literals of %s", (sql, hidden) => {
  expect(hideLiterals(sql)).toBe(hidden);
});

import { expect, test } from "vitest";
import { type PoolTask, analyze, createPool, schemaOf } from "../src/index.ts";

const task = (sql: string): PoolTask => ({ sql, dialect: "postgres" });

test("results come in order and are those of analyze()", async () => {
  await using pool = createPool({ size: 2 });
  const tasks = Array.from({ length: 60 }, (_, i) =>
    task(
      i % 10 === 0
        ? `insert into t${i} ${Array.from({ length: 500 }, () => "select a from s").join(" union all ")}`
        : `insert into t${i} select a from s${i}`,
    ),
  );
  let index = 0;
  for await (const result of pool.analyzeAll(tasks)) {
    const { sql } = tasks[index]!;
    expect(result).toEqual(await analyze(sql, { dialect: "postgres" }));
    index++;
  }
  expect(index).toBe(tasks.length);
});

test("no more is taken from a source than the workers can read", async () => {
  await using pool = createPool({ size: 1 });
  let taken = 0;
  function* source(): Generator<PoolTask> {
    for (; taken < 1000; taken++) yield task(`select a from t${taken}`);
  }
  const results = pool.analyzeAll(source());
  for (let i = 1; i <= 5; i++) {
    await results.next();
    expect(taken).toBeLessThanOrEqual(i + 3);
  }
  await results.return();
});

test("a text that takes too long is a gap, and the worker is replaced", async () => {
  await using pool = createPool({ size: 1, timeLimit: 1500 });
  // Warm: starting a worker counts too.
  await pool.analyze(task("select a from t"));
  const slow = Array.from(
    { length: 400_000 },
    (_, i) => `insert into t${i} select a, b, c from s${i} where d = 1;`,
  ).join("\n");
  const [{ statements }, after] = await Promise.all([pool.analyze(task(slow)), pool.analyze(task("select b from u"))]);
  expect(statements).toMatchObject([{ kind: "unknown", span: [0, slow.length], gaps: [{ reason: "time" }] }]);
  expect(after.statements[0]!.reads.map(({ id }) => id)).toEqual(["u"]);
});

test("a text that takes too much memory is a gap, and the worker is replaced", async () => {
  await using pool = createPool({ size: 1, memoryLimit: 24, timeLimit: 60_000 });
  const big = Array.from({ length: 60_000 }, (_, i) => `insert into t${i} select a, b, c from s${i} where d = 1;`).join(
    "\n",
  );
  const [{ statements }, after] = await Promise.all([pool.analyze(task(big)), pool.analyze(task("select b from u"))]);
  expect(statements).toMatchObject([{ kind: "unknown", gaps: [{ reason: "memory" }] }]);
  expect(after.statements[0]!.reads.map(({ id }) => id)).toEqual(["u"]);
});

test("the schema provider is asked here, and may fail for one text alone", async () => {
  const tables = schemaOf({ "app.t": ["a", "b"] });
  await using pool = createPool({
    size: 1,
    schema: (requests) => {
      if (requests.some(({ name }) => name.includes("broken"))) throw new Error("the catalog is away");
      return tables(requests);
    },
  });
  const known = await pool.analyze({ ...task("select * from t"), defaults: { searchPath: ["app"] } });
  expect(known.statements[0]!.columns.map(({ from }) => `${from.table}.${from.column}`)).toEqual([
    "app.t.a",
    "app.t.b",
  ]);
  await expect(pool.analyze(task("select * from broken"))).rejects.toThrow("the catalog is away");
  await expect(pool.analyze(task("select a from t"))).resolves.toBeDefined();
});

test("a closed pool gives up what waits and takes nothing more", async () => {
  const pool = createPool({ size: 1 });
  const waiting = pool.analyze(task("select a from t"));
  await Promise.all([expect(waiting).rejects.toThrow(/closed/), pool.close()]);
  await expect(pool.analyze(task("select a from t"))).rejects.toThrow(/createPool/);
});

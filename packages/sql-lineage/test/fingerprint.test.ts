import { expect, test } from "vitest";
import { analyze } from "../src/index.ts";

async function fingerprintOf(sql: string): Promise<string> {
  const { statements } = await analyze(sql, { dialect: "postgres" });
  return statements[0]!.fingerprint;
}

test("literals, comments, layout and the case of words make no difference", async () => {
  const one = await fingerprintOf("select a from t where b = 1 and c in ('x', 'y')");
  expect(one).toMatch(/^[0-9a-f]{32}$/);
  for (const same of [
    "SELECT a\n  FROM t -- now\n WHERE b = 274 AND c IN ('z')",
    "select A from T where b=$1 and c in ($2,$3,$4)",
    "select a/* here */from t where b = 'text' and c in (1)",
  ])
    expect(await fingerprintOf(same)).toBe(one);
});

test("rows of VALUES count as one", async () => {
  expect(await fingerprintOf("insert into t values (1, 'a'), (2, 'b'), (3, 'c')")).toBe(
    await fingerprintOf("insert into t values (9, 'z')"),
  );
});

test("another column, table, operator or quoted spelling makes another", async () => {
  const all = await Promise.all(
    [
      "select a from t where b = 1",
      "select c from t where b = 1",
      "select a from u where b = 1",
      "select a from t where b > 1",
      'select "A" from t where b = 1',
      "select a from t where b = 1 limit 1",
    ].map(fingerprintOf),
  );
  expect(new Set(all).size).toBe(all.length);
});

import type { LoggedQuery } from "@headwater/core/connector";
import { expect, test } from "vitest";
import { type ServerRecord, StatementFinder } from "../src/postgres-log.ts";

const record = (session: string, severity: string, text: string, more: Partial<ServerRecord> = {}): ServerRecord => ({
  timestamp: "2026-01-01 10:00:00.000 UTC",
  user: "etl",
  dbname: "shop",
  session_id: session,
  error_severity: severity,
  message: severity === "LOG" ? `statement: ${text}` : "it failed",
  detail: "",
  statement: severity === "LOG" ? "" : text,
  application_name: "",
  ...more,
});

const RECORDS = [
  record("a", "LOG", "SET search_path = one, two"),
  record("a", "LOG", "INSERT INTO x SELECT 1"),
  record("b", "LOG", "INSERT INTO y SELECT 'secret'"),
  record("c", "LOG", "INSERT INTO z SELECT 3"),
  record("a", "ERROR", "INSERT INTO x SELECT 1"),
  record("a", "ERROR", "INSERT INTO x SELECT 1"),
  record("c", "LOG", "SELECT 4"),
  record("c", "ERROR", "INSERT INTO z SELECT 3"),
  record("b", "ERROR", "INSERT INTO y SELECT 'secret'"),
  record("c", "ERROR", "SELECT 4"),
];

test("what failed is taken back, wherever reading stopped between a statement and its failure", () => {
  const whole = new StatementFinder(null);
  const expected = RECORDS.map((each) => whole.find(each));
  expect(expected.map((found) => (found as LoggedQuery | null)?.times)).toEqual([
    1,
    1,
    1,
    1,
    -1,
    undefined,
    1,
    undefined,
    -1,
    -1,
  ]);
  for (let stop = 0; stop <= RECORDS.length; stop += 1) {
    const before = new StatementFinder(null);
    const found = RECORDS.slice(0, stop).map((each) => before.find(each));
    const memory = before.memory();
    expect(memory ?? "").not.toContain("secret");
    const after = new StatementFinder(memory);
    found.push(...RECORDS.slice(stop).map((each) => after.find(each)));
    expect(found).toEqual(expected);
    expect(new StatementFinder(memory).memory()).toBe(memory);
  }
});

test("what is remembered is bounded, and what sessions set is known from before there was more to remember", () => {
  const finder = new StatementFinder('[["s",["one"]]]');
  expect(finder.find(record("s", "LOG", "SELECT 1"))).toMatchObject({ searchPath: ["one"] });
  for (let at = 0; at < 20_000; at += 1) finder.find(record(`s${at}`, "LOG", `SELECT ${at}`));
  expect(finder.memory()?.length).toBeLessThan(50_000);
  const again = new StatementFinder(finder.memory());
  expect(again.find(record("s19999", "ERROR", "SELECT 19999"))).toMatchObject({ times: -1 });
  expect(again.find(record("s", "LOG", "SELECT 2"))).toMatchObject({ searchPath: ["one"] });
});

import { logParts } from "@headwater/catalog";
import type { LoggedQuery, RunEvent } from "@headwater/core";
import { describe, expect, test } from "vitest";
import { TestCatalog } from "./catalog-of.ts";
import { type FileOf, filesLog, query, sourceOf } from "./log-of.ts";

const HOUR = 3_600_000;
/** Twelve hours before the catalog's clock begins. */
const START = Date.UTC(2025, 11, 31, 12);
/** Of each quarter of an hour one, which took a minute and was logged at its end. */
const QUERIES: LoggedQuery[] = Array.from({ length: 40 }, (_, at) =>
  query(`SELECT id FROM s.orders WHERE id = ${at}`, { at: START + at * (HOUR / 4) - 60_000, durationMs: 60_000 }),
);

/** A server's log in one form, from a quarter of an hour to another. */
function form(path: string, twin: string, from: number, to: number): FileOf {
  const at = (quarter: number): number => START + quarter * (HOUR / 4);
  return { path, twin, span: { from: at(from), to: at(to - 1) }, queries: QUERIES.slice(from, to) };
}
const csv = (from: number, to: number): FileOf => form("a.csv", "a.json", from, to);
const json = (from: number, to: number): FileOf => form("a.json", "a.csv", from, to);

/** Reads several states of a log one after the other: how many queries are counted, of which files in which order, and what is said. */
async function readAll(
  ...states: FileOf[][]
): Promise<{ queries: number; read: string[]; notes: string[]; catalog: TestCatalog }> {
  const catalog = new TestCatalog().table("orders", "id");
  const events: RunEvent[] = [];
  for (const files of states)
    await catalog.read({ log: sourceOf(filesLog(...files)), emit: (event) => events.push(event) });
  const { times } = catalog.db.get<{ times: number }>("SELECT sum(times) AS times FROM tally") ?? { times: 0 };
  return {
    queries: times,
    read: events.flatMap((event) => (event.event === "log-read" ? event.title : [])),
    notes: events.flatMap((event) => (event.event === "note" ? event.message : [])),
    catalog,
  };
}

describe("of a log in two forms each record counts once, and none is lost", () => {
  test("where both go over the same time the first by name is read, and that is said", async () => {
    const other = [form("b.csv", "b.json", 0, 0), form("b.json", "b.csv", 0, 0)];
    expect(await readAll([csv(0, 40), json(0, 40), ...other])).toMatchObject({
      queries: 40,
      read: ["a.csv", "b.csv"],
      notes: [
        "The server writes its log in two forms: a.json has what a.csv has, and is left out. So it is with 1 more.",
      ],
    });
  });

  test.each<[string, FileOf[], string[]]>([
    ["only one is there", [json(0, 40)], ["a.json"]],
    ["one begins later", [csv(0, 40), json(20, 40)], ["a.csv"]],
    ["the first by name begins later", [csv(20, 40), json(0, 40)], ["a.json"]],
    ["one ends earlier", [csv(0, 20), json(0, 40)], ["a.csv", "a.json"]],
    ["each goes beyond the other", [csv(10, 40), json(0, 25)], ["a.json", "a.csv"]],
    ["each goes beyond the other, the other way round", [csv(0, 25), json(10, 40)], ["a.csv", "a.json"]],
    ["one ends before the other begins", [csv(0, 10), json(30, 40)], ["a.csv", "a.json"]],
    [
      "nobody knows when",
      [csv(0, 40), json(0, 40)].map((file) => ({ ...file, span: { from: null, to: null } })),
      ["a.csv"],
    ],
    [
      "the times of the files tell",
      [csv(0, 20), json(0, 40)].map((file) => ({
        ...file,
        span: { from: START, to: null },
        changedAt: file.span?.to ?? 0,
      })),
      ["a.csv", "a.json"],
    ],
  ])("%s", async (_, files, read) => {
    const result = await readAll(files);
    const whole = new Set(files.flatMap(({ queries }) => queries)).size;
    expect([result.queries, result.read]).toEqual([whole, read]);
    // And again: nothing is new.
    expect((await readAll(files, files, files.toReversed())).queries).toBe(whole);
  });

  test("the one that was read before is read on, whatever came beside it", async () => {
    expect(await readAll([json(0, 20)], [csv(0, 40), json(0, 40)])).toMatchObject({
      queries: 40,
      read: ["a.json", "a.json"],
    });
    expect((await readAll([json(0, 20)], [csv(10, 40), json(0, 20)])).queries).toBe(40);
    // What comes in only one form later is read there.
    expect((await readAll([csv(0, 10), json(0, 10)], [csv(0, 20), json(0, 40)], [json(0, 40)])).queries).toBe(40);
  });

  test("the other one is read for what was before the one that was read first", async () => {
    expect((await readAll([csv(20, 30)], [csv(20, 40), json(0, 40)], [csv(20, 40), json(0, 40)])).queries).toBe(40);
  });

  test("one that is gone was read all the same", async () => {
    expect((await readAll([csv(0, 30), json(0, 30)], [json(0, 40)])).queries).toBe(40);
  });

  test("what an earlier version counted twice is not counted a third time", async () => {
    const alone = (file: FileOf): FileOf => ({ path: file.path, queries: file.queries });
    const { queries, read } = await readAll([alone(csv(0, 20)), alone(json(0, 20))], [csv(0, 40), json(0, 40)]);
    expect([queries, read]).toEqual([60, ["a.csv", "a.json", "a.csv"]]);
  });

  test("one that is still written to is not taken for ended, and its twin waits", async () => {
    const shortly = (file: FileOf): FileOf => ({ ...file, span: { from: START, to: Date.UTC(2026, 0, 1) - 60_000 } });
    const result = await readAll([
      shortly(csv(0, 38)),
      { ...json(0, 40), span: { from: START, to: Date.UTC(2026, 0, 1) } },
    ]);
    expect(result).toMatchObject({ queries: 38, read: ["a.csv"] });
    expect(logParts(result.catalog.db, "svc")).toHaveLength(1);
  });

  test("files that are no twins of each other are read both", async () => {
    expect((await readAll([csv(0, 40), form("a.json", "other.csv", 0, 40)])).queries).toBe(80);
  });
});

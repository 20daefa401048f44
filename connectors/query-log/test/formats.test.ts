import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readerOf } from "@headwater/testkit";
import { queryLog } from "../src/index.ts";
import { fileLog } from "../src/query-log.ts";
import { type Reading, readLogs } from "./reading.ts";

const folder = mkdtempSync(join(tmpdir(), "hw-query-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;
function file(text: string | Buffer, ending = "csv"): string {
  number += 1;
  const path = join(folder, `${number}.${ending}`);
  writeFileSync(path, text);
  return path;
}
const texts = ({ queries }: Reading): string[] => queries.map(({ text }) => text);
const reasons = ({ faults }: Reading): string[] => faults.map(({ reason, where }) => `${where}: ${reason}`);

const HEADER = "query_text,database_name,schema_name,user_name,start_time,end_time,duration,aborted\n";

describe("CSV with OpenMetadata's columns", () => {
  test("is read whole", async () => {
    const { queries, leftOut } = await readLogs(
      file(
        `${HEADER}"SELECT ""a"",\n b FROM t",shop,public,ana,2026-11-20 10:00:00.5,2026-11-20 10:00:02,,false\nSELECT 2,,,,,,12.5,\nDROP TABLE x,,,,,,,true\n"/* {""app"": ""OpenMetadata"", ""version"": ""1""} */ SELECT 3",,,,,,,\n/* headwater shop.metadata */ SELECT 4,,,,,,,\n`,
      ),
    );
    expect(queries).toMatchObject([
      {
        text: 'SELECT "a",\n b FROM t',
        at: Date.UTC(2026, 10, 20, 10, 0, 0, 500),
        durationMs: 1_500,
        user: "ana",
        database: "shop",
        schema: "public",
        session: null,
        times: 1,
        cut: false,
      },
      {
        text: "SELECT 2",
        at: null,
        durationMs: 12.5,
        user: null,
        database: null,
        schema: null,
        session: null,
        times: 1,
        cut: false,
      },
    ]);
    expect(leftOut).toBe(3);
  });

  test.each([";", "\t", "|"])("may be separated by %j", async (delimiter) => {
    const reading = await readLogs(file(`query_text${delimiter}user_name\r\n"a, b"${delimiter}ana\r\n`));
    expect(reading.queries).toMatchObject([{ text: "a, b", user: "ana" }]);
  });

  test("columns may be in any order, with others between, behind a byte order mark", async () => {
    const reading = await readLogs(file("\ufeffx,user_name,Query_Text\n1,bob,SELECT 1\n"));
    expect(reading.queries).toMatchObject([{ text: "SELECT 1", user: "bob" }]);
  });

  test("a log without query_text is refused with the columns it has", async () => {
    await expect(readLogs(file("when,what\n1,2\n"))).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("no column query_text") as string,
      hint: expect.stringContaining("when, what") as string,
    });
    await expect(readLogs(file(""))).rejects.toThrow("is empty");
    await expect(readLogs(join(folder, "nothing*.csv"))).rejects.toThrow("There is no query log");
  });

  test.each([
    ["UTF-16", Buffer.from("\ufeffquery_text,user_name\nSELECT 1,a\n", "utf16le")],
    ["UTF-16", Buffer.from("query_text,user_name\nSELECT 1,a\n", "utf16le")],
    ["one JSON array", ' [\n {"query_text": "SELECT 1"}]'],
    ["a carriage return alone", 'query_text,user_name\r"SELECT\n1",a\r'],
    ["zip", "PK\u0003\u0004 query_text"],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20])],
    ["is no text", "query_text\0\n"],
  ])("is not taken for one when it is or has %s", async (what, text) => {
    await expect(readLogs(file(text))).rejects.toMatchObject({
      message: expect.stringContaining(what) as string,
      hint: expect.stringMatching(/\w/) as string,
    });
  });

  test("is text by its first line: what a crash left behind costs no more than itself", async () => {
    const { queries } = await readLogs(file(`query_text\nSELECT 1\n${"\0".repeat(9_000)}\nSELECT 2\n`));
    expect(queries.map(({ text }) => text.slice(0, 8))).toContain("SELECT 2");
  });

  test("in a folder goes by its ending, also when it was rotated", async () => {
    const logs = join(folder, "of-a-server");
    mkdirSync(join(logs, "old.csv"), { recursive: true });
    for (const name of ["a.csv", "b.tsv", "c.log.1", "d.jsonl.2.gz", "notes.txt"])
      writeFileSync(join(logs, name), `query_text\nSELECT '${name}'\n`);
    const { files } = await readLogs(logs);
    expect(files.map((path) => basename(path))).toEqual(["a.csv", "b.tsv", "c.log.1", "d.jsonl.2.gz"]);
  });

  test("that cannot be read says so when it is read, and the others are listed", async () => {
    const logs = join(folder, "broken");
    mkdirSync(logs);
    writeFileSync(join(logs, "a.csv.gz"), Buffer.from([0x1f, 0x8b, 1, 2, 3]));
    writeFileSync(join(logs, "b.csv"), "query_text\nSELECT 1\n");
    const { session } = await (await readerOf(queryLog).openPool({})).acquire("");
    const [broken, whole] = await fileLog.files(session, logs);
    const read = async (log: typeof whole): Promise<number> => {
      let queries = 0;
      if (log === undefined) return queries;
      for await (const page of fileLog.read(session, log, { pageRows: 10, cursor: null }))
        queries += page.queries.length;
      return queries;
    };
    await expect(read(broken)).rejects.toThrow("a.csv.gz cannot be read");
    expect(await read(whole)).toBe(1);
  });
});

describe("what is wrong costs itself and nothing else", () => {
  test("records with another number of columns, and quotes in the wrong places", async () => {
    const reading = await readLogs(file('query_text,user_name\nSELECT 1,a\nbad\n"x"y,b\nSELECT 2,b\n'));
    expect(texts(reading)).toEqual(["SELECT 1", "SELECT 2"]);
    expect(reasons(reading)).toEqual([
      "line 3: a record has another number of columns than the header",
      "line 4: quotes are in the wrong places",
    ]);
  });

  test("a quote that is never closed", async () => {
    const reading = await readLogs(file('query_text,user_name\nSELECT 1,a\n"SELECT 2,b\nSELECT 3,c\nSELECT 4,d\n'));
    expect(texts(reading)).toEqual(["SELECT 1", "SELECT 3", "SELECT 4"]);
    expect(reasons(reading)).toEqual(["line 3: a quote is opened and never closed"]);
  });

  test("a statement of 50 MB", { timeout: 60_000 }, async () => {
    const long = Buffer.alloc(50 * 1024 * 1024, "x,\n");
    const path = file(
      Buffer.concat([Buffer.from('query_text,user_name\n"SELECT '), long, Buffer.from('",a\nSELECT 2,b\n')]),
    );
    const reading = await readLogs(path);
    expect(texts(reading)).toEqual(["SELECT 2"]);
    expect(reasons(reading)).toEqual(["line 2: a record is longer than 16 MB"]);
  });

  test("times that are not understood", async () => {
    const rows = "SELECT 1,2026-11-20 10:00:00\nSELECT 2,11/20/26 10:00\nSELECT 3,\nSELECT 4,yesterday\n";
    const reading = await readLogs(file(`query_text,start_time\n${rows}`));
    expect(reading.queries.map(({ at }) => at === null)).toEqual([false, true, true, true]);
    expect(reading.faults).toEqual([
      { reason: expect.stringContaining("2026-11-20 10:00:00") as string, where: "line 3", records: 0 },
    ]);
  });

  test("lines that are not JSON", async () => {
    const reading = await readLogs(
      file('{"query_text": "SELECT 1"}\n{"query_text"\n[1]\n{"x": 1}\n\n{"sql": "SELECT 2", "user": "bob"}\n', "jsonl"),
    );
    expect(texts(reading)).toEqual(["SELECT 1", "SELECT 2"]);
    expect(reading.faults.map(({ reason }) => reason)).toEqual([
      "a line is not JSON",
      "a line is no JSON object",
      "a line has no query_text",
    ]);
  });

  test("a gzip file that breaks off", async () => {
    const rows = Array.from({ length: 50_000 }, (_, at) => `SELECT ${at * 7919} FROM t,u${at % 13}\n`).join("");
    const whole = gzipSync(`query_text,user_name\n${rows}`);
    const reading = await readLogs(file(whole.subarray(0, whole.length / 2), "csv.gz"));
    expect(reading.queries.length).toBeGreaterThan(1_000);
    expect(reasons(reading)).toEqual(["its end: the compressed file breaks off"]);
  });
});

describe("server logs of PostgreSQL", () => {
  const csvlog = (
    session: string,
    severity: string,
    message: string,
    more: { detail?: string; query?: string; app?: string } = {},
  ): string => {
    const cells = Array.from({ length: 26 }, () => "");
    Object.assign(cells, {
      0: "2026-11-20 10:00:01.250 UTC",
      1: "ana",
      2: "shop",
      5: session,
      11: severity,
      13: message,
      14: more.detail ?? "",
      19: more.query ?? "",
      22: more.app ?? "psql",
    });
    return `${cells.map((cell) => (cell === "" ? "" : `"${cell.replaceAll('"', '""')}"`)).join(",")}\n`;
  };

  test("csvlog: statements, executions, durations; failures are taken back", async () => {
    const reading = await readLogs(
      file(
        [
          csvlog("s1", "LOG", "statement: SELECT 1"),
          csvlog("s1", "LOG", "duration: 250.000 ms  statement: SELECT 2"),
          csvlog("s1", "LOG", "duration: 0.5 ms  parse <unnamed>: SELECT 3"),
          csvlog("s1", "LOG", "execute fetch: SELECT $1", { detail: "parameters: $1 = 'x'" }),
          csvlog("s2", "LOG", "statement: EXECUTE q(1)", { detail: "prepare: PREPARE q(int) AS SELECT a FROM t" }),
          csvlog("s2", "LOG", "statement: INSERT INTO nowhere SELECT 1"),
          csvlog("s2", "ERROR", 'relation "nowhere" does not exist', { query: "INSERT INTO nowhere SELECT 1" }),
          csvlog("s2", "LOG", "statement: PREPARE q(int) AS SELECT a FROM t"),
          csvlog("s2", "LOG", "statement: EXECUTE q(0)", { detail: "prepare: PREPARE q(int) AS SELECT a FROM t" }),
          csvlog("s2", "ERROR", "division by zero", { query: "EXECUTE q(0)" }),
          csvlog("s3", "ERROR", "syntax error", { query: "SELEC" }),
          csvlog("s4", "LOG", "statement: SELECT 9", { app: "headwater shop.metadata" }),
          csvlog("s5", "LOG", "checkpoint starting: time"),
        ].join(""),
        "log",
      ),
    );
    expect(
      reading.queries.map(({ text, times, session, at }) => [text, times, session, at === null ? null : at % 60_000]),
    ).toEqual([
      ["SELECT 1", 1, "s1", 1_250],
      ["SELECT 2", 1, "s1", 1_000],
      ["SELECT $1", 1, "s1", 1_250],
      ["SELECT a FROM t", 1, "s2", 1_250],
      ["INSERT INTO nowhere SELECT 1", 1, "s2", 1_250],
      ["INSERT INTO nowhere SELECT 1", -1, "s2", 1_250],
      ["SELECT a FROM t", 1, "s2", 1_250],
      ["SELECT a FROM t", -1, "s2", 1_250],
    ]);
    expect(reading.faults).toEqual([]);
    expect(reading.leftOut).toBe(5);
  });

  test("csvlog: names mean what the session set, across pages too", async () => {
    const log = file(
      [
        csvlog("s1", "LOG", "statement: SET search_path = staging, public"),
        csvlog("s2", "LOG", "statement: SELECT a FROM t"),
        csvlog("s1", "LOG", "statement: SELECT a FROM t"),
        csvlog("s1", "LOG", "statement: SELECT b FROM t"),
        csvlog("s1", "ERROR", "no b", { query: "SELECT b FROM t" }),
        csvlog("s1", "LOG", "statement: RESET ALL"),
        csvlog("s1", "LOG", "statement: SELECT a FROM t"),
      ].join(""),
      "log",
    );
    const schemas = ({ queries }: Reading): unknown[] =>
      queries.map(({ session, schema, searchPath }) => [session, schema, searchPath]);
    const path = ["staging", "public"];
    const expected = [
      ["s1", "staging", path],
      ["s2", null, null],
      ["s1", "staging", path],
      ["s1", "staging", path],
      ["s1", "staging", path],
      ["s1", null, null],
      ["s1", null, null],
    ];
    expect(schemas(await readLogs(log))).toEqual(expected);
    const { cursors } = await readLogs(log, { pageRows: 2 });
    expect(schemas(await readLogs(log, { cursor: cursors[0] as string }))).toEqual(expected.slice(2));
  });

  test("in two forms are known to be one log, by their names and what they are", async () => {
    const logs = join(folder, "two-forms");
    mkdirSync(logs);
    const at = (minute: string, record: string): string =>
      record.replaceAll('"2026-11-20 10:00:01.250 UTC"', `2026-11-20 10:${minute}:01.250 UTC`);
    const json = (minute: string): string =>
      `{"timestamp":"2026-11-20 10:${minute}:01.250 UTC","error_severity":"LOG","message":"statement: SELECT 1"}\n`;
    const many = Array.from({ length: 3_000 }, () =>
      csvlog("s", "LOG", `statement: SELECT '\n${"x".repeat(99)}'`),
    ).join("");
    const put = (name: string, text: string): void =>
      writeFileSync(join(logs, name), name.endsWith(".gz") ? gzipSync(text) : text);
    put("a.csv", at("00", many) + at("07", csvlog("s", "LOG", "statement: SELECT '\n2026-11-20, x'")));
    put("a.json.gz", json("03") + json("09"));
    put("b.csv", at("00", csvlog("s", "LOG", "statement: SELECT 1")));
    put("b.log", "2026-11-20 10:00:00.000 UTC [7] LOG:  ending log output to stderr\n");
    put("c.csv", "query_text\nSELECT 1\n");
    put("c.json", '{"query_text": "SELECT 1"}\n');
    put("d.json.2", json("01"));
    put("d.csv.2", at("01", csvlog("s", "LOG", "x")));
    const { session } = await (await readerOf(queryLog).openPool({})).acquire("");
    const time = (minute: number): number => Date.UTC(2026, 10, 20, 10, minute, 1, 250);
    const found = await fileLog.files(session, logs);
    expect(
      found.map(({ path, twin = "-", span }) => [basename(path), basename(twin), span?.from ?? null, span?.to ?? null]),
    ).toEqual([
      ["a.csv", "a.json.gz", time(0), time(7)],
      ["a.json.gz", "a.csv", time(3), time(9)],
      ["b.csv", "b.json", time(0), null],
      ["c.csv", "-", null, null],
      ["c.json", "-", null, null],
      ["d.csv.2", "d.json.2", time(1), time(1)],
      ["d.json.2", "d.csv.2", time(1), time(1)],
    ]);
  });

  test("jsonlog", async () => {
    const line = {
      timestamp: "2026-11-20 10:00:00.000 UTC",
      user: "ana",
      dbname: "shop",
      session_id: "s",
      error_severity: "LOG",
    };
    const reading = await readLogs(
      file(
        `${JSON.stringify({ ...line, message: "statement: SELECT 1" })}\n${JSON.stringify({ ...line, message: "x" })}\n`,
        "json",
      ),
    );
    expect(reading.queries).toMatchObject([{ text: "SELECT 1", user: "ana", database: "shop", session: "s" }]);
  });
});

describe("several files", () => {
  test("of a folder and of a pattern, in the order of their names, compressed or not", async () => {
    const own = join(folder, "several");
    mkdirSync(own);
    writeFileSync(join(own, "b.csv"), "query_text\nSELECT 2\n");
    writeFileSync(join(own, "a.csv.gz"), gzipSync("query_text\nSELECT 1\n"));
    writeFileSync(join(own, "c.jsonl"), '{"query_text": "SELECT 3"}\n');
    writeFileSync(join(own, "notes.txt"), "nothing");
    expect(texts(await readLogs(own))).toEqual(["SELECT 1", "SELECT 2", "SELECT 3"]);
    expect(texts(await readLogs(join(own, "*.csv*")))).toEqual(["SELECT 1", "SELECT 2"]);
  });
});

describe("reading goes on", () => {
  const rows = Array.from({ length: 25 }, (_, at) => `"SELECT ${at},\n${at}",u\n`).join("");

  test.each(["csv", "csv.gz"])("behind every page, as if it had never stopped: %s", async (ending) => {
    const text = `query_text,user_name\n${rows}`;
    const path = file(ending === "csv" ? text : gzipSync(text), ending);
    const whole = await readLogs(path, { pageRows: 4 });
    expect(whole.queries).toHaveLength(25);
    for (const [at, cursor] of whole.cursors.entries()) {
      const rest = await readLogs(path, { pageRows: 4, cursor });
      expect(texts(rest)).toEqual(texts(whole).slice((at + 1) * 4));
    }
  });

  test("with what was added to a file, which is the same file still", async () => {
    const path = file(`query_text,user_name\n${rows}`);
    const before = await readLogs(path);
    appendFileSync(path, "SELECT 99,u\n");
    const after = await readLogs(path, { cursor: before.cursors.at(-1) as string });
    expect(texts(after)).toEqual(["SELECT 99"]);
  });

  test("from the beginning where another file begins like the one that was read", async () => {
    const path = file("query_text\nSELECT 1\nSELECT 2\n");
    const before = await readLogs(path);
    writeFileSync(path, "query_text\nSELECT 1\nSELECT 3\nSELECT 4\n");
    const after = await readLogs(path, { cursor: before.cursors.at(-1) as string });
    expect(texts(after)).toEqual(["SELECT 1", "SELECT 3", "SELECT 4"]);
    expect(after).toMatchObject({ another: true, faults: [] });
    expect((await readLogs(path, { cursor: after.cursors.at(-1) as string })).another).toBe(false);
  });

  test.each([
    ["query_text,user_name\nSELECT 1,u\n", '"SELECT\n a,', 'b FROM t",u\n', "SELECT\n a,b FROM t"],
    ["query_text,user_name\nSELECT 1,u\n", "SELECT 2", ",u\n", "SELECT 2"],
    ["query_text,user_name\n", "SELECT 2", ",u\n", "SELECT 2"],
    ['{"query":"SELECT 1"}\n', '{"query":"SEL', 'ECT 2"}\n', "SELECT 2"],
  ])("behind %j where somebody had not finished writing %j", async (whole, begun, rest, text) => {
    const path = file(whole + begun);
    const before = await readLogs(path);
    expect(reasons(before)).toEqual([expect.stringContaining("not finished")]);
    const still = await readLogs(path, { cursor: before.cursors.at(-1) as string });
    expect(still).toMatchObject({ queries: [], faults: whole.includes("SELECT") ? [] : [{}] });
    appendFileSync(path, rest);
    const after = await readLogs(path, { cursor: still.cursors.at(-1) as string });
    expect(texts(after)).toEqual([text]);
    expect(reasons(after)).toEqual([]);
  });
});

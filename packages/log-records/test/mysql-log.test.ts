import type { LoggedQuery } from "@headwater/core/connector";
import { expect, test } from "vitest";
import { identityOf, isSlowLog, type LogText, readPages, type RecordPage } from "../src/index.ts";

async function read(
  text: string,
  options: { from?: number; mark?: string | null; pageRows?: number; piece?: number } = {},
): Promise<RecordPage[]> {
  const { from = 0, mark = null, pageRows = 100, piece = 11 } = options;
  const bytes = Buffer.from(text);
  const log: LogText = {
    name: "mysql.log",
    beginning: bytes,
    async *open(offset) {
      // In small pieces, as it may come.
      for (let at = offset; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    },
    growing: false,
  };
  const pages: RecordPage[] = [];
  for await (const page of readPages(log, { from, mark, pageRows })) pages.push(page);
  return pages;
}
const queriesOf = (pages: readonly RecordPage[]): LoggedQuery[] => pages.flatMap(({ queries }) => queries);
const textsOf = (pages: readonly RecordPage[]): string[] => queriesOf(pages).map(({ text }) => text);

const OPENED = `/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time                 Id Command    Argument
`;
const GENERAL = `${OPENED}2026-11-20T10:00:00.000001Z\t    6 Connect\tnobody@localhost on  using Socket
2026-11-20T10:00:00.000002Z\t    6 Connect\tAccess denied for user 'nobody'@'localhost' (using password: NO)
2026-11-20T10:00:00.100000Z\t    7 Connect\tana@10.0.0.1 on shop using SSL/TLS
2026-11-20T10:00:00.200000Z\t    8 Connect\tetl@localhost on  using TCP/IP
2026-11-20T10:00:01.000000Z\t    7 Query\tINSERT INTO b
SELECT '1
# Time: it was',
\tx FROM a
2026-11-20T10:00:01.500000Z\t    8 Init DB\tmart
2026-11-20T10:00:02.000000Z\t    8 Query\tSELECT 2
2026-11-20T10:00:02.100000Z\t    7 Query\tuse \`ware\`\`house\`
2026-11-20T10:00:02.200000Z\t    7 Prepare\tSELECT ? FROM c
2026-11-20T10:00:02.300000Z\t    7 Execute\tSELECT 3 FROM c
2026-11-20T10:00:02.400000Z\t    8 Query\t/* headwater */ SELECT 1
2026-11-20T10:00:02.500000Z\t    8 Change user\tboss@localhost on mart using TCP/IP
2026-11-20T10:00:02.600000Z\t    8 Quit\t
${OPENED}2026-11-20T12:00:00.000000+02:00\t    8 Query\tSELECT 4
`;

test("the general log of MySQL: statements over several lines, with the schema and the user of their thread", async () => {
  const pages = await read(GENERAL);
  expect(queriesOf(pages).map(({ text, at, user, schema, session }) => [text, at, user, schema, session])).toEqual([
    [
      "INSERT INTO b\nSELECT '1\n# Time: it was',\n\tx FROM a",
      Date.UTC(2026, 10, 20, 10, 0, 1),
      "ana",
      "shop",
      "7 2026-11-20T10:00:00.100000Z",
    ],
    ["SELECT 2", Date.UTC(2026, 10, 20, 10, 0, 2), "etl", "mart", "8 2026-11-20T10:00:00.200000Z"],
    ["use `ware``house`", Date.UTC(2026, 10, 20, 10, 0, 2, 100), "ana", "ware`house", "7 2026-11-20T10:00:00.100000Z"],
    ["SELECT 3 FROM c", Date.UTC(2026, 10, 20, 10, 0, 2, 300), "ana", "ware`house", "7 2026-11-20T10:00:00.100000Z"],
    // The server was started anew: nothing is known of its thread 8.
    ["SELECT 4", Date.UTC(2026, 10, 20, 10), null, null, "8"],
  ]);
  expect(pages.flatMap(({ faults }) => faults)).toEqual([]);
});

test("accounts for all the time from its first record to its last, whatever they are about", async () => {
  const [page] = await read(GENERAL);
  expect(page?.span).toEqual({ from: Date.UTC(2026, 10, 20, 10), to: Date.UTC(2026, 10, 20, 10) });
  const rest = GENERAL.slice(0, GENERAL.lastIndexOf(OPENED));
  expect((await read(rest))[0]?.span).toEqual({
    from: Date.UTC(2026, 10, 20, 10),
    to: Date.UTC(2026, 10, 20, 10, 0, 2, 600),
  });
});

test("goes on behind every page with what is known of the threads, however the text comes", async () => {
  for (const piece of [7, 100, 100_000]) {
    const pages = await read(GENERAL, { pageRows: 1, piece });
    const all = queriesOf(pages);
    expect(all).toHaveLength(5);
    for (const [at, { end, mark }] of pages.entries())
      expect(queriesOf(await read(GENERAL, { from: end, mark, piece }))).toEqual(queriesOf(pages.slice(at + 1)));
  }
});

test("the general log of MariaDB, which writes a time only when it is another one", async () => {
  const pages = await read(`/usr/sbin/mariadbd, Version: 10.11.18-MariaDB-0+deb12u1-log (Debian 12). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time\t\t    Id Command\tArgument
261120  9:05:01\t     3 Connect\tana@localhost on shop using TCP/IP
\t\t     3 Query\tSELECT 1
\t\t     3 Query\tSELECT 2,
\t\t3 AS three
261120 19:05:02\t     3 Query\tSELECT 4
`);
  expect(queriesOf(pages).map(({ text, at, schema }) => [text, at, schema])).toEqual([
    ["SELECT 1", Date.UTC(2026, 10, 20, 9, 5, 1), "shop"],
    ["SELECT 2,\n\t\t3 AS three", Date.UTC(2026, 10, 20, 9, 5, 1), "shop"],
    ["SELECT 4", Date.UTC(2026, 10, 20, 19, 5, 2), "shop"],
  ]);
});

test("the slow log of MySQL, which names a schema only when it is another one", async () => {
  const pages = await read(
    `${OPENED}# Time: 2026-11-20T10:00:02.500000Z
# User@Host: ana[ana] @  [10.0.0.1]  Id:     7
# Query_time: 1.500000  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
use shop;
SET timestamp=1795168801;
INSERT INTO b
# of course
SELECT x FROM a;
# Time: 2026-11-20T10:00:03.000000Z
# User@Host: [etl] @ localhost []  Id:     8
# Query_time: 0.250000  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
SET timestamp=1795168802;
SELECT 2;
# Time: 2026-11-20T10:00:04.000000Z
# User@Host: etl[etl] @ localhost []  Id:     8
# Query_time: 2.000000  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0
SET timestamp=1795168802;
# administrator command: Quit;
`,
    { pageRows: 1 },
  );
  expect(
    queriesOf(pages).map(({ text, at, durationMs, user, schema, session }) => [
      text,
      at,
      durationMs,
      user,
      schema,
      session,
    ]),
  ).toEqual([
    ["INSERT INTO b\n# of course\nSELECT x FROM a", Date.UTC(2026, 10, 20, 10, 0, 1), 1_500, "ana", "shop", "7"],
    ["SELECT 2", Date.UTC(2026, 10, 20, 10, 0, 2, 750), 250, "etl", "shop", "8"],
  ]);
});

test("a log of slow statements is known as one", () => {
  expect(isSlowLog(Buffer.from(`${OPENED}# Time: 2026-11-20T10:00:02.500000Z\n`))).toBe(true);
  expect(isSlowLog(Buffer.from(GENERAL))).toBe(false);
  expect(isSlowLog(Buffer.from(`query_text,start_time\n"SELECT 1\n# Time: 2026-11-20T10:00:02.500000Z\n",\n`))).toBe(
    false,
  );
});

test("the slow log of MariaDB, where the start of a statement is the only certain time", async () => {
  const pages = await read(`# Time: 261120 12:00:03
# User@Host: root[root] @  [127.0.0.1]
# Thread_id: 4  Schema: shop  QC_hit: No
# Query_time: 0.565905  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
# Rows_affected: 0  Bytes_sent: 102
use \`shop\`;
SET timestamp=1795168802;
SELECT SLEEP(0.5), 'slow';
# User@Host: root[root] @  [127.0.0.1]
# Thread_id: 5  Schema:   QC_hit: No
# Query_time: 0.300000  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
# Rows_affected: 0  Bytes_sent: 102
SET last_insert_id=1,timestamp=1795168803;
SELECT 2;
`);
  expect(queriesOf(pages).map(({ text, at, schema, session }) => [text, at, schema, session])).toEqual([
    ["SELECT SLEEP(0.5), 'slow'", 1_795_168_802_000, "shop", "4"],
    ["SELECT 2", 1_795_168_803_000, null, "5"],
  ]);
});

test("what belongs to no record is a fault, and costs nothing else", async () => {
  const [page] = await read(`of a statement whose beginning is gone\n${GENERAL.slice(OPENED.length)}`);
  expect(page?.faults).toEqual([{ reason: "a line belongs to no record", line: 1 }]);
  expect(page?.queries).toHaveLength(5);
});

test("files of one server, which begin with the same lines, are told apart by their first record", () => {
  const log = (second: number, more = ""): Buffer =>
    Buffer.from(`${OPENED}2026-11-20T10:00:0${second}.000000Z\t    8 Query\tSELECT 4\n${more}`);
  expect(identityOf(log(1))).toBe(identityOf(log(1, "2026-11-20T10:00:05.000000Z\t    8 Quit\t\n")));
  expect(identityOf(log(1))).not.toBe(identityOf(log(2)));
});

test("a statement of more than 16 MB costs itself", async () => {
  const line = `${"x".repeat(1_023)}\n`;
  const long = `2026-11-20T10:00:00.000000Z\t    8 Query\tSELECT '${line.repeat(17 * 1_024)}'\n`;
  const after = "2026-11-20T10:00:01.000000Z\t    8 Query\tSELECT 5\n";
  const pages = await read(OPENED + long + after, { piece: 256 * 1_024 });
  expect(textsOf(pages)).toEqual(["SELECT 5"]);
  expect(pages.flatMap(({ faults }) => faults)).toEqual([{ reason: "a record is longer than 16 MB", line: 4 }]);
});

/**
 * The tables of the schema mysql that a server logs statements to. They have no index and no key, and are read as a whole for each span
 * of time: once, from their beginning, as fast as the server sends them, because a table that is being read cannot be rotated, and
 * all statements of the server wait behind a rotation that waits.
 */
import type { Json, JsonObject, LoggedQuery, LogPage, TimedLog } from "@headwater/core/connector";
import { MysqlThreads } from "@headwater/log-records";
import type { LogTable, LogWindow, MysqlSession, Requests, RowOf } from "./requests.ts";
import { Spool } from "./spool.ts";
import { isNoQuery } from "./statements.ts";

/** Where a page ended: how many rows of the span came before, and the last of them, for knowing it again. */
type Position = [rows: number, time: number, thread: string];

/** Text of one page, at most but for its last statement. */
const PAGE_CHARACTERS = 8 * 1024 * 1024;

/** The log in one of the tables. */
export function logTable(table: LogTable): TimedLog<Requests> {
  return {
    ...(table === "slow_log" ? { partial: true } : {}),
    earliest: async (session) => (await session.all("logBegin", { log: table }))[0]?.earliest ?? null,

    async *read(session, window, { cursor, pageRows }) {
      const spool = await Spool.open();
      try {
        const behind = cursor === null ? null : (JSON.parse(cursor) as Position);
        await fill(spool, session, { ...window, log: table }, behind, pageRows);
        for await (const page of spool.pieces()) yield page as unknown as LogPage;
      } finally {
        await spool.close();
      }
    },
  };
}

/** Reads a span of a log behind a position, in pages. */
async function fill(
  spool: Spool,
  session: MysqlSession,
  window: LogWindow,
  behind: Position | null,
  pageRows: number,
): Promise<void> {
  const [database] = await session.all("databases");
  const threads = new MysqlThreads();
  let page = new PageUnderWay();
  let last = behind;
  for await (const { row, position } of rowsBehind(session, window, behind)) {
    const { thread, command, text } = row;
    threads.see({ time: String(row.time), thread, command, argument: text });
    if (!row.wanted || position === null) continue;
    last = position;
    if (row.own || isNoQuery(row.text)) page.leftOut += 1;
    else page.add({ ...toQuery(row, threads), database: database?.name ?? null });
    if (page.queries.length < pageRows && page.characters < PAGE_CHARACTERS) continue;
    await spool.add(page.at(last));
    page = new PageUnderWay();
  }
  await spool.add(page.at(last));
}

class PageUnderWay {
  readonly queries: LoggedQuery[] = [];
  leftOut = 0;
  characters = 0;

  add(query: LoggedQuery): void {
    this.queries.push(query);
    this.characters += query.text.length;
  }

  at(last: Position | null): Json {
    const { queries, leftOut, characters: bytes } = this;
    const page: LogPage = { queries, faults: [], leftOut, cursor: JSON.stringify(last), bytes };
    return page as unknown as JsonObject;
  }
}

/** The rows of a span: those behind a position have one of their own, the others only say how things stood there. */
async function* rowsBehind(
  session: MysqlSession,
  window: LogWindow,
  behind: Position | null,
): AsyncGenerator<{ row: RowOf<"logRows">; position: Position | null }> {
  const [before, time, thread] = behind ?? [0, 0, ""];
  let rows = 0;
  let isSame = before === 0;
  for await (const some of session.pages("logRows", window))
    for (const row of some) {
      if (row.wanted) rows += 1;
      if (rows === before && row.wanted) isSame = row.time === time && row.thread === thread;
      yield { row, position: row.wanted && isSame && rows > before ? [rows, row.time, row.thread] : null };
    }
  if (isSame) return;
  // The table was emptied or exchanged in between: what it has now is behind the position when it is later.
  rows = 0;
  for await (const some of session.pages("logRows", window))
    for (const row of some) {
      if (row.wanted) rows += 1;
      yield { row, position: row.wanted && row.time > time ? [rows, row.time, row.thread] : null };
    }
}

function toQuery(row: RowOf<"logRows">, threads: MysqlThreads): Omit<LoggedQuery, "database"> {
  const { schema, session } = threads.of(row.thread);
  return {
    text: row.text,
    at: Math.floor(row.time / 1_000),
    durationMs: row.durationMs,
    user: userOf(row.user),
    schema: row.schema === null || row.schema === "" ? schema : row.schema,
    session,
    times: 1,
    cut: row.cut,
  };
}

/** The user in `root[root] @ localhost [127.0.0.1]`: before the brackets who signed in, between them whose rights it has. */
function userOf(text: string): string | null {
  const [, signedIn = "", account = ""] = /^([^[]*)\[([^\]]*)\]/.exec(text) ?? [];
  return signedIn !== "" ? signedIn : account !== "" ? account : null;
}

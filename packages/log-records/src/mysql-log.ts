/**
 * Statements in the general and the slow log of MySQL and MariaDB, as files. Source: MySQL's manual, "The General Query Log" and "The
 * Slow Query Log"; MariaDB's "General Query Log" and "Slow Query Log Overview". Neither log says which statements failed.
 */
import type { LoggedQuery } from "@headwater/core/connector";
import { type MysqlThread, MysqlThreads } from "./mysql-threads.ts";
import type { RawRecord } from "./records.ts";
import { parseTime } from "./times.ts";

/** The two logs. */
export type MysqlForm = "mysql-general" | "mysql-slow";

/** A row of the general log: `2026-11-20T10:00:00.123456Z	    8 Query	SELECT 1`; MariaDB leaves out a time that is still the same. */
const GENERAL =
  /^(?:(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))\t|(?:(\d{6} [ \d]\d:\d\d:\d\d)|\t)\t)(?=[ \d]{5}) *(\d+) ([A-Z][A-Za-z ]*?)(?:\t|\r?\n|$)/;
const SLOW = /^# User@Host: ([^[\n]*)\[([^\]\n]*)\] @ [^\n]*?(?:Id: +(\d+))?\s*(?:\n|$)/;
const TIME = /^# Time: (.+)/;
/** What a server writes when it opens a log: its name, where it listens, and the names of columns. */
const OPENED = /, Version: .* started with:\s*$/;
const HEADING = /^(?:Tcp port: |TCP Port: |Time\s+Id Command\s+Argument)/;

/** How much of a line tells what it is. */
const START = 200;

/** Which of the two logs a text is, from its first lines; `null` for neither. */
export function mysqlFormOf(beginning: string): MysqlForm | null {
  for (const line of beginning.split("\n")) {
    if (SLOW.test(line) || TIME.test(line)) return "mysql-slow";
    if (GENERAL.test(line)) return "mysql-general";
  }
  return null;
}

/** Whether a line is the first of what a server writes when it opens a log. */
export const isOpening = (line: string): boolean => OPENED.test(line);

const HASH = 0x23;
const TAB = 0x09;
const LETTER_T = 0x54;
const ENDING = Buffer.from("started with:");
const LONGEST_OPENING = 2_000;

/** Whether a line begins a record; all others go on with the one before. */
export function beginsRecord(form: MysqlForm, { bytes }: Pick<RawRecord, "bytes">): boolean {
  const [first = 0] = bytes;
  const start = (): string => bytes.toString("latin1", 0, START);
  if (first === LETTER_T && HEADING.test(start())) return true;
  if (bytes.length < LONGEST_OPENING && bytes.includes(ENDING) && isOpening(bytes.toString("latin1"))) return true;
  if (form === "mysql-slow") return first === HASH && (SLOW.test(start()) || TIME.test(start()));
  return (first === TAB || (first >= 0x30 && first <= 0x39)) && GENERAL.test(start());
}

/** When a record of the general log was written; `null` where it does not say. A slow log is silent about all that is fast. */
export function timeInGeneral(bytes: Buffer): number | null {
  const [, iso, local] = GENERAL.exec(bytes.toString("latin1", 0, START)) ?? [];
  return iso === undefined && local === undefined ? null : parseTime(iso ?? withCentury(local ?? ""));
}

/** What is known of a log besides its next record: plain JSON. */
interface Memory {
  /** As it was logged last. */
  time: string;
  /** Of the slow log, which names a schema only when it is another one. */
  schema: string | null;
  threads: [string, MysqlThread][];
}

/** Finds the statements in the records of one log, in their order. */
export class MysqlStatements {
  readonly #form: MysqlForm;
  #time: string;
  #schema: string | null;
  readonly #threads: MysqlThreads;

  /** `memory` is what an earlier reader knew where this one goes on; `null` at the beginning. */
  constructor(form: MysqlForm, memory: string | null) {
    this.#form = form;
    const known: Memory = memory === null ? NOTHING : (JSON.parse(memory) as Memory);
    this.#time = known.time;
    this.#schema = known.schema;
    this.#threads = new MysqlThreads(known.threads);
  }

  /** What there is to know for going on behind the last record. */
  memory(): string {
    return JSON.stringify({
      time: this.#time,
      schema: this.#schema,
      threads: this.#threads.known(),
    } satisfies Memory);
  }

  /** The statement a record has; `null` for one that has none, `undefined` for what is no record. */
  find(record: string): LoggedQuery | null | undefined {
    const line = record.slice(0, (record.indexOf("\n") + 1 || record.length + 1) - 1);
    if (isOpening(line)) {
      // Numbers of threads begin anew with the server.
      this.#threads.clear();
      this.#schema = null;
      return null;
    }
    if (HEADING.test(line)) return null;
    return this.#form === "mysql-slow" ? this.#slow(record) : this.#general(record);
  }

  #general(record: string): LoggedQuery | null | undefined {
    const match = GENERAL.exec(record);
    if (match === null) return undefined;
    const [head, iso, local, thread = "", command = ""] = match;
    if (iso !== undefined || local !== undefined) this.#time = iso ?? withCentury(local ?? "");
    const argument = record.slice(head.length).replace(/\r?\n$/, "");
    this.#threads.see({ time: this.#time, thread, command, argument });
    if (command !== "Query" && command !== "Execute") return null;
    const { session, user, schema } = this.#threads.of(thread);
    return query(argument, { at: parseTime(this.#time), durationMs: null, user, schema, session });
  }

  #slow(record: string): LoggedQuery | null | undefined {
    const time = TIME.exec(record)?.[1]?.trim();
    if (time !== undefined) {
      this.#time = /^\d{6} /.test(time) ? withCentury(time) : time;
      return null;
    }
    const match = SLOW.exec(record);
    if (match === null) return undefined;
    const [, signedIn = "", account = "", id] = match;
    const text = /^(?:#.*\n)*/.exec(record)?.[0] ?? "";
    let rest = record.slice(text.length);
    const [, seconds] = /Query_time: +([\d.]+)/.exec(text) ?? [];
    const [, thread = id] = /Thread_id: +(\d+)/.exec(text) ?? [];
    const [, named] = /Schema: ?(.*?)(?: {2}|$)/m.exec(text) ?? [];
    const used = /^use (?:`((?:[^`]|``)+)`|([^\n]+?));\n/.exec(rest);
    if (used !== null) {
      this.#schema = used[1]?.replaceAll("``", "`") ?? used[2] ?? null;
      rest = rest.slice(used[0].length);
    }
    const began = /^SET (?:[a-z_]+=\d+,)*timestamp=(\d+(?:\.\d+)?);\n/.exec(rest);
    if (began !== null) rest = rest.slice(began[0].length);
    const statement = rest.replace(/;\s*$/, "");
    if (statement.trim() === "" || statement.startsWith("# administrator command:")) return null;
    const durationMs = seconds === undefined ? null : Number(seconds) * 1_000;
    const ended = parseTime(this.#time);
    return query(statement, {
      // The log has when a statement ended, and in whole seconds when it began. MariaDB has whole seconds only, in its own time zone.
      at: isZoned(this.#time) && ended !== null ? Math.round(ended - (durationMs ?? 0)) : (startOf(began) ?? ended),
      durationMs,
      user: signedIn !== "" ? signedIn : account !== "" ? account : null,
      schema: named === undefined ? this.#schema : named === "" ? null : named,
      session: thread ?? null,
    });
  }
}

const NOTHING: Memory = { time: "", schema: null, threads: [] };

/** Whether a time says of which zone it is. */
const isZoned = (time: string): boolean => /(?:Z|[+-]\d\d:\d\d)$/.test(time);

const startOf = (match: RegExpExecArray | null): number | null =>
  match === null ? null : Math.round(Number(match[1]) * 1_000);

/** MariaDB's `261121  9:05:00` in four digits. */
const withCentury = (time: string): string =>
  `20${time.slice(0, 2)}-${time.slice(2, 4)}-${time.slice(4, 6)} ${time.slice(7).replace(/^ ?(\d):/, "0$1:")}`;

function query(
  text: string,
  known: Pick<LoggedQuery, "at" | "durationMs" | "user" | "schema" | "session">,
): LoggedQuery {
  return { text, ...known, database: null, times: 1, cut: false };
}

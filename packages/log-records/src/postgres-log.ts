/**
 * Statements in server logs of PostgreSQL, csvlog and jsonlog. Source: PostgreSQL's manual, "Error Reporting and Logging": the
 * columns under "Using CSV-Format Log Output", the keys under "Using JSON-Format Log Output", the messages under `log_statement`
 * and `log_duration`.
 */
import type { LoggedQuery } from "@headwater/core/connector";
import { digestOf } from "./digest.ts";
import type { Format } from "./format.ts";
import { isOwn } from "./own.ts";
import { SearchPaths, type SetPath } from "./search-path.ts";
import { timeInGeneral } from "./mysql-log.ts";
import { parseTime } from "./times.ts";

/** What of a record matters, by the names both forms share. */
export interface ServerRecord {
  timestamp: string;
  user: string;
  dbname: string;
  session_id: string;
  error_severity: string;
  message: string;
  detail: string;
  statement: string;
  application_name: string;
}

/** The columns of a csvlog, by their place. */
const COLUMNS = {
  timestamp: 0,
  user: 1,
  dbname: 2,
  session_id: 5,
  error_severity: 11,
  message: 13,
  detail: 14,
  statement: 19,
  application_name: 22,
} as const;

/** The columns of a csvlog record that matter. */
export function fromCsvlog(fields: readonly string[]): ServerRecord {
  const record: Record<string, string> = {};
  for (const [name, at] of Object.entries(COLUMNS)) record[name] = fields[at] ?? "";
  return record as unknown as ServerRecord;
}

/** The keys of a jsonlog record that matter; `null` where it is none. */
export function fromJsonlog(value: { [key: string]: unknown }): ServerRecord | null {
  if (typeof value["timestamp"] !== "string" || typeof value["error_severity"] !== "string") return null;
  const record: Record<string, string> = {};
  for (const name of Object.keys(COLUMNS)) record[name] = typeof value[name] === "string" ? value[name] : "";
  return record as unknown as ServerRecord;
}

/** When a record of a server's log was written; `null` for records of other logs. */
export function timeOf({ form }: Pick<Format, "form">, bytes: Buffer): number | null {
  if (form === "mysql-general") return timeInGeneral(bytes);
  if (form === "csvlog") return parseTime(bytes.toString("latin1", 0, bytes.indexOf(",")));
  if (form !== "json" || !bytes.includes(SEVERITY)) return null;
  // The server writes it first.
  const match = /^\{"timestamp":"([^"]+)"/.exec(bytes.toString("latin1", 0, 100));
  return match === null ? null : parseTime(match[1] as string);
}

const SEVERITY = Buffer.from('"error_severity":');

const STATEMENT = /^(?:duration: (\d+(?:\.\d+)?) ms {2})?(?:statement|execute [^:]*): /;
const PREPARE = /^\s*PREPARE\s+(?!TRANSACTION\b)/i;
/** What an ERROR may follow: the same statement, logged before it ran. */
const SESSIONS_REMEMBERED = 10_000;
/** Of those, how many reading on knows, the latest: what fails hardly ever takes long. */
const SESSIONS_KEPT = 200;

/** A statement that was logged before it ran: as it was logged, what it stands for, and what names mean in it. */
interface Begun {
  logged: string;
  text: string;
  path: SetPath | null;
}

/** One that an earlier finder met, by {@link digestOf} what was logged. It stands for itself. */
interface BegunBefore {
  digest: string;
  path: SetPath | null;
}

/** What reading on needs to know: of statements no text, for they may hold what must not be kept. */
interface Memory {
  /** What {@link SearchPaths.memory} says. */
  paths: string | null;
  begun: (readonly [session: string, digest: string, path: SetPath | null])[];
}

/** Finds the statements in the records of one log, in their order. */
export class StatementFinder {
  /** What each session logged last before running it, the latest at the end. */
  readonly #begun = new Map<string, Begun>();
  readonly #begunBefore = new Map<string, BegunBefore>();
  readonly #paths: SearchPaths;

  /** `memory` is what an earlier finder knew where this one goes on; `null` at the beginning. */
  constructor(memory: string | null) {
    // A list is what the sessions set, and nothing else.
    const { paths, begun }: Memory = memory?.startsWith("{")
      ? (JSON.parse(memory) as Memory)
      : { paths: memory, begun: [] };
    this.#paths = new SearchPaths(paths);
    for (const [session, digest, path] of begun) this.#begunBefore.set(session, { digest, path });
  }

  /** What reading on needs to know; `null` for nothing. */
  memory(): string | null {
    const paths = this.#paths.memory();
    const before = [...this.#begunBefore].map(([session, { digest, path }]) => [session, digest, path] as const);
    // What was prepared stands in another record: it cannot be known again by what was logged.
    const latest = [...this.#begun].slice(-SESSIONS_KEPT).filter(([, { logged, text }]) => logged === text);
    const now = latest.map(([session, { logged, path }]) => [session, digestOf(logged, 16), path] as const);
    const begun = [...before, ...now].slice(-SESSIONS_KEPT);
    return begun.length === 0 ? paths : JSON.stringify({ paths, begun } satisfies Memory);
  }

  /** What a session began and has now failed with; `null` where it is not known. It is forgotten. */
  #failed(session: string, logged: string): Pick<Begun, "text" | "path"> | null {
    const begun = this.#begun.get(session);
    const before = this.#begunBefore.get(session);
    if (begun?.logged === logged) this.#begun.delete(session);
    else if (begun !== undefined || before?.digest !== digestOf(logged, 16)) return null;
    this.#begunBefore.delete(session);
    return begun ?? { text: logged, path: before?.path ?? null };
  }

  /** The statement a record tells of; `null` where it tells of none, `"own"` for one of Headwater's or OpenMetadata's. */
  find(record: ServerRecord): LoggedQuery | "own" | null {
    if (record.application_name.startsWith("headwater")) return "own";
    const { session_id: session } = record;
    if (record.error_severity === "ERROR" || record.error_severity === "FATAL") {
      const failed = record.statement === "" ? null : this.#failed(session, record.statement);
      return failed === null ? null : query(record, failed, null, -1);
    }
    if (record.error_severity !== "LOG") return null;
    const match = STATEMENT.exec(record.message);
    if (match === null) return null;
    const logged = record.message.slice(match[0].length);
    // It is logged again each time it is executed.
    if (PREPARE.test(logged)) return null;
    const text = prepared(record) ?? logged;
    if (isOwn(text)) return "own";
    this.#paths.follow(session, text);
    const path = this.#paths.pathOf(session);
    if (match[1] === undefined && session !== "") {
      if (this.#begun.size >= SESSIONS_REMEMBERED) this.#begun.clear();
      this.#begun.delete(session);
      this.#begunBefore.delete(session);
      this.#begun.set(session, { logged, text, path });
    }
    return query(record, { text, path }, match[1] === undefined ? null : Number(match[1]), 1);
  }
}

/** `EXECUTE name` says in its detail what was prepared. */
function prepared({ detail, message }: ServerRecord): string | null {
  if (!detail.startsWith("prepare: ") || !/: execute /i.test(message)) return null;
  const match = /^prepare: PREPARE\s+(?:"[^"]*"|\S+?)\s*(?:\([^)]*\))?\s+AS\s+/i.exec(detail);
  return match === null ? null : detail.slice(match[0].length);
}

function query(
  record: ServerRecord,
  { text, path }: { text: string; path: SetPath | null },
  durationMs: number | null,
  times: number,
): LoggedQuery {
  const logged = parseTime(record.timestamp);
  return {
    text,
    // With a duration it was logged when it ended.
    at: logged === null ? null : Math.round(logged - (durationMs ?? 0)),
    durationMs,
    user: record.user === "" ? null : record.user,
    database: record.dbname === "" ? null : record.dbname,
    schema: typeof path === "string" ? path : (path?.[0] ?? null),
    searchPath: typeof path === "string" ? null : path,
    session: record.session_id === "" ? null : record.session_id,
    times,
    cut: false,
  };
}

/** From records to queries: the one place that knows all forms of logs. */
import type { LoggedQuery } from "@headwater/core/connector";
import { ALIASES, type ColumnName, type Format, isMysql, type MysqlFormat } from "./format.ts";
import { type MysqlForm, MysqlStatements } from "./mysql-log.ts";
import { fromCsvlog, fromJsonlog, StatementFinder } from "./postgres-log.ts";
import { isOwn } from "./own.ts";
import { csvFields, type RawRecord } from "./records.ts";
import { parseTime } from "./times.ts";
import { textOf } from "./text-of.ts";

/** What one record came to: a query, with what of it was not understood, nothing that matters, one of our own, or why it could not be read. */
export type Outcome = { query: LoggedQuery; doubt?: string } | { skip: "no query" | "own" } | { fault: string };

const COMMA = 0x2c;
const NO_TIME =
  "a time is not understood, and is taken for now: times are like 2026-11-20 10:00:00, or seconds since 1970";
const CSVLOG_LEAST = 23;

/** Reads the records of a log in their order. */
export interface RecordReader {
  read(record: RawRecord): Outcome;
  /** What there is to know, besides the place, for going on behind the last record; `null` for nothing. */
  memory(): string | null;
}

/** Makes the reader of a log's records, which go on where one with this memory ended. */
export function recordReader(format: Format, memory: string | null): RecordReader {
  if (isMysql(format)) return mysqlReader(format.form, memory);
  const finder = new StatementFinder(memory);
  return { read: lineReader(format, finder), memory: () => finder.memory() };
}

function mysqlReader(form: MysqlForm, memory: string | null): RecordReader {
  const statements = new MysqlStatements(form, memory);
  return {
    read(record) {
      if (record.fault !== null) return { fault: "a record is longer than 16 MB" };
      const query = statements.find(textOf(record.bytes));
      if (query === undefined)
        return isBlank(record.bytes) ? { skip: "no query" } : { fault: "a line belongs to no record" };
      return found(query !== null && isOwn(query.text) ? "own" : query);
    },
    memory: () => statements.memory(),
  };
}

function lineReader(format: Exclude<Format, MysqlFormat>, finder: StatementFinder): (record: RawRecord) => Outcome {
  return (record) => {
    if (record.fault === "too long") return { fault: "a record is longer than 16 MB" };
    if (record.fault === "unclosed") return { fault: "a quote is opened and never closed" };
    if (isBlank(record.bytes)) return { skip: "no query" };
    if (format.form === "json") return fromJson(record.bytes, finder);
    const fields = csvFields(record.bytes, format.form === "csv" ? format.delimiter : COMMA);
    if (fields === null) return { fault: "quotes are in the wrong places" };
    if (format.form === "csvlog") {
      if (fields.length < CSVLOG_LEAST)
        return { fault: `a record has fewer than the ${CSVLOG_LEAST} columns of a csvlog` };
      return found(finder.find(fromCsvlog(fields)));
    }
    if (fields.length !== format.width) return { fault: "a record has another number of columns than the header" };
    return fromColumns((name) => {
      const at = format.columns.get(name);
      return at === undefined ? "" : (fields[at] as string);
    });
  };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 3 && bytes.toString("latin1").trim() === "";
}

function found(query: LoggedQuery | "own" | null): Outcome {
  if (query === "own") return { skip: "own" };
  return query === null ? { skip: "no query" } : { query };
}

function fromJson(bytes: Buffer, finder: StatementFinder): Outcome {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch {
    return { fault: "a line is not JSON" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { fault: "a line is no JSON object" };
  const record = value as { [key: string]: unknown };
  const server = fromJsonlog(record);
  if (server !== null) return found(finder.find(server));
  const columns = new Map<ColumnName, string>();
  for (const [key, cell] of Object.entries(record)) {
    const name = ALIASES.get(key.toLowerCase());
    if (name === undefined || columns.has(name)) continue;
    if (typeof cell === "string") columns.set(name, cell);
    else if (typeof cell === "number" || typeof cell === "boolean") columns.set(name, String(cell));
  }
  if (!columns.has("query_text")) return { fault: "a line has no query_text" };
  return fromColumns((name) => columns.get(name) ?? "");
}

function fromColumns(get: (name: ColumnName) => string): Outcome {
  const text = get("query_text");
  if (text.trim() === "") return { skip: "no query" };
  if (isOwn(text)) return { skip: "own" };
  // A query that failed moved nothing.
  if (/^(?:true|t|1|yes)$/i.test(get("aborted").trim())) return { skip: "no query" };
  const [start, end] = [parseTime(get("start_time")), parseTime(get("end_time"))];
  const duration = Number(get("duration"));
  const lasted = start !== null && end !== null && end >= start ? end - start : null;
  const orNull = (name: ColumnName): string | null => (get(name) === "" ? null : get(name));
  return {
    query: {
      text,
      at: start ?? end,
      durationMs: get("duration").trim() !== "" && duration >= 0 ? duration : lasted,
      user: orNull("user_name"),
      database: orNull("database_name"),
      schema: orNull("schema_name"),
      session: orNull("session_id"),
      times: 1,
      cut: false,
    },
    ...(start === null && end === null && (get("start_time") + get("end_time")).trim() !== ""
      ? { doubt: NO_TIME }
      : {}),
  };
}

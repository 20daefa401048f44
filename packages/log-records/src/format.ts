/** The forms a log can have, told from its beginning. */
import { isSourceError, SourceError } from "@headwater/core/connector";
import { type MysqlForm, mysqlFormOf } from "./mysql-log.ts";
import { csvFields } from "./records.ts";

/** How the records of a file are read. */
export type Format =
  | {
      form: "csv";
      delimiter: number;
      /** Where each known column is. */
      columns: ReadonlyMap<ColumnName, number>;
      width: number;
    }
  | { form: "json" }
  | { form: "csvlog" }
  | MysqlFormat;

/** A log of MySQL or MariaDB, whose records are lines with lines behind them. */
export interface MysqlFormat {
  form: MysqlForm;
}

/** Whether a form is one of MySQL's. */
export const isMysql = (format: Format): format is MysqlFormat =>
  format.form === "mysql-general" || format.form === "mysql-slow";

/** OpenMetadata's columns, and ours for sessions. */
export const COLUMN_NAMES = [
  "query_text",
  "database_name",
  "schema_name",
  "user_name",
  "start_time",
  "end_time",
  "duration",
  "aborted",
  "session_id",
] as const;
/** The name of a column that is read. */
export type ColumnName = (typeof COLUMN_NAMES)[number];

/** What JSON lines may call a column, beside its own name. */
export const ALIASES: ReadonlyMap<string, ColumnName> = new Map([
  ...COLUMN_NAMES.map((name) => [name, name] as const),
  ["query", "query_text"],
  ["sql", "query_text"],
  ["statement", "query_text"],
  ["sql_text", "query_text"],
  ["database", "database_name"],
  ["schema", "schema_name"],
  ["user", "user_name"],
  ["timestamp", "start_time"],
  ["time", "start_time"],
  ["duration_ms", "duration"],
  ["session", "session_id"],
]);

const DELIMITERS = [",", ";", "\t", "|"].map((text) => text.charCodeAt(0));
/** A server log of PostgreSQL has 23 columns in version 12, 24 in 13 and 26 since 14. */
const CSVLOG_WIDTHS = new Set([23, 24, 26]);
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Tells the form of a log from its first bytes. Throws a `SourceError` (`refused`) that says what is missing. */
export function formatOf(beginning: Buffer, path: string): { format: Format; start: number } {
  const start = beginning.subarray(0, 3).equals(BOM) ? 3 : 0;
  const text = beginning.subarray(start);
  const first = text.find((byte) => byte > 0x20);
  if (first === undefined)
    throw new SourceError("refused", `${path} is empty.`, { hint: "Name a file with records in it." });
  if (first === 0x7b) return { format: { form: "json" }, start };
  refuseOtherThanText(text, first, path);
  const line = firstRecord(text);
  for (const delimiter of DELIMITERS) {
    const names = csvFields(line, delimiter)?.map((name) => name.trim().toLowerCase());
    if (names === undefined || !names.includes("query_text")) continue;
    const columns = new Map(
      names.flatMap((name, at) => {
        const column = ALIASES.get(name);
        return column === undefined ? [] : [[column, at] as const];
      }),
    );
    return { format: { form: "csv", delimiter, columns, width: names.length }, start: start + line.length };
  }
  const fields = csvFields(line, DELIMITERS[0] as number);
  if (fields !== null && CSVLOG_WIDTHS.has(fields.length) && /^\d{4}-\d\d-\d\d \d\d:/.test(fields[0] as string))
    return { format: { form: "csvlog" }, start };
  const form = mysqlFormOf(text.toString("latin1"));
  if (form !== null) return { format: { form }, start };
  const shown = (fields ?? []).slice(0, 8).map((name) => (name.length > 30 ? `${name.slice(0, 29)}…` : name));
  throw new SourceError("refused", `${path} is no query log that is known: it has no column query_text.`, {
    hint: `Its first line has ${fields === null ? "quotes in the wrong places" : `these columns: ${shown.join(", ")}`}. A log is CSV with a header line (query_text, and where there are any: ${COLUMN_NAMES.slice(1).join(", ")}), JSON lines with such keys, a csvlog or jsonlog of PostgreSQL, or a general or slow log of MySQL or MariaDB.`,
  });
}

const COMPRESSED: readonly (readonly [name: string, beginning: Buffer])[] = [
  ["zip", Buffer.from("PK\u0003\u0004", "latin1")],
  ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ["bzip2", Buffer.from("BZh")],
  ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a])],
];
/** How much of a file's first line tells what it is, in bytes. */
const HEAD_BYTES = 4_096;
const NEWLINE = 0x0a;
const OPEN_BRACKET = 0x5b;

/** Says what a file is that would otherwise be taken for a log without the columns it should have. */
function refuseOtherThanText(text: Buffer, first: number, path: string): void {
  const refuse = (what: string, hint: string): never => {
    throw new SourceError("refused", `${path} ${what}.`, { hint });
  };
  const packed = COMPRESSED.find(([, beginning]) => text.subarray(0, beginning.length).equals(beginning));
  if (packed !== undefined) refuse(`is compressed with ${packed[0]}`, "Unpack it, or compress it with gzip instead.");
  const newline = text.indexOf(NEWLINE);
  const head = text.subarray(0, newline < 0 ? HEAD_BYTES : Math.min(newline + 1, HEAD_BYTES));
  const zeros = head.filter((byte) => byte === 0).length;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) || zeros > head.length / 3)
    refuse("is not UTF-8; it looks like UTF-16", "Convert it: iconv -f UTF-16 -t UTF-8.");
  if (zeros > 0) refuse("is no text", "Name a file of text: CSV, JSON lines, or a server's log.");
  if (first === OPEN_BRACKET && /^\s*\[\s*[{\]]/.test(text.toString("latin1", 0, HEAD_BYTES)))
    refuse("is one JSON array", "A log has one JSON object on each line: jq -c '.[]' makes them of an array.");
  const carriage = head.indexOf(0x0d);
  if (carriage >= 0 && head[carriage + 1] !== 0x0a && /query_text/i.test(head.toString("latin1", 0, carriage)))
    refuse("has lines that end with a carriage return alone", "Convert it: tr '\\r' '\\n'.");
}

/** Whether a log, by its beginning, is one of slow statements only. */
export function isSlowLog(beginning: Buffer): boolean {
  try {
    return formatOf(beginning, "").format.form === "mysql-slow";
  } catch (error) {
    // What is no log at all is said by whoever reads it.
    if (isSourceError(error)) return false;
    throw error;
  }
}

function firstRecord(text: Buffer): Buffer {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === 0x22) quoted = !quoted;
    else if (text[at] === 0x0a && !quoted) return text.subarray(0, at + 1);
  }
  const newline = text.indexOf(0x0a);
  return newline < 0 ? text : text.subarray(0, newline + 1);
}

/** The queries of a log's text, page by page, on from where reading stopped. */
import type { LoggedQuery } from "@headwater/core/connector";
import { digestOf } from "./digest.ts";
import { type Format, formatOf, isMysql } from "./format.ts";
import { joinLines } from "./join-lines.ts";
import { beginsRecord } from "./mysql-log.ts";
import { timeOf } from "./postgres-log.ts";
import { recordReader } from "./record-reader.ts";
import { type RawRecord, readRecords } from "./records.ts";

/** The text of one log. */
export interface LogText {
  /** What messages call it. */
  name: string;
  /** Its first {@link BEGINNING_BYTES}. */
  beginning: Buffer;
  /** Its text behind an offset. */
  open: (offset: number) => AsyncIterable<Buffer>;
  /** Somebody is writing to it: what its end lacks is left for the next time. */
  growing: boolean;
}

/** Some records of a log. */
export interface RecordPage {
  queries: LoggedQuery[];
  /** What could not be read, and in which line: of the text, or of what is new where reading went on; 0 at the end of the text. `kept`: it was read all the same. */
  faults: { reason: string; line: number; kept?: true }[];
  leftOut: number;
  /** From its first record to its last, by the times a server's own log gives them, whatever they are about; `null` for other logs. */
  span: { from: number; to: number } | null;
  /** What stood before `from` is not there: this is another text, read from its beginning. */
  another: boolean;
  /** Where the next page begins. */
  end: number;
  /** What stands before that, for knowing it again; `null` where that is not known. */
  mark: string | null;
}

/** Text of one page, at most, in bytes: pages of long statements have fewer rows. */
const PAGE_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads on behind `from`, where `mark` tells what stood before it. There is always a last page, with no rows if nothing is left.
 * Throws a `SourceError` (`refused`) for a text that is no log, and what `open` throws.
 */
export async function* readPages(
  { name, beginning, open, growing }: LogText,
  { from, mark, pageRows }: { from: number; mark: string | null; pageRows: number },
): AsyncGenerator<RecordPage> {
  const { format, start } = formatOf(beginning, name);
  let reader = recordReader(format, memoryIn(mark));
  let another = false;
  let begin = Math.max(from, start);
  // The last record that was read; `null` where it is not known as a whole, and cannot be known again.
  let before: Buffer | null | undefined;
  if (from > 0 && mark !== null && !(await isStillThere(open, from, mark))) {
    another = true;
    begin = start;
    reader = recordReader(format, null);
  }
  // Lines above the first record.
  const above = begin === start ? beginning.subarray(0, start).filter((byte) => byte === NEWLINE).length : 0;
  let page: RecordPage = { queries: [], faults: [], leftOut: 0, span: null, another, end: begin, mark };
  let size = 0;
  let first: Buffer | null = null;
  // Where what cannot be read began, if everything behind it cannot be read either.
  let tail: (Record<"end" | "line" | "queries" | "faults" | "leftOut", number> & { before: typeof before }) | null =
    null;
  let finished = true;
  let doubted = false;
  const take = (): RecordPage => {
    const times = [first, before ?? null].map((bytes) => (bytes === null ? null : timeOf(format, bytes)));
    const [earliest, latest] = times as [number | null, number | null];
    const full = {
      ...page,
      span: earliest === null || latest === null || latest < earliest ? null : { from: earliest, to: latest },
      mark: before === undefined ? mark : before === null ? null : markOf(before, reader.memory()),
    };
    page = { queries: [], faults: [], leftOut: 0, span: null, another: false, end: page.end, mark: null };
    [size, first, tail] = [0, null, null];
    return full;
  };
  try {
    for await (const records of recordsOf(format, open, begin, growing)) {
      for (const record of records) {
        const outcome = reader.read(record);
        finished = record.fault === "too long" || record.bytes.at(-1) === NEWLINE;
        // A piece of a record may look like one.
        if ("fault" in outcome)
          tail ??= {
            end: page.end,
            before,
            line: record.line,
            queries: page.queries.length,
            faults: page.faults.length,
            leftOut: page.leftOut,
          };
        else if (finished) tail = null;
        page.end = record.end;
        before = record.fault === null ? record.bytes : null;
        size += record.bytes.length;
        // What a server writes when it opens its log has no time.
        if (before !== null && (!isMysql(format) || timeOf(format, before) !== null)) first ??= before;
        if ("query" in outcome) {
          page.queries.push(outcome.query);
          // Most likely all of them have it.
          if (outcome.doubt !== undefined && !doubted)
            page.faults.push({ reason: outcome.doubt, line: above + record.line, kept: true });
          doubted ||= outcome.doubt !== undefined;
        } else if ("fault" in outcome) page.faults.push({ reason: outcome.fault, line: above + record.line });
        else page.leftOut += 1;
        if (page.queries.length + page.faults.length >= pageRows || size >= PAGE_BYTES) yield take();
      }
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
    // What came before the place where the compressed text breaks off is whole.
    page.faults.push({ reason: "the compressed file breaks off", line: 0 });
  }
  // Somebody may be writing it: once it is whole it is read as a whole, and until then it is told of once.
  if (tail !== null && !finished && !isMysql(format)) {
    [page.queries.length, page.faults.length, page.leftOut] = [tail.queries, tail.faults, tail.leftOut];
    if (tail.end === start || tail.end !== from)
      page.faults.push({
        reason: "the last record is not finished, and is left for the next time",
        line: above + tail.line,
      });
    [page.end, before] = [tail.end, tail.before];
  }
  yield take();
}

/** The records of a text in one of the forms. */
function recordsOf(format: Format, open: LogText["open"], begin: number, growing: boolean): AsyncIterable<RawRecord[]> {
  if (!isMysql(format)) return readRecords(open, format.form !== "json", begin, growing);
  return joinLines(readRecords(open, false, begin, growing), (line) => beginsRecord(format.form, line), growing);
}

/** What stands at a place, for knowing it again: the length of the last record and its hash, and what else its reader knew there. */
function markOf(record: Buffer, memory: string | null): string {
  const stands = `${record.length} ${digestOf(record, 16)}`;
  return memory === null ? stands : `${stands} ${memory}`;
}

const MARK = /^(\d+) ([0-9a-f]+)(?: (.*))?$/s;

const memoryIn = (mark: string | null): string | null => MARK.exec(mark ?? "")?.[3] ?? null;

/** Whether the record before a place is the one that was read there. */
async function isStillThere(open: LogText["open"], at: number, mark: string): Promise<boolean> {
  const [, size = "0", hash = ""] = MARK.exec(mark) ?? [];
  const length = Number(size);
  const pieces: Buffer[] = [];
  let read = 0;
  for await (const chunk of open(Math.max(0, at - length))) {
    pieces.push(chunk);
    read += chunk.length;
    if (read >= length) break;
  }
  return read >= length && markOf(Buffer.concat(pieces).subarray(0, length), null) === `${size} ${hash}`;
}

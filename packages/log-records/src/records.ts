/** The records of a text, one by one, in constant memory: lines, or CSV records that may go over several lines. */
import { textOf } from "./text-of.ts";

/** A record as it lies in the text. */
export interface RawRecord {
  bytes: Buffer;
  /** Of its first byte, in the text as it is without compression. */
  offset: number;
  /** Where the next record begins. */
  end: number;
  /** The number of its first line, counted from where reading began. */
  line: number;
  /** What is wrong with it as a whole; then `bytes` is only its beginning. */
  fault: "too long" | "unclosed" | null;
}

/** The longest record that is kept: twice what the engine reads of one statement. */
export const MAX_RECORD: number = 16 * 1024 * 1024;
/** How far a quote is followed before it counts as never closed. */
const MAX_QUOTED = 256 * 1024 * 1024;

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/**
 * Splits text into records behind an offset, several at a time. With `quotes`, a newline between quotes belongs to the record. A record that is too long
 * is passed over; one whose quote is never closed costs its first line, and reading goes on behind that. A file that breaks off
 * (a truncated gzip) throws after its last whole record. Of a text that is `growing` an unfinished record at the end is left alone.
 */
export async function* readRecords(
  open: (offset: number) => AsyncIterable<Buffer>,
  quotes: boolean,
  from: number,
  growing: boolean,
): AsyncGenerator<RawRecord[]> {
  let [offset, line] = [from, 1];
  for (;;) {
    const again = yield* recordsFrom(open, quotes, offset, line, growing);
    if (again === null) return;
    ({ offset, line } = again);
  }
}

async function* recordsFrom(
  open: (offset: number) => AsyncIterable<Buffer>,
  quotes: boolean,
  from: number,
  firstLine: number,
  growing: boolean,
): AsyncGenerator<RawRecord[], { offset: number; line: number } | null> {
  // Pieces of the record under way, and how much of it there is; beyond the limit only its beginning is kept.
  let pieces: Buffer[] = [];
  let [kept, length] = [0, 0];
  let [offset, line, lines] = [from, firstLine, 0];
  let quoted = false;
  const unclosed = (): { record: RawRecord; next: { offset: number; line: number } } => {
    const start = Buffer.concat(pieces);
    const newline = start.indexOf(NEWLINE);
    const size = newline < 0 ? start.length : newline + 1;
    return {
      record: { bytes: start.subarray(0, size), offset, end: offset + size, line, fault: "unclosed" },
      next: { offset: offset + size, line: line + 1 },
    };
  };
  for await (const chunk of open(from)) {
    // As many as the chunk ends: one by one they would cost more than all the rest.
    const records: RawRecord[] = [];
    let begin = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        if (quotes) quoted = !quoted;
      } else if (byte === NEWLINE) {
        lines += 1;
        if (quoted) continue;
        const piece = chunk.subarray(begin, at + 1);
        length += piece.length;
        const tooLong = length > MAX_RECORD;
        const bytes = pieces.length === 0 ? piece : tooLong ? Buffer.concat(pieces) : Buffer.concat([...pieces, piece]);
        const end = offset + length;
        records.push({ bytes, offset, end, line, fault: tooLong ? "too long" : null });
        [pieces, kept, length] = [[], 0, 0];
        [offset, line, lines] = [end, line + lines, 0];
        begin = at + 1;
      }
    }
    if (records.length > 0) yield records;
    if (begin < chunk.length) {
      const rest = chunk.subarray(begin);
      length += rest.length;
      if (kept < MAX_RECORD) {
        // The chunk is the stream's to use again.
        pieces.push(Buffer.from(rest));
        kept += rest.length;
      }
      if (quoted && length > MAX_QUOTED) {
        const { record, next } = unclosed();
        yield [record];
        return next;
      }
    }
  }
  if (length === 0 || (growing && length <= MAX_RECORD)) return null;
  if (quoted) {
    const { record, next } = unclosed();
    yield [record];
    return record.bytes.length === length ? null : next;
  }
  const fault = length > MAX_RECORD ? "too long" : null;
  yield [{ bytes: Buffer.concat(pieces), offset, end: offset + length, line, fault }];
  return null;
}

/** The fields of a CSV record (RFC 4180), or `null` where its quotes are in the wrong places. An empty field is an empty text. */
export function csvFields(bytes: Buffer, delimiter: number): string[] | null {
  const fields: string[] = [];
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === NEWLINE || bytes[end - 1] === 0x0d)) end -= 1;
  for (let at = 0; ;) {
    if (bytes[at] === QUOTE && at < end) {
      let close = at + 1;
      let doubled = false;
      for (;;) {
        close = bytes.indexOf(QUOTE, close);
        if (close < 0 || close >= end) return null;
        if (bytes[close + 1] !== QUOTE || close + 1 >= end) break;
        doubled = true;
        close += 2;
      }
      const text = textOf(bytes, at + 1, close);
      fields.push(doubled ? text.replaceAll('""', '"') : text);
      at = close + 1;
      if (at >= end) return fields;
      if (bytes[at] !== delimiter) return null;
      at += 1;
    } else {
      let next = bytes.indexOf(delimiter, at);
      if (next < 0 || next > end) next = end;
      fields.push(textOf(bytes, at, next));
      if (next >= end) return fields;
      at = next + 1;
    }
  }
}

import { MAX_RECORD, type RawRecord } from "./records.ts";

/** A record that more lines may come to. */
interface Open {
  first: RawRecord;
  pieces: Buffer[];
  /** How many of the pieces are copies of our own. */
  owned: number;
  size: number;
  end: number;
  fault: RawRecord["fault"];
}

/**
 * Joins lines to records: a line that does not begin one goes on with the one before. Of a text that is `growing` the last record is left
 * alone, because a line may still come to it.
 */
export async function* joinLines(
  lines: AsyncIterable<RawRecord[]>,
  begins: (line: RawRecord) => boolean,
  growing: boolean,
): AsyncGenerator<RawRecord[]> {
  let open: Open | null = null;
  const close = ({ first, pieces, end, fault }: Open): RawRecord => ({
    ...first,
    bytes: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces),
    end,
    fault,
  });
  for await (const some of lines) {
    const records: RawRecord[] = [];
    for (const line of some) {
      const { bytes, end, fault } = line;
      if (open === null || begins(line)) {
        if (open !== null) records.push(close(open));
        open = { first: line, pieces: [bytes], owned: 0, size: bytes.length, end, fault };
        continue;
      }
      open.end = end;
      open.size += bytes.length;
      open.fault ??= fault ?? (open.size > MAX_RECORD ? "too long" : null);
      if (open.fault === null) open.pieces.push(bytes);
    }
    if (records.length > 0) yield records;
    // What they lie in is the stream's to use again.
    if (open !== null) {
      const { pieces } = open;
      for (let at = open.owned; at < pieces.length; at += 1) pieces[at] = Buffer.from(pieces[at] as Buffer);
      open.owned = pieces.length;
    }
  }
  if (open !== null && !growing) yield [close(open)];
}

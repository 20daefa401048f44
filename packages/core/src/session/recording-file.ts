/**
 * The file a recording is kept in: one gzip member per page, then one with the index, then an empty one that says where the
 * index begins. So it is an ordinary gzip file (`zcat` shows every line) that is written as it comes and read at any place.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { SourceErrorCode } from "../connector/source-error.ts";
import type { Json, JsonObject } from "../entities/json.ts";
import { HeadwaterError } from "../errors.ts";

/** The version of the format. */
export const RECORDING_FORMAT = 1;

/** What stands at the beginning of a recording. */
export interface RecordingHeader {
  headwaterRecording: typeof RECORDING_FORMAT;
  /** The connector's id and version: `postgres@1.2.0`. */
  connector: string;
  /** Whether literals and comments are as the source has them. Credentials never are. */
  literals: "kept" | "replaced";
  /** When it was begun, ISO 8601. */
  recordedAt: string;
  /** What was run, for whoever replays it. */
  run: JsonObject;
}

/** Where one line of the file is: its first byte and how many there are. */
export type Place = readonly [offset: number, length: number];

/** One answer as the index knows it. */
export interface AnswerPlace {
  /** Tells which question it answers; see `answerKey`. */
  key: string;
  group: string;
  request: string;
  pages: Place[];
  rows: number;
  /** How the request ended, where it failed behind its pages. */
  error: AnswerError | null;
  /** Whether it was read to its end. */
  whole: boolean;
}

/** A `SourceError` as data. */
export interface AnswerError {
  code: SourceErrorCode;
  message: string;
  hint: string | null;
  sourceCode: string | null;
  retryAfterMs: number | null;
}

/** One page as it is kept. The first of an answer carries the arguments of its request. */
export interface PageLine {
  args?: Json;
  rows: Json[][];
  bill?: { bytes?: number };
}

interface IndexLine {
  header: Place;
  answers: AnswerPlace[];
}

/** An empty gzip member whose extra field (RFC 1952, 2.3.1.1) "HW" holds the offset of the index. */
function trailer(indexAt: number): Buffer {
  const bytes = Buffer.alloc(TRAILER_BYTES);
  Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 12, 0, 0x48, 0x57, 8, 0]).copy(bytes);
  bytes.writeBigUInt64LE(BigInt(indexAt), 16);
  bytes.writeUInt8(3, 24);
  return bytes;
}
const TRAILER_BYTES = 34;

/** Writes a recording. It has its name only once it is finished, so that half a recording is never taken for one. */
export class RecordingWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #header: Place;
  #at = 0;
  readonly #answers: AnswerPlace[] = [];

  /** Throws a `HeadwaterError` when the file cannot be written. */
  constructor(path: string, header: RecordingHeader) {
    this.#path = path;
    try {
      this.#file = openSync(this.#unfinished, "w", 0o600);
    } catch (error) {
      throw new HeadwaterError("usage", `The recording ${path} cannot be written: ${(error as Error).message}`, {
        cause: error,
      });
    }
    this.#header = this.line(header);
  }

  get #unfinished(): string {
    return `${this.#path}.unfinished`;
  }

  /** Adds a line. */
  line(value: object): Place {
    const bytes = gzipSync(`${JSON.stringify(value)}\n`);
    writeSync(this.#file, bytes);
    const place = [this.#at, bytes.length] as const;
    this.#at += bytes.length;
    return place;
  }

  /** Adds an answer to the index. */
  add(answer: AnswerPlace): void {
    this.#answers.push(answer);
  }

  /** Writes the index and gives the file its name. */
  finish(): void {
    // The order in which answers came is nobody's business: two recordings of the same have the same index.
    this.#answers.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const [indexAt] = this.line({ header: this.#header, answers: this.#answers } satisfies IndexLine);
    writeSync(this.#file, trailer(indexAt));
    closeSync(this.#file);
    renameSync(this.#unfinished, this.#path);
  }

  /** Leaves nothing behind. */
  discard(): void {
    closeSync(this.#file);
    rmSync(this.#unfinished, { force: true });
  }
}

/** A recording to read from. */
export class Recording {
  readonly path: string;
  readonly header: RecordingHeader;
  readonly #file: number;
  readonly #answers = new Map<string, AnswerPlace[]>();

  /** Throws a `HeadwaterError` when there is no such file or it is no finished recording of this version. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, "r");
    } catch (error) {
      throw new HeadwaterError("usage", `The recording ${path} cannot be read: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const size = fstatSync(this.#file).size;
    const end = this.#bytes([Math.max(0, size - TRAILER_BYTES), Math.min(size, TRAILER_BYTES)]);
    if (end.length < TRAILER_BYTES || !end.equals(trailer(Number(end.readBigUInt64LE(16)))))
      throw this.#refusal("it is no recording of headwater, or one that was never finished");
    const indexAt = Number(end.readBigUInt64LE(16));
    const index = this.line<IndexLine>([indexAt, size - TRAILER_BYTES - indexAt]);
    this.header = this.line<RecordingHeader>(index.header);
    if (this.header.headwaterRecording !== RECORDING_FORMAT)
      throw this.#refusal("it is of another version of headwater; record it again");
    for (const answer of index.answers) {
      const others = this.#answers.get(answer.key);
      if (others === undefined) this.#answers.set(answer.key, [answer]);
      else others.push(answer);
    }
  }

  #refusal(why: string): HeadwaterError {
    this.close();
    return new HeadwaterError("usage", `${this.path} cannot be replayed: ${why}.`, {
      hint: "Recordings are made with headwater ingest --record FILE.",
    });
  }

  #bytes([offset, length]: Place): Buffer {
    const bytes = Buffer.alloc(length);
    readSync(this.#file, bytes, 0, length, offset);
    return bytes;
  }

  /** The line at a place. */
  line<T>(place: Place): T {
    return JSON.parse(gunzipSync(this.#bytes(place)).toString("utf8")) as T;
  }

  /** The n-th answer (from 0) to a question. */
  answer(key: string, nth: number): AnswerPlace | undefined {
    return this.#answers.get(key)?.[nth];
  }

  /** All answers, by their keys. */
  *answers(): Generator<AnswerPlace> {
    for (const answers of this.#answers.values()) yield* answers;
  }

  close(): void {
    closeSync(this.#file);
  }
}

import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { HeadwaterError } from "@headwater/core";

const CHUNK = 1024 * 1024;
const STDIN = 0;
const WAIT_MS = 20;

/** The lines of a file, or of standard input for `-`, read as they are asked for. Throws a `HeadwaterError` (`usage`). */
export function linesOf(file: string): Iterable<string> {
  const handle = file === "-" ? STDIN : open(file);
  return lines(handle, file);
}

function open(file: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    throw unreadable(file, error);
  }
}

function* lines(handle: number, file: string): Generator<string> {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(CHUNK);
  let rest = "";
  try {
    for (let read = fill(handle, buffer, file); read > 0; read = fill(handle, buffer, file)) {
      const parts = (rest + decoder.write(buffer.subarray(0, read))).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
    rest += decoder.end();
    if (rest !== "") yield rest;
  } finally {
    if (handle !== STDIN) closeSync(handle);
  }
}

function fill(handle: number, buffer: Buffer, file: string): number {
  for (;;) {
    try {
      return readSync(handle, buffer);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw unreadable(file, error);
      // A pipe that has nothing yet: there is nothing else to do until it has.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

function unreadable(file: string, cause: unknown): HeadwaterError {
  const name = file === "-" ? "Standard input" : file;
  return new HeadwaterError("usage", `${name} cannot be read: ${(cause as Error).message}.`, { cause });
}

import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

const CHUNK = 256 * 1024;

/** Opens the text of a file behind an offset. A gzip file is read through, for there is no way into its middle. */
export async function* openText(path: string, gzip: boolean, offset: number): AsyncGenerator<Buffer> {
  if (!gzip) {
    yield* createReadStream(path, { start: offset, highWaterMark: CHUNK }) as AsyncIterable<Buffer>;
    return;
  }
  const file = createReadStream(path, { highWaterMark: CHUNK });
  const text: Readable = file.pipe(createGunzip({ chunkSize: CHUNK }));
  file.on("error", (error) => text.destroy(error));
  try {
    let left = offset;
    for await (const chunk of text as AsyncIterable<Buffer>) {
      if (chunk.length <= left) left -= chunk.length;
      else {
        yield left > 0 ? chunk.subarray(left) : chunk;
        left = 0;
      }
    }
  } finally {
    file.destroy();
  }
}

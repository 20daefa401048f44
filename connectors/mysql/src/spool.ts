import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "@headwater/core/connector";

/**
 * Takes pieces of JSON as fast as they come, and gives them back at the reader's pace: a file that has no name any more, so that nobody
 * else reads it and nothing is left behind, however the process ends.
 */
export class Spool {
  readonly #file: FileHandle;
  /** How many bytes each piece has. */
  readonly #sizes: number[] = [];

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes an empty one in the folder for temporary files. */
  static async open(): Promise<Spool> {
    const folder = await mkdtemp(join(tmpdir(), "headwater-"));
    try {
      return new Spool(await open(join(folder, "spool"), "wx+", 0o600));
    } finally {
      // On every system the file lives on for as long as it is open.
      await rm(folder, { recursive: true });
    }
  }

  /** Adds a piece behind the others. */
  async add(piece: Json): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(piece));
    await this.#file.writeFile(bytes);
    this.#sizes.push(bytes.length);
  }

  /** The pieces in the order they were added. */
  async *pieces(): AsyncGenerator<Json> {
    let at = 0;
    for (const size of this.#sizes) {
      const { buffer } = await this.#file.read(Buffer.alloc(size), 0, size, at);
      at += size;
      yield JSON.parse(buffer.toString()) as Json;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

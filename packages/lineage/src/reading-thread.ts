import { Worker } from "node:worker_threads";
import type { DialectName } from "@headwater/sql-lineage";
import type { QueryText, ReadQuery } from "./read-query.ts";

/** Where and how queries are read. */
export interface ReadingPlace {
  /** The catalog's file. */
  file: string;
  service: string;
  otherServices: readonly string[];
  dialect: DialectName;
}

/** Heap of the thread in MB: the engine, the names of the tables, and the statements of one go. */
const HEAP = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };

/** A thread that reads queries while this one writes what the last ones said. */
export class ReadingThread {
  readonly #worker: Worker;

  constructor(place: ReadingPlace) {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "mjs";
    this.#worker = new Worker(new URL(`./reading-worker.${extension}`, import.meta.url), {
      workerData: place,
      resourceLimits: HEAP,
    });
    // What goes wrong is told to whoever waits for an answer.
    this.#worker.on("error", () => undefined);
  }

  /** Reads some queries, in their order. One call at a time. Rejects when the thread fails or is silent for too long. */
  async read(queries: readonly QueryText[], limitMs: number): Promise<ReadQuery[]> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#worker.off("message", answer).off("error", fail);
      };
      const answer = (read: ReadQuery[]): void => {
        end();
        resolve(read);
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      const timer = setTimeout(() => fail(new Error(`Nothing was read within ${limitMs} ms.`)), limitMs);
      this.#worker.on("message", answer).on("error", fail);
      this.#worker.postMessage(queries);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

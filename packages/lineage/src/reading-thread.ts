import { Worker } from "node:worker_threads";
import type { DialectName } from "@headwater/sql-lineage";
import type { PackedReadings } from "./packed-reading.ts";
import type { QueryText } from "./read-query.ts";

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

/** What waits for an answer. */
interface Call {
  queries: readonly QueryText[];
  resolve: (read: PackedReadings) => void;
  reject: (error: Error) => void;
}

/** A thread that reads queries while this one goes on. */
export class ReadingThread {
  readonly #worker: Worker;
  readonly #limitMs: number;
  /** In the order they were made, which is the order of the answers. */
  readonly #calls: Call[] = [];
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | null = null;

  /** `limitMs` is how long the thread may be silent while something waits for it. */
  constructor(place: ReadingPlace, limitMs: number) {
    this.#limitMs = limitMs;
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "mjs";
    this.#worker = new Worker(new URL(`./reading-worker.${extension}`, import.meta.url), {
      workerData: place,
      resourceLimits: HEAP,
    });
    this.#worker.on("message", (read: PackedReadings) => {
      const call = this.#calls.shift();
      this.#watch();
      call?.resolve(read);
    });
    this.#worker.on("error", (error: Error) => this.#fail(error));
  }

  /** Reads some queries, in their order. Rejects, as all later calls do, when the thread fails or is silent for too long. */
  async read(queries: readonly QueryText[]): Promise<PackedReadings> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#calls.push({ queries, resolve, reject });
      if (this.#calls.length === 1) this.#watch();
      this.#worker.postMessage(queries);
    });
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#calls.length === 0) return;
    const silent = new Error(`Nothing was read within ${this.#limitMs} ms.`);
    this.#timer = setTimeout(() => this.#fail(silent), this.#limitMs);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    clearTimeout(this.#timer);
    for (const { reject } of this.#calls.splice(0)) reject(error);
  }

  async close(): Promise<void> {
    this.#fail(new Error("The thread was closed."));
    await this.#worker.terminate();
  }
}

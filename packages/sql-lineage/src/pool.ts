import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Defaults } from "./resolver/tables.ts";
import type { GapReason, ScriptLineage } from "./result.ts";
import type { SchemaProvider, TableRequest, TableSchema } from "./schema.ts";
import type { DialectName } from "./dialects/index.ts";

/** What a pool is asked to read. */
export interface PoolTask {
  readonly sql: string;
  readonly dialect: DialectName;
  readonly defaults?: Defaults;
}

export interface PoolOptions {
  /** Workers; the machine's parallelism by default. */
  readonly size?: number;
  /** Knows the tables' columns; asked from the workers, answered here. */
  readonly schema?: SchemaProvider;
  /** Milliseconds a text may take, the schema provider's time not counted; 5,000 by default. */
  readonly timeLimit?: number;
  /** Megabytes of heap a worker may hold; 256 by default. */
  readonly memoryLimit?: number;
}

/** Reads many texts on worker threads. */
export interface Pool {
  /**
   * Reads texts as they come and yields their lineage in the same order. Takes no more from `tasks` than the workers can work on:
   * who reads slowly slows the source down. A text that takes too long or too much memory gives one statement with a gap.
   */
  readonly analyzeAll: (
    tasks: Iterable<PoolTask> | AsyncIterable<PoolTask>,
  ) => AsyncGenerator<ScriptLineage, void, undefined>;
  /** Reads one text. */
  readonly analyze: (task: PoolTask) => Promise<ScriptLineage>;
  /** Stops the workers. Texts being read are given up. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** What a worker is sent. */
export type ToWorker =
  | { readonly kind: "task"; readonly id: number; readonly task: PoolTask; readonly asks: boolean }
  | { readonly kind: "schema"; readonly id: number; readonly answers: readonly (readonly TableSchema[])[] }
  | { readonly kind: "schema failed"; readonly id: number; readonly message: string };

/** What a worker sends. */
export type FromWorker =
  | { readonly kind: "done"; readonly id: number; readonly result: ScriptLineage }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  | { readonly kind: "tables"; readonly id: number; readonly requests: readonly TableRequest[] };

interface Job {
  readonly id: number;
  readonly task: PoolTask;
  readonly resolve: (result: ScriptLineage) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a pool. Workers start when they are first needed. */
export function createPool(options: PoolOptions = {}): Pool {
  return new WorkerPool(options);
}

class WorkerPool implements Pool {
  private readonly size: number;
  private readonly options: PoolOptions;
  private readonly waiting: Job[] = [];
  private readonly slots: Slot[] = [];
  private next = 0;
  private closed = false;

  constructor(options: PoolOptions) {
    this.options = options;
    this.size = Math.max(1, options.size ?? availableParallelism());
  }

  readonly analyze = (task: PoolTask): Promise<ScriptLineage> => {
    if (this.closed) return Promise.reject(new Error("The pool is closed; start another one with createPool()."));
    return new Promise((resolve, reject) => {
      this.waiting.push({ id: this.next++, task, resolve, reject });
      this.assign();
    });
  };

  readonly analyzeAll = (
    tasks: Iterable<PoolTask> | AsyncIterable<PoolTask>,
  ): AsyncGenerator<ScriptLineage, void, undefined> => this.inOrder(tasks);

  private async *inOrder(
    tasks: Iterable<PoolTask> | AsyncIterable<PoolTask>,
  ): AsyncGenerator<ScriptLineage, void, undefined> {
    // Two for each worker: one being read, one ready to be.
    const ahead = this.size * 2;
    const running: Promise<ScriptLineage>[] = [];
    for await (const task of tasks) {
      const result = this.analyze(task);
      // Whoever fails is reported when its turn comes, not before.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= ahead) yield await running.shift()!;
    }
    for (const result of running) yield await result;
  }

  readonly close = async (): Promise<void> => {
    this.closed = true;
    const error = new Error("The pool was closed while this text was waiting or being read.");
    for (const job of this.waiting.splice(0)) job.reject(error);
    await Promise.all(this.slots.splice(0).map((slot) => slot.stop(error)));
  };

  readonly [Symbol.asyncDispose] = (): Promise<void> => this.close();

  private assign(): void {
    while (this.waiting.length > 0) {
      let slot = this.slots.find(({ busy }) => !busy);
      if (slot === undefined) {
        if (this.slots.length >= this.size) return;
        slot = new Slot(this.options, () => {
          this.assign();
        });
        this.slots.push(slot);
      }
      slot.run(this.waiting.shift()!);
    }
  }
}

/**
 * A worker at its limit is given 16 MB more, so that it can end by itself (Node's `worker_threads`). What survives one sweep of the
 * space for new objects must fit in there: where it does not, V8 ends the whole process.
 */
const YOUNG_MB = 12;

/** One worker and its replacements. */
class Slot {
  private readonly options: PoolOptions;
  private readonly onFree: () => void;
  private worker: Worker | null = null;
  private job: Job | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(options: PoolOptions, onFree: () => void) {
    this.options = options;
    this.onFree = onFree;
  }

  get busy(): boolean {
    return this.job !== null;
  }

  run(job: Job): void {
    this.job = job;
    this.worker ??= this.start();
    this.worker.ref();
    this.startClock();
    this.send({ kind: "task", id: job.id, task: job.task, asks: this.options.schema !== undefined });
  }

  async stop(error: Error): Promise<void> {
    this.stopClock();
    this.job?.reject(error);
    this.job = null;
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  private start(): Worker {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "mjs";
    const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: this.options.memoryLimit ?? 256, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on("message", (message: FromWorker) => {
      if (worker === this.worker) this.receive(message);
    });
    worker.on("error", (error: Error & { code?: string }) => {
      if (worker !== this.worker) return;
      this.worker = null;
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY")
        this.finish(limited(this.job?.task, "memory", `more than ${this.options.memoryLimit ?? 256} MB`));
      else this.fail(error);
    });
    return worker;
  }

  private send(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private startClock(): void {
    const limit = this.options.timeLimit ?? 5000;
    this.timer = setTimeout(() => {
      const { worker } = this;
      this.worker = null;
      void worker?.terminate();
      this.finish(limited(this.job?.task, "time", `longer than ${limit} ms`));
    }, limit);
  }

  private stopClock(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private receive(message: FromWorker): void {
    if (this.job === null || message.id !== this.job.id) return;
    if (message.kind === "done") this.finish(message.result);
    else if (message.kind === "failed") this.fail(new Error(message.message));
    else void this.answer(message.id, message.requests);
  }

  private async answer(id: number, requests: readonly TableRequest[]): Promise<void> {
    this.stopClock();
    try {
      const answers = await this.options.schema!(requests);
      if (this.job?.id !== id) return;
      this.startClock();
      this.send({ kind: "schema", id, answers });
    } catch (error) {
      if (this.job?.id === id)
        this.send({ kind: "schema failed", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  private finish(result: ScriptLineage): void {
    const { job } = this;
    this.free();
    job?.resolve(result);
    this.onFree();
  }

  private fail(error: Error): void {
    const { job } = this;
    this.free();
    job?.reject(error);
    this.onFree();
  }

  private free(): void {
    this.stopClock();
    this.job = null;
    // An idle worker does not keep the process alive.
    this.worker?.unref();
  }
}

/** The result of a text that met a limit: one statement nothing is known of. */
function limited(task: PoolTask | undefined, reason: GapReason, detail: string): ScriptLineage {
  const length = task?.sql.length ?? 0;
  return {
    dialect: task?.dialect ?? "ansi",
    statements: [
      {
        kind: "unknown",
        span: [0, length],
        within: null,
        fingerprint: "",
        reads: [],
        writes: [],
        calls: [],
        outputs: null,
        columns: [],
        dataset: [],
        gaps: [{ span: [0, length], reason, detail: `reading it took ${detail}` }],
      },
    ],
  };
}

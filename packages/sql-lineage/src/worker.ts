import { parentPort } from "node:worker_threads";
import { analyze } from "./analyze.ts";
import type { FromWorker, ToWorker } from "./pool.ts";
import type { SchemaProvider, TableSchema } from "./schema.ts";

/** The worker's side of the pool: reads one text at a time and asks for its tables through the pool. */
const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker of createPool(), not by itself.");

let waiting: {
  readonly resolve: (answers: readonly (readonly TableSchema[])[]) => void;
  readonly reject: (error: Error) => void;
} | null = null;

const send = (message: FromWorker): void => {
  port.postMessage(message);
};

port.on("message", (message: ToWorker) => {
  if (message.kind === "schema") waiting?.resolve(message.answers);
  else if (message.kind === "schema failed") waiting?.reject(new Error(message.message));
  else void run(message.id, message);
});

async function run(id: number, { task, asks }: Extract<ToWorker, { kind: "task" }>): Promise<void> {
  const schema: SchemaProvider = (requests) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      send({ kind: "tables", id, requests });
    });
  try {
    const { sql, dialect, defaults } = task;
    const result = await analyze(sql, {
      dialect,
      ...(defaults === undefined ? {} : { defaults }),
      ...(asks ? { schema } : {}),
    });
    send({ kind: "done", id, result });
  } catch (error) {
    send({ kind: "failed", id, message: error instanceof Error ? error.message : String(error) });
  }
}

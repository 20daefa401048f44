/** Reads queries on a thread of its own, with a connection of its own to the catalog. */
import { parentPort, workerData } from "node:worker_threads";
import { openReadOnly, type Said } from "@headwater/catalog";
import { analyze } from "@headwater/sql-lineage";
import { pack } from "./packed-reading.ts";
import { type QueryText, saidIn } from "./read-query.ts";
import type { ReadingPlace } from "./reading-thread.ts";
import { schemaOfServices } from "./schema.ts";

const { file, service, otherServices, dialect } = workerData as ReadingPlace;
const db = openReadOnly(file);
const schema = schemaOfServices(db, service, otherServices);

let turn: Promise<void> = Promise.resolve();
parentPort?.on("message", (queries: readonly QueryText[]) => {
  turn = answer(turn, queries);
});

/** Answers go out in the order of the questions. What fails here ends the thread, which the other side is told. */
async function answer(before: Promise<void>, queries: readonly QueryText[]): Promise<void> {
  await before;
  const packed = pack(await readAll(queries));
  parentPort?.postMessage(packed, [packed.numbers.buffer]);
}

async function readAll(queries: readonly QueryText[]): Promise<Said[]> {
  const read: Said[] = [];
  for (const query of queries) {
    const script = await analyze(query.text, { dialect, schema: schema.provide, defaults: query.defaults });
    read.push(saidIn(query, script, schema));
  }
  return read;
}

/** Reads queries on a thread of its own, with a connection of its own to the catalog. */
import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { openReadOnly } from "@headwater/catalog";
import { analyze } from "@headwater/sql-lineage";
import { pack } from "./packed-reading.ts";
import { type QueryText, readQuery, type ReadQuery } from "./read-query.ts";
import type { ReadingPlace } from "./reading-thread.ts";
import { schemaOfServices } from "./schema.ts";

stepBack();
const { file, service, otherServices, dialect } = workerData as ReadingPlace;
const db = openReadOnly(file);
const schema = schemaOfServices(db, service, otherServices);
/**
 * Whether what a go looks up is read in one transaction, which saves a lock for each. Without a write-ahead log that lock would keep the
 * thread that writes waiting until the whole go is read, longer perhaps than it waits for anybody.
 */
const inOneTransaction = db.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode === "wal";

let turn: Promise<void> = Promise.resolve();
parentPort?.on("message", (queries: readonly QueryText[]) => {
  turn = answer(turn, queries);
});

/**
 * Leaves the processor to the thread that goes through the log, where there are too few for both: that one is what a run waits for. Linux
 * gives each thread a priority of its own. Source: man 2 setpriority, "C library/kernel differences".
 */
function stepBack(): void {
  if (process.platform !== "linux") return;
  try {
    const thread = readlinkSync("/proc/thread-self").split("/").at(-1);
    setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here, or no /proc (a sandbox): the run only takes a little longer.
  }
}

/** Answers go out in the order of the questions. What fails here ends the thread, which the other side is told. */
async function answer(before: Promise<void>, queries: readonly QueryText[]): Promise<void> {
  await before;
  const packed = pack(await readAll(queries));
  parentPort?.postMessage(packed, [packed.numbers.buffer]);
}

async function readAll(queries: readonly QueryText[]): Promise<ReadQuery[]> {
  const read: ReadQuery[] = [];
  if (inOneTransaction) db.exec("BEGIN");
  for (const query of queries) {
    const script = await analyze(query.text, { dialect, schema: schema.provide, defaults: query.defaults });
    read.push(readQuery(query, script, schema));
  }
  if (inOneTransaction) db.exec("COMMIT");
  return read;
}

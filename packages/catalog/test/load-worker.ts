// Run by load.test.ts in threads of their own: reads or writes the catalog it is told, until it is told to stop.
import { parentPort, workerData } from "node:worker_threads";
import { changesSince, childrenOf, entitiesOf, historyOf, openDatabase, search } from "../src/index.ts";
import { ingest, sampleSource, table } from "./ingest.ts";

const { file, role, number } = workerData as { file: string; role: "reader" | "writer"; number: number };
const db = openDatabase(file);
const stop = new AbortController();
parentPort?.on("message", () => stop.abort());
/** Lets the message through. */
const breathe = (): Promise<void> => new Promise((next) => setImmediate(next));

/** Follows the feed from its beginning, and looks around. Returns how many changes it saw. */
async function read(): Promise<number> {
  let seen = 0;
  for (let over = false; ;) {
    const page = changesSince(db, seen, 200);
    for (const { seq } of page) {
      if (seq !== seen + 1) throw new Error(`The change ${seen + 1} is missing: ${seq} came.`);
      seen = seq;
    }
    if (over && page.length === 0) return seen;
    over = stop.signal.aborted;
    for (const { fqn } of childrenOf(db, "")) for (const { id } of entitiesOf(db, fqn)) historyOf(db, id);
    search(db, "description");
    await breathe();
  }
}

/** Runs again and again, each time with one change. Returns how many there were. */
async function write(): Promise<number> {
  const source = sampleSource(2, 10);
  const service = `service${number}`;
  let changes = 0;
  while (!stop.signal.aborted) {
    const description = `description ${changes}`;
    source.put("table", {
      path: ["db", "s1", "t1"],
      kind: "Regular",
      key: "s1.t1",
      facts: table(["id"], { description }),
    });
    const { state, message } = await ingest(source, db, {}, { service });
    if (state !== "success") throw new Error(`A run of ${service} ended with ${state}: ${message}`);
    changes += 1;
    await breathe();
  }
  return changes;
}

const done = await (role === "reader" ? read() : write());
db.close();
parentPort?.postMessage({ role, number, done });
// The port alone would keep the thread.
parentPort?.unref();

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Database, exportLines } from "@headwater/catalog";
import { HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";
import { withCatalog } from "../catalog/open.ts";
import { escapeJson } from "../screen/safe-text.ts";

/** `headwater export` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const format = args.value("format") ?? "jsonl";
  if (format !== "jsonl")
    throw new HeadwaterError("usage", `There is no format ${format}.`, { hint: "There is jsonl." });
  await withCatalog(call, { mustExist: true }, async (db) => {
    // Into files and pipes byte for byte as it is kept; a terminal is shielded from what strangers wrote.
    const lines = Readable.from(out.stream.isTTY ? shielded(db) : wholeLines(db));
    await pipeline(lines, out.stream, { end: false });
  });
  return 0;
}

const CHUNK = 64 * 1024;

function* wholeLines(db: Database): Generator<string> {
  let chunk = "";
  for (const line of exportLines(db)) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

function* shielded(db: Database): Generator<string> {
  for (const chunk of wholeLines(db)) yield escapeJson(chunk);
}

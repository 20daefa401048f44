import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Database, exportLineage, exportLines, exportQueries } from "@headwater/catalog";
import { HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";
import { withCatalog } from "../catalog/open.ts";
import { escapeJson } from "../screen/safe-text.ts";

/** `headwater export` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const format = args.value("format") ?? "jsonl";
  const linesOf = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (linesOf === undefined)
    throw new HeadwaterError("usage", `There is no format ${format}.`, {
      hint: `There are ${Object.keys(FORMATS).join(", ")}.`,
    });
  await withCatalog(call, { mustExist: true }, async (db) => {
    // Into files and pipes byte for byte as it is kept; a terminal is shielded from what strangers wrote.
    const lines = Readable.from(out.stream.isTTY ? shielded(linesOf(db)) : wholeLines(linesOf(db)));
    await pipeline(lines, out.stream, { end: false });
  });
  return 0;
}

/** What can be exported, by `--format`. */
const FORMATS: { readonly [format: string]: (db: Database) => Iterable<string> } = {
  jsonl: exportLines,
  lineage: exportLineage,
  queries: exportQueries,
};

const CHUNK = 64 * 1024;

function* wholeLines(lines: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

function* shielded(lines: Iterable<string>): Generator<string> {
  for (const chunk of wholeLines(lines)) yield escapeJson(chunk);
}

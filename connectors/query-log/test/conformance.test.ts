import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Fixture, SeededLog } from "@headwater/testkit";
import { conformance } from "@headwater/testkit/vitest";
import { queryLog } from "../src/index.ts";

/** Ten statements, a second apart. */
const QUERIES = Array.from({ length: 10 }, (_, at) => ({
  text: `INSERT INTO t SELECT ${at}`,
  at: Date.UTC(2026, 0, 5, 8, 0, at),
}));

async function log(): Promise<SeededLog> {
  const folder = mkdtempSync(join(tmpdir(), "hw-query-log-"));
  const rows = QUERIES.map(({ text, at }) => `${text},${new Date(at).toISOString()}`);
  writeFileSync(join(folder, "queries.csv"), `query_text,start_time\n${rows.join("\n")}\n`);
  return {
    connection: {},
    path: folder,
    queries: QUERIES,
    stop: async () => rmSync(folder, { recursive: true }),
  };
}

const fixture: Fixture = { source: "CSV files", package: dirname(import.meta.dirname), log };
conformance(queryLog, fixture, { report: "../../../docs/conformance/query-log.md" });

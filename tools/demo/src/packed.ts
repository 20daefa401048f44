// node tools/demo/src/packed.ts: makes what `headwater demo` of the published command shows, in packages/cli/demo.
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { applyWeekLater, loadSampleDatabase } from "@headwater/sample-database";
import { type PostgresServer, runSql, startPostgres } from "@headwater/test-servers";
import { Client } from "pg";
import { callHeadwater, ROOT } from "./screen.ts";

const DATABASE = "production";

/** One state of the sample database: its canonical export, and the recording it was read with. */
export interface PackedWeek {
  week: 1 | 2;
  lines: string;
  recording: string;
}

/** Reads the sample database before and after its week, into files of a folder. */
export async function readWeeks(server: PostgresServer, folder: string): Promise<PackedWeek[]> {
  await runSql(server.url(), `CREATE DATABASE ${DATABASE}`);
  const change = async (script: (client: Client) => Promise<void>): Promise<void> => {
    const client = new Client({ connectionString: server.url(DATABASE) });
    await client.connect();
    await script(client).finally(() => client.end());
  };
  const catalog = join(folder, "catalog.db");
  const weeks: PackedWeek[] = [];
  for (const [week, script] of [
    [1, loadSampleDatabase],
    [2, applyWeekLater],
  ] as const) {
    await change(script);
    const recording = join(folder, `week-${week}.recording`);
    const source = [server.url(DATABASE), "--service", "fernhill"];
    await callHeadwater("ingest", ...source, "--catalog", catalog, "--record", recording, "--keep-literals");
    weeks.push({ week, recording, lines: await callHeadwater("export", "--catalog", catalog) });
  }
  return weeks;
}

if (import.meta.main) {
  const folder = join(ROOT, "packages/cli/demo");
  const server = await startPostgres();
  try {
    for (const { week, lines, recording } of await readWeeks(server, folder)) {
      // Recordings are their owner's alone; this one is everybody's.
      chmodSync(recording, 0o644);
      writeFileSync(join(folder, `week-${week}.jsonl.gz`), gzipSync(lines, { level: 9 }));
    }
  } finally {
    await server.stop();
    for (const left of ["", "-wal", "-shm"]) rmSync(join(folder, `catalog.db${left}`), { force: true });
  }
  process.stdout.write(`${readFileSync(join(folder, "week-1.recording")).length} bytes of week 1 recorded.\n`);
}

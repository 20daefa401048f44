import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type Database, openDatabase } from "@headwater/catalog";
import { afterAll, expect, test } from "vitest";

const KILLS = process.env["HEADWATER_SOAK"] === "1" ? 100 : 4;

const folder = mkdtempSync(join(tmpdir(), "hw-lineage-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));
const bin = join(dirname(fileURLToPath(import.meta.resolve("headwater/package.json"))), "bin/headwater.js");
const connector = dirname(fileURLToPath(import.meta.resolve("@headwater/connector-query-log/package.json")));

/** A log of many sessions, some with temporary tables, long enough to be killed in. */
function log(): string {
  const rows: string[] = ["query_text,database_name,schema_name,user_name,start_time,session_id"];
  for (let at = 0; at < 25_000; at += 1) {
    const [shape, session] = [at % 900, `s${at % 40}`];
    const text =
      at % 50 === 7
        ? `CREATE TEMP TABLE step_${at % 40} AS SELECT a${shape} FROM src_${shape} WHERE x = ${at}`
        : at % 50 === 47
          ? `INSERT INTO kept_${shape} SELECT * FROM step_${at % 40}`
          : `INSERT INTO t_${shape} (a, b) SELECT s.a, max(s.b) FROM src_${shape} s WHERE s.c > ${at} GROUP BY s.a`;
    const minute = String(Math.floor(at / 1_000)).padStart(2, "0");
    rows.push(`"${text}",shop,public,u${at % 9},2026-01-01 10:${minute}:00,${session}`);
  }
  return `${rows.join("\n")}\n`;
}

/** Runs the command in a project of its own; kills it after some milliseconds. Returns its exit code, `null` when it was killed. */
async function run(catalog: string, killAfterMs: number | null): Promise<number | null> {
  const child = spawn(process.execPath, [bin, "ingest", "-c", "lineage.yaml", "-q", "--catalog", catalog], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  if (killAfterMs !== null) {
    await Promise.race([wait(killAfterMs), ended]);
    child.kill("SIGKILL");
  }
  return ended;
}

/** Everything the log came to. */
function contents(db: Database): unknown {
  const all = [
    "SELECT key, times, first_seen, last_seen, text FROM statement ORDER BY key",
    `SELECT s.fqn AS a, c.source_column AS b, t.fqn AS c, c.target_column AS d, x.key FROM claim c JOIN statement x ON x.id = c.statement
     JOIN place s ON s.id = c.source JOIN place t ON t.id = c.target ORDER BY 1, 2, 3, 4, 5`,
    "SELECT x.key, t.day, t.user, t.times FROM tally t JOIN statement x ON x.id = t.statement ORDER BY 1, 2, 3",
    "SELECT cursor, queries, bytes, faults, done FROM log_part",
  ].map((sql) => db.all(sql));
  db.close();
  return all;
}

test(
  `a run over a log that is killed ${KILLS} times ends in the graph of an uninterrupted one`,
  { timeout: 60_000 + KILLS * 10_000 },
  async () => {
    writeFileSync(
      join(folder, "package.json"),
      '{"private": true, "dependencies": {"@headwater/connector-query-log": "*"}}',
    );
    mkdirSync(join(folder, "node_modules/@headwater"), { recursive: true });
    symlinkSync(connector, join(folder, "node_modules/@headwater/connector-query-log"), "dir");
    writeFileSync(join(folder, "log.csv.gz"), gzipSync(log()));
    writeFileSync(
      join(folder, "lineage.yaml"),
      `source:
  type: query-log-lineage
  serviceName: shop
  serviceConnection: {config: {type: Postgres}}
  sourceConfig: {config: {type: DatabaseLineage, queryLogFilePath: log.csv.gz}}
`,
    );
    const began = performance.now();
    const whole = join(folder, "whole.db");
    expect(await run(whole, null)).toBe(0);
    const took = performance.now() - began;
    const expected = contents(openDatabase(whole));
    let seed = 11;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0, kills = 0; kills < KILLS; round += 1) {
      const catalog = join(folder, `killed-${round}.db`);
      for (let go = 0; go < 4; go += 1) {
        // Not in the first moments, when there is no catalog yet: that is another test's.
        if ((await run(catalog, took * (0.35 + 0.6 * random()))) !== null) break;
        kills += 1;
      }
      expect(await run(catalog, null)).toBe(0);
      expect(contents(openDatabase(catalog))).toEqual(expected);
    }
  },
);

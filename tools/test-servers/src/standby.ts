import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { Client } from "pg";
import { SERVER_USER } from "./cache.ts";
import type { PostgresServer } from "./postgres.ts";
import { connectionOf } from "./url.ts";

/** Parts of a data folder that a copy must not have: PostgreSQL's manual, "Making a Base Backup Using the Low Level API". */
const LEFT_OUT = /^(postmaster\.(pid|opts)|pg_wal\/.+|pg_replslot\/.+|pg_stat_tmp\/.+|backup_label.*)$/;

/** Copies a running primary's data folder into a new one that starts as its hot standby. */
export async function copyForStandby(primary: PostgresServer, data: string): Promise<void> {
  const { major } = primary;
  const client = new Client(connectionOf(primary.url()));
  await client.connect();
  try {
    await client.query(
      major >= 15 ? "SELECT pg_backup_start('copy', true)" : "SELECT pg_start_backup('copy', true, false)",
    );
    cpSync(primary.dataFolder, data, {
      recursive: true,
      filter: (from) => !LEFT_OUT.test(relative(primary.dataFolder, from).split(sep).join("/")),
    });
    mkdirSync(join(data, "pg_wal", "archive_status"), { recursive: true });
    const stop = major >= 15 ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)";
    const { rows } = await client.query<{ labelfile: string }>(`SELECT labelfile FROM ${stop}`);
    writeFileSync(join(data, "backup_label"), rows[0]?.labelfile ?? "");
  } finally {
    await client.end();
  }
  writeFileSync(join(data, "standby.signal"), "");
  const source = `host=127.0.0.1 port=${primary.port} user=postgres`;
  writeFileSync(join(data, "postgresql.auto.conf"), `primary_conninfo = '${source}'\n`);
  chmodSync(data, 0o700);
  if (SERVER_USER !== undefined) chownAll(data);
}

function chownAll(folder: string): void {
  const { uid, gid } = SERVER_USER as { uid: number; gid: number };
  for (const entry of [".", ...readdirSync(folder, { recursive: true, encoding: "utf8" })])
    chownSync(join(folder, entry), uid, gid);
}

import { openDatabase } from "@headwater/catalog";
import { createDatabase, postgresUrl, startFaultProxy } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { exported } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";
import { seeded } from "../src/seeded.ts";

/** How many random schedules are compared on each server; `npm run soak` asks for more. */
const SCHEDULES = process.env["HEADWATER_SOAK"] === "1" ? 64 : 4;

const schemas = Array.from({ length: 6 }, (_, at) => `s${at}`);
const BEFORE = schemas
  .map(
    (
      name,
    ) => `CREATE SCHEMA ${name}; CREATE TABLE ${name}.a (id integer PRIMARY KEY); CREATE TABLE ${name}.b (id integer, a integer REFERENCES ${name}.a);
      CREATE VIEW ${name}.v AS SELECT * FROM ${name}.b; CREATE FUNCTION ${name}.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
  )
  .join(";");
// Chains and swaps of names, within a schema and across schemas.
const AFTER = `ALTER TABLE s0.a RENAME TO x; ALTER TABLE s0.b RENAME TO a; ALTER TABLE s1.b RENAME TO c; CREATE TABLE s1.b (other text);
  ALTER SCHEMA s2 RENAME TO moved; CREATE SCHEMA s2; CREATE TABLE s2.a (id integer); ALTER TABLE s3.a SET SCHEMA s4_new; DROP SCHEMA s5 CASCADE;
  COMMENT ON TABLE s4.a IS 'Said'; ALTER TABLE s4.b RENAME TO t; ALTER TABLE s4.a RENAME TO b; ALTER TABLE s4.t RENAME TO a`;

await describePostgres((server) => {
  test(`${SCHEDULES} random schedules end in one export`, { timeout: 60_000 + SCHEDULES * 5_000 }, async () => {
    const proxy = await startFaultProxy(server);
    const texts = new Set<string>();
    const source = await createDatabase(server, { sql: BEFORE });
    const dbs = Array.from({ length: SCHEDULES }, (_, at) => ({
      db: openDatabase(":memory:"),
      random: seeded(at + 1),
      threads: [1, 3, 5, 9][at % 4] ?? 1,
    }));
    const each = async (): Promise<void> => {
      for (const { db, random, threads } of dbs) {
        const jitter = setInterval(() => proxy.delay(random() < 0.5 ? 0 : Math.ceil(random() * 4)), 3);
        const run = await ingest(db, postgresUrl(proxy.port, source.name), { options: { threads } });
        clearInterval(jitter);
        expect(run.state).toBe("success");
      }
    };
    await each();
    await source.sql(`CREATE SCHEMA s4_new; ${AFTER}`);
    await each();
    for (const { db } of dbs) {
      texts.add(exported(db));
      db.close();
    }
    expect(texts.size).toBe(1);
    await proxy.stop();
    await source.drop();
  });
});

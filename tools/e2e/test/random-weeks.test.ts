import { type Database, openDatabase } from "@headwater/catalog";
import {
  createDatabase,
  type FaultProxy,
  postgresUrl,
  startFaultProxy,
  type TestDatabase,
} from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { escapeIdentifier } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Exported, entities } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";
import { seeded } from "../src/seeded.ts";

/** How many histories are made up, and how many weeks each has; `npm run soak` asks for more. */
const HISTORIES = process.env["HEADWATER_SOAK"] === "1" ? 60 : 1;
const WEEKS = 6;
const CHANGES = 12;

/** Few names, so that they are taken again and again. */
const SCHEMAS = ["one", "two", "a.b"];
const NAMES = ["t", "u", "v", 'w"', "x.y"];

type Random = () => number;
const oneOf = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

/** A change somebody might make; many fail, as names are taken or missing, and then change nothing. */
function change(random: Random): string {
  const schema = (): string => escapeIdentifier(oneOf(random, SCHEMAS));
  const name = (): string => escapeIdentifier(oneOf(random, NAMES));
  const object = (): string => `${schema()}.${name()}`;
  const kinds: (() => string)[] = [
    () => `CREATE SCHEMA ${schema()}`,
    () => `CREATE TABLE ${object()} (id integer, a text, b numeric(10,2))`,
    () => `CREATE TABLE ${object()} (id bigint PRIMARY KEY)`,
    () => `CREATE VIEW ${object()} AS SELECT 1 AS id, ${Math.floor(random() * 3)} AS n`,
    () =>
      `CREATE OR REPLACE FUNCTION ${object()}(a integer) RETURNS integer LANGUAGE sql AS 'SELECT ${Math.floor(random() * 3)}'`,
    () => `DROP TABLE ${object()} CASCADE`,
    () => `DROP VIEW ${object()} CASCADE`,
    () => `DROP FUNCTION ${object()}(integer)`,
    () => `ALTER TABLE ${object()} RENAME TO ${name()}`,
    () => `ALTER TABLE ${object()} SET SCHEMA ${schema()}`,
    () => `ALTER FUNCTION ${object()}(integer) RENAME TO ${name()}`,
    () => `ALTER SCHEMA ${schema()} RENAME TO ${schema()}`,
    () => `ALTER TABLE ${object()} ADD COLUMN ${oneOf(random, ["a", "c", "d"])} text`,
    () => `ALTER TABLE ${object()} DROP COLUMN ${oneOf(random, ["a", "c", "d"])}`,
    () => `ALTER TABLE ${object()} RENAME COLUMN ${oneOf(random, ["a", "b"])} TO ${oneOf(random, ["c", "d"])}`,
    () => `COMMENT ON TABLE ${object()} IS '${Math.floor(random() * 3)}'`,
    () => `DROP SCHEMA ${schema()} CASCADE`,
    () => {
      const [at, table] = [schema(), name()];
      return `BEGIN; CREATE TABLE ${at}.built (id integer, a text); ALTER TABLE ${at}.${table} RENAME TO old; ALTER TABLE ${at}.built RENAME TO ${table}; DROP TABLE ${at}.old CASCADE; COMMIT`;
    },
  ];
  return oneOf(random, kinds)();
}

/** What readers of a catalog see of the source, without what depends on how it came about. */
function live(db: Database): Record<string, unknown>[] {
  const bare = ({ version: _version, ...entity }: Exported): Record<string, unknown> => entity;
  return [...entities(db).values()]
    .filter(({ deleted, entityType }) => deleted !== true && entityType !== "tag" && entityType !== "classification")
    .map(bare);
}

await describePostgres((server) => {
  let proxy: FaultProxy;
  beforeAll(async () => {
    proxy = await startFaultProxy(server);
  });
  afterAll(() => proxy.stop());

  test(
    `${HISTORIES} made-up histories of ${WEEKS} weeks end in what a fresh catalog says, broken runs or not`,
    { timeout: 60_000 + HISTORIES * 30_000 },
    async () => {
      for (let history = 0; history < HISTORIES; history += 1) {
        const random = seeded(history * 100 + server.major);
        const source: TestDatabase = await createDatabase(server);
        const url = `${postgresUrl(proxy.port, source.name)}?sslmode=disable`;
        const options = { maxDelete: { percent: 100 }, threads: oneOf(random, [1, 4]) };
        const db = openDatabase(":memory:");
        const done: string[] = [];
        for (let week = 0; week < WEEKS; week += 1) {
          for (let at = 0; at < CHANGES; at += 1) {
            const statement = change(random);
            const failed = await source.sql(statement).then(
              () => false,
              () => true,
            );
            if (!failed) done.push(statement);
          }
          // Sometimes a run breaks first, and the source may change before the next one.
          if (random() < 0.4) {
            proxy.cut({ direction: "toClient", at: { message: Math.floor(random() * 60) } });
            await ingest(db, url, { options }).catch(() => undefined);
            proxy.cut(null);
            // What a broken run has listed is not listed again: what changes meanwhile is seen by the run after the next.
            if (random() < 0.5) {
              await source.sql(change(random)).catch(() => undefined);
              await ingest(db, url, { options, allowEmpty: true });
            }
          }
          // Sometimes somebody works on the source while it is read.
          if (random() < 0.5) {
            const changes = Array.from({ length: CHANGES }, () => change(random));
            const working = (async () => {
              for (const statement of changes) await source.sql(statement).catch(() => undefined);
            })();
            const ended = await ingest(db, url, { options, allowEmpty: true });
            await working;
            done.push(`-- ${ended.state} while: ${changes.join("; ")}`);
            // What somebody holds a lock on for the whole run is all that may be missing.
            if (ended.exit !== 0 && ended.exit !== 4) throw new Error(`${ended.message}\n${done.join("\n")}`);
          }
          const run = await ingest(db, url, { options, allowEmpty: true });
          expect([history, week, run.state, done]).toEqual([history, week, "success", done]);
          const fresh = openDatabase(":memory:");
          await ingest(fresh, url, { options, allowEmpty: true });
          expect([history, week, done, live(db)]).toEqual([history, week, done, live(fresh)]);
          expect(db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
          fresh.close();
          done.push("-- ingested");
        }
        db.close();
        await source.drop();
      }
    },
  );
});

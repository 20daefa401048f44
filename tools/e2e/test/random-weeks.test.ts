import { curate, type Database, importLines, openDatabase } from "@headwater/catalog";
import {
  createDatabase,
  type FaultProxy,
  postgresUrl,
  startFaultProxy,
  type TestDatabase,
} from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import type { NameFilter, NodeName, RunOptions } from "@headwater/core";
import { escapeIdentifier } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, exported } from "../src/entities.ts";
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
    () => `ALTER TABLE ${object()} ADD CONSTRAINT ${name()} FOREIGN KEY (id) REFERENCES ${object()} (id)`,
    () => `CREATE VIEW ${object()} AS SELECT * FROM ${object()}`,
    () => `CREATE MATERIALIZED VIEW ${object()} AS SELECT id FROM ${object()}`,
    () => `CREATE TABLE ${object()} (id integer, a text) PARTITION BY RANGE (id)`,
    () =>
      `CREATE TABLE ${object()} PARTITION OF ${object()} FOR VALUES FROM (${oneOf(random, ["1) TO (2", "2) TO (3"])})`,
    () => `ALTER TABLE ${object()} DETACH PARTITION ${object()}`,
    () => `CREATE TABLE ${object()} () INHERITS (${object()})`,
    () => `ALTER TABLE ${object()} ENABLE ROW LEVEL SECURITY; CREATE POLICY ${name()} ON ${object()} USING (true)`,
    () => {
      const [at, table] = [schema(), name()];
      return `BEGIN; CREATE TABLE ${at}.built (id integer, a text); ALTER TABLE ${at}.${table} RENAME TO old; ALTER TABLE ${at}.built RENAME TO ${table}; DROP TABLE ${at}.old CASCADE; COMMIT`;
    },
  ];
  return oneOf(random, kinds)();
}

/** What the source says, as the catalog keeps it: live entities without their versions and what people say of them. */
function live(db: Database): { what: string; source: string; pointsAt: string }[] {
  return db.all(
    `SELECT e.type || ' ' || e.fqn AS what, d.source,
       (SELECT json_group_array(r.kind || ' ' || r.prefix || '.' || r.name ORDER BY r.kind, r.prefix, r.name) FROM reference r
        WHERE r.entity = e.id) AS pointsAt
     FROM entity e JOIN document d USING (id)
     WHERE e.deleted = 0 AND e.type NOT IN ('tag', 'classification') ORDER BY e.fqn, e.type`,
  );
}

/** Options under which a run sees only a part. */
function someOptions(random: Random): Partial<RunOptions> {
  const chance = (): boolean => random() < 0.5;
  const without = (text: string): NameFilter => ({
    includes: [],
    excludes: [{ text, regex: new RegExp(`^(?:${text})`, "iu") }],
  });
  return {
    maxDelete: oneOf(random, [{ percent: 100 }, { objects: 1 }]),
    want: { ddl: chance(), owners: chance(), tags: chance() },
    includeTables: random() < 0.8,
    includeViews: chance(),
    includeStoredProcedures: chance(),
    markDeleted: { database: chance(), databaseSchema: chance(), table: chance(), storedProcedure: chance() },
    filters: {
      ...(chance() ? { table: without("[tx]") } : {}),
      ...(chance() ? { databaseSchema: without("two") } : {}),
    } satisfies Record<string, NameFilter>,
  };
}

/** What a run with `options` deleted although they say to keep it. A schema that is gone takes everything in it along. */
function wronglyDeleted(
  db: Database,
  before: readonly { what: string }[],
  { markDeleted }: Partial<RunOptions>,
): string[] {
  const was = new Set(before.map(({ what }) => what));
  const gone = db.all<{ type: NodeName; fqn: string }>("SELECT type, fqn FROM entity WHERE deleted = 1");
  return gone
    .filter(({ type, fqn }) => was.has(`${type} ${fqn}`) && markDeleted?.[type] !== true)
    .filter(({ fqn }) => !gone.some((above) => fqn.startsWith(`${above.fqn}.`)))
    .map(({ fqn }) => fqn);
}

/** Says something about an entity nothing is said about yet. Returns whether there was one. */
function saySomething(db: Database, random: Random): boolean {
  const silent = db.all<{ id: number }>(
    `SELECT e.id FROM entity e JOIN document d USING (id)
     WHERE d.curated IS NULL AND e.type IN ('table', 'databaseSchema') AND e.deleted = 0 ORDER BY e.fqn`,
  );
  if (silent.length === 0) return false;
  const edit = { field: "displayName", value: "What people call it" } as const;
  return curate(db, oneOf(random, silent).id, null, [edit], { run: null, actor: "ana", at: 1 });
}

await describePostgres((server) => {
  let proxy: FaultProxy;
  beforeAll(async () => {
    proxy = await startFaultProxy(server);
  });
  afterAll(() => proxy.stop());

  /** Makes up a history. Returns what was wrong, with everything that had happened; `null` when nothing was. */
  async function history(seed: number): Promise<string | null> {
    const random = seeded(seed);
    const source: TestDatabase = await createDatabase(server);
    const url = `${postgresUrl(proxy.port, source.name)}?sslmode=disable`;
    const everything: Partial<RunOptions> = { maxDelete: { percent: 100 }, threads: oneOf(random, [1, 4]) };
    const db = openDatabase(":memory:");
    const past: string[] = [];
    const wrong = (what: string): string => `${what} (seed ${seed})\n${past.join(";\n")}`;
    const run = (options: Partial<RunOptions> = everything): ReturnType<typeof ingest> =>
      ingest(db, url, { options: { ...everything, ...options }, allowEmpty: true });
    const happen = async (): Promise<void> => {
      const statement = change(random);
      const done = await source.sql(statement).then(
        () => true,
        () => false,
      );
      if (done) past.push(statement);
    };
    let said = 0;
    try {
      for (let week = 0; week < WEEKS; week += 1) {
        for (let at = 0; at < CHANGES; at += 1) await happen();
        if (random() < 0.4) {
          const before = live(db);
          const options = someOptions(random);
          past.push(`-- a run with ${JSON.stringify(options)}`);
          await run(options);
          const lost = wronglyDeleted(db, before, options);
          if (lost.length > 0) return wrong(`It deleted ${lost.join(", ")}`);
        }
        if (random() < 0.4) {
          past.push("-- a run that breaks");
          proxy.cut({ direction: "toClient", at: { message: Math.floor(random() * 60) } });
          await run().catch(() => undefined);
          proxy.cut(null);
          // What a broken run has listed is not listed again: what changes meanwhile is seen by the run after the next.
          await happen();
          await run();
        }
        if (random() < 0.5) {
          past.push("-- a run while the source changes");
          const working = (async () => {
            for (let at = 0; at < CHANGES; at += 1) await happen();
          })();
          await run();
          await working;
        }
        past.push("-- a run");
        const { state, message } = await run();
        if (state !== "success") return wrong(`${state}: ${message}`);
        const fresh = openDatabase(":memory:");
        await ingest(fresh, url, { options: everything, allowEmpty: true });
        const [is, should] = [db, fresh].map((one) => live(one).map((entity) => JSON.stringify(entity)));
        fresh.close();
        const differing = [
          ...(is ?? []).filter((one) => !should?.includes(one)),
          ...(should ?? []).filter((one) => !is?.includes(one)),
        ];
        if (differing.length > 0) return wrong(`The catalog differs from a fresh one: ${differing.join("\n")}`);
        // What people say is never lost, whatever becomes of what they say it of.
        const [row] = db.all<{ n: number }>("SELECT count(*) AS n FROM document WHERE curated IS NOT NULL");
        if (row?.n !== said) return wrong(`Of ${said} things people said ${row?.n} are left.`);
        if (saySomething(db, random)) said += 1;
      }
      const lines = exported(db);
      const copy = openDatabase(":memory:");
      importLines(copy, lines.split("\n"), { run: null, actor: "ana", at: 1 });
      const lost = differences(exported(copy), lines);
      copy.close();
      return lost.length > 0 ? wrong(`Import and export change ${lost.join(", ")}`) : null;
    } finally {
      db.close();
      await source.drop();
    }
  }

  test(
    `${HISTORIES} made-up histories of ${WEEKS} weeks end in what a fresh catalog says, whatever befell source and runs`,
    { timeout: 60_000 + HISTORIES * 30_000 },
    async () => {
      for (let number = 0; number < HISTORIES; number += 1)
        expect(await history(number * 100 + server.major)).toBeNull();
    },
  );
});

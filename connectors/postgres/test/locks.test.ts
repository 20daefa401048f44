import { isSourceError, type Json, type TableFacts } from "@headwater/core";
import {
  connectionOf,
  createDatabase,
  type PostgresServer,
  runSql,
  startPostgres,
  type TestDatabase,
} from "@headwater/test-servers";
import { describePostgres, describeWith, testedMajors } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL, inSession, list, node, openPool, readDatabase } from "./reading.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** A connection that holds what its statements took until it is ended. */
async function holding(url: string, statements: string): Promise<Client> {
  const client = new Client(connectionOf(url));
  await client.connect();
  await client.query(`BEGIN; ${statements}`);
  return client;
}

await describePostgres((server) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(server, {
      sql: `CREATE TABLE busy (id integer PRIMARY KEY, CHECK (id > 0));
        CREATE TABLE parted (id integer CHECK (id > 0)) PARTITION BY RANGE (id);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (2);
        CREATE TABLE free (id integer REFERENCES busy);
        CREATE VIEW over_busy AS SELECT * FROM busy;
        CREATE VIEW over_view AS SELECT * FROM over_busy;
        CREATE VIEW over_free AS SELECT * FROM free;`,
    });
    if (server.major >= 14)
      await database.sql("CREATE FUNCTION reads_busy() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM busy; END");
  });
  afterAll(() => database.drop());

  test("what is locked, and what names it, is set aside; everything else is read at once", async () => {
    const holder = await holding(
      database.url,
      "LOCK TABLE busy IN ACCESS EXCLUSIVE MODE; LOCK TABLE parted_1 IN ACCESS EXCLUSIVE MODE",
    );
    const began = performance.now();
    const reading = await readDatabase(database.url, database.name);
    // Waiting would end with the lock timeout, after three seconds.
    expect(performance.now() - began).toBeLessThan(2_500);
    const expected = ["busy", "over_busy", ...(server.major >= 14 ? ["reads_busy()"] : [])];
    expect(reading.setAside.map(({ setAside }) => setAside[2] ?? "").toSorted(byText)).toEqual(expected);
    expect(reading.setAside[0]?.reason).toMatch(
      /^process \d+ has, or waits for, an ACCESS EXCLUSIVE lock on public\.busy\.$/,
    );
    const tables = [...reading.entities.values()].filter(({ type }) => type === "table");
    expect(tables.map(({ found }) => found.name).toSorted()).toEqual(["free", "over_free", "over_view", "parted"]);
    // A partition is a detail of its parent, and its bounds can be written without it.
    const parted = tables.find(({ found }) => found.name === "parted")?.facts as TableFacts;
    expect(parted.source?.["partitions"]).toHaveLength(1);
    await holder.end();
    const after = await readDatabase(database.url, database.name);
    expect(after.setAside).toEqual([]);
  });

  test("who waits for a lock is as much in the way as who has it", async () => {
    const reader = await holding(database.url, "SELECT * FROM busy");
    const waiting = new Client(connectionOf(database.url));
    await waiting.connect();
    const waits = waiting.query("BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE").catch(() => {});
    await expect
      .poll(() => database.sql("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted"))
      .toHaveLength(1);
    const reading = await readDatabase(database.url, database.name);
    expect(reading.setAside.map(({ setAside }) => setAside[2])).toContain("busy");
    await reader.end();
    await waits;
    await waiting.end();
  });

  test("a lock taken after the look at the locks is waited for no longer than the lock timeout", async () => {
    const pool = await openPool(`${database.url}?lock_timeout=100`);
    const members = await inSession(pool, database.name, (session) =>
      list(session, "table", [[database.name, "public"]]),
    );
    let holder: Client | undefined;
    const read: unknown[] = [];
    const thrown = await inSession(pool, database.name, async (session) => {
      const seeing = {
        server: session.server,
        pages: session.pages.bind(session),
        all: async (name: string, args?: Json) => {
          const rows = await session.all(name, args);
          if (name === "locked") holder = await holding(database.url, "LOCK TABLE busy IN ACCESS EXCLUSIVE MODE");
          return rows;
        },
      };
      for await (const item of node("table").read?.(seeing, { members, want: ALL }) ?? []) read.push(item);
    }).catch((error: unknown) => error);
    expect(isSourceError(thrown) && thrown.code).toBe("locked");
    expect(read).toEqual([]);
    await holder?.end();
    await pool.close();
  });

  test("listing neither locks nor waits", async () => {
    const holder = await holding(
      database.url,
      "LOCK TABLE busy, parted, free IN ACCESS EXCLUSIVE MODE; ALTER TABLE busy ADD COLUMN x integer",
    );
    const pool = await openPool(`${database.url}?lock_timeout=100`);
    const names = await inSession(pool, database.name, async (session) => {
      const found = await list(session, "table", [[database.name, "public"]]);
      const locks = await runSql(
        database.url,
        "SELECT relation::regclass::text AS name FROM pg_locks WHERE locktype = 'relation' AND relation::regclass::text ~ '^(busy|parted|free)$' AND mode = 'AccessShareLock'",
      );
      return { found: found.length, locks: locks.length };
    });
    expect(names).toEqual({ found: 6, locks: 0 });
    await holder.end();
    await pool.close();
  });

  test("an abort ends a query at once, here and on the server", async () => {
    const controller = new AbortController();
    const pool = await openPool(database.url, { signal: controller.signal });
    const holder = await holding(database.url, "LOCK TABLE over_busy IN ACCESS EXCLUSIVE MODE");
    const opened = await pool.acquire(database.name);
    await opened.driver.begin(controller.signal);
    const [oid] = await database.sql<{ oid: string }>("SELECT 'over_busy'::regclass::oid::text AS oid");
    const asked = opened.session.all("viewDefinitions", { oids: [oid?.oid ?? ""] }).catch((error: unknown) => error);
    const waits = (): Promise<unknown[]> =>
      database.sql(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'headwater' AND datname = current_database() AND wait_event_type = 'Lock'",
      );
    await expect.poll(waits).toHaveLength(1);
    const began = performance.now();
    controller.abort();
    const thrown = await asked;
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(isSourceError(thrown) ? thrown.code : thrown).toBe("interrupted");
    await expect.poll(waits).toEqual([]);
    await pool.release(opened, true);
    await holder.end();
  });
});

const VIEWS = 3_000;

for (const major of testedMajors())
  await describeWith(
    `PostgreSQL ${major} with little room for locks`,
    () => startPostgres({ major, settings: { max_locks_per_transaction: 10, max_connections: 20 } }),
    (server: PostgresServer) => {
      let database: TestDatabase;
      beforeAll(async () => {
        database = await createDatabase(server, {
          sql: "CREATE TABLE a (id integer); CREATE TABLE b (id integer); CREATE TABLE locked (id integer)",
        });
        const views = Array.from({ length: VIEWS }, (_, at) =>
          at % 100 === 0
            ? `CREATE VIEW v${at} AS SELECT l.id FROM locked l`
            : `CREATE VIEW v${at} AS SELECT a.id, b.id AS other, ${at} AS number FROM a JOIN b USING (id) JOIN v${at - 1} USING (id)`,
        );
        // A view of its own takes locks too: few at a time.
        for (let at = 0; at < views.length; at += 50) await database.sql(views.slice(at, at + 50).join(";"));
      });
      afterAll(() => server.stop());

      test(`${VIEWS} views are read in chunks while a table is locked for the whole run`, async () => {
        const holder = await holding(database.url, "LOCK TABLE locked IN ACCESS EXCLUSIVE MODE");
        const reading = await readDatabase(database.url, database.name);
        const views = [...reading.entities.values()].filter(({ found }) => found.kind === "View");
        expect(views).toHaveLength(VIEWS - VIEWS / 100);
        expect(views.every(({ facts }) => (facts as TableFacts).schemaDefinition?.includes("SELECT"))).toBe(true);
        expect(reading.setAside).toHaveLength(1 + VIEWS / 100);
        const [slices, chunks] = [Math.ceil((VIEWS + 3) / 2_000), Math.ceil(VIEWS / 200)];
        expect(reading.queries).toBeLessThanOrEqual(10 + 6 * slices + chunks + slices);
        await holder.end();
      });
    },
  );

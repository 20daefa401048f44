import { type Database, historyOf, openDatabase } from "@headwater/catalog";
import { type ClickHouseServer, startClickHouse } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { differences, entities, exported } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";

/** One kind of change: what is there before, what changes, and what the catalog makes of it. `@` is the database of the case. */
interface Case {
  name: string;
  before: string;
  change: string;
  /** The entity below the schema; `null` is the schema itself. */
  entity: string | null;
  version: "0.2" | "1.1";
  /** Names of the fields that changed: added, updated, deleted. */
  fields: { added?: string[]; updated?: string[]; deleted?: string[] };
}

const minor = { version: "0.2" } as const;
const major = { version: "1.1" } as const;
const TABLE = "CREATE TABLE @.t (id UInt64, name String, day Date) ENGINE = MergeTree ORDER BY id";
const VIEW = `${TABLE};\nCREATE VIEW @.v AS SELECT id FROM @.t`;

const CASES: Case[] = [
  {
    name: "a column is added",
    before: TABLE,
    change: "ALTER TABLE @.t ADD COLUMN extra String",
    entity: "t",
    ...minor,
    fields: { added: ["columns"] },
  },
  {
    name: "a column is dropped",
    before: TABLE,
    change: "ALTER TABLE @.t DROP COLUMN name",
    entity: "t",
    ...major,
    fields: { deleted: ["columns"] },
  },
  {
    name: "a column gets another type",
    before: TABLE,
    change: "ALTER TABLE @.t MODIFY COLUMN name LowCardinality(Nullable(String))",
    entity: "t",
    ...minor,
    fields: { updated: ["columns.name.dataTypeDisplay", "columns.name.constraint"] },
  },
  {
    name: "a column gets a comment",
    before: TABLE,
    change: "ALTER TABLE @.t COMMENT COLUMN name 'who'",
    entity: "t",
    ...minor,
    fields: { added: ["columns.name.description"] },
  },
  {
    name: "a column gets a default",
    before: TABLE,
    change: "ALTER TABLE @.t MODIFY COLUMN name String DEFAULT 'x'",
    entity: "t",
    ...minor,
    fields: { added: ["columns.name.default"] },
  },
  {
    name: "a table gets a comment",
    before: TABLE,
    change: "ALTER TABLE @.t MODIFY COMMENT 'orders'",
    entity: "t",
    ...minor,
    fields: { added: ["description"] },
  },
  {
    name: "a table gets a TTL",
    before: TABLE,
    change: "ALTER TABLE @.t MODIFY TTL day + INTERVAL 1 MONTH",
    entity: "t",
    ...minor,
    fields: { added: ["ttl"] },
  },
  {
    name: "a table gets an index",
    before: TABLE,
    change: "ALTER TABLE @.t ADD INDEX i name TYPE minmax",
    entity: "t",
    ...minor,
    fields: { added: ["indexes"] },
  },
  {
    name: "a view gets another query",
    before: VIEW,
    change: "CREATE OR REPLACE VIEW @.v AS SELECT id FROM @.t WHERE id > 1",
    entity: "v",
    ...minor,
    fields: { updated: ["schemaDefinition"] },
  },
  {
    name: "a database gets a comment",
    before: TABLE,
    change: "ALTER DATABASE @ MODIFY COMMENT 'all of it'",
    entity: null,
    ...minor,
    fields: { added: ["description"] },
  },
];

await describeWith("ClickHouse", startClickHouse, (server) => {
  afterAll(() => server.stop());

  describe("each kind of change", () => {
    const cases = CASES.map((one, at) => ({ ...one, schema: `case_${at}` }));
    let db: Database;
    let states: string[];
    const script = (pick: (one: Case) => string): Promise<void> =>
      server.script(cases.map((one) => pick(one).replaceAll("@", one.schema)).join(";\n"));
    beforeAll(async () => {
      await script(() => "CREATE DATABASE @");
      await script(({ before }) => before);
      db = openDatabase(":memory:");
      const first = await ingest(db, server.url());
      await script(({ change }) => change);
      states = [first.state, (await ingest(db, server.url())).state];
    });
    afterAll(async () => {
      db.close();
      await script(() => "DROP DATABASE @");
    });

    test.each(cases)("$name: version $version", ({ schema, entity, version, fields }) => {
      const fqn = `shop.default.${schema}${entity === null ? "" : `.${entity}`}`;
      const row = db.get<{ id: number }>("SELECT id FROM entity WHERE fqn = ?", fqn);
      const [latest] = historyOf(db, row?.id ?? 0).toSorted((a, b) => b.seq - a.seq);
      // The statement that makes a table follows from everything else about it.
      const names = (changed: { name: string }[] = []): string[] =>
        changed.map(({ name }) => name).filter((name) => entity !== "t" || name !== "schemaDefinition");
      const { change } = latest ?? {};
      expect([
        entities(db).get(fqn)?.version,
        names(change?.fieldsAdded),
        names(change?.fieldsUpdated),
        names(change?.fieldsDeleted),
      ]).toEqual([version, fields.added ?? [], fields.updated ?? [], fields.deleted ?? []]);
    });

    test("both runs were a success, nothing else has a second version, and a third run writes nothing", async () => {
      expect(states).toEqual(["success", "success"]);
      const expected = cases.map(
        ({ schema, entity }) => `shop.default.${schema}${entity === null ? "" : `.${entity}`}`,
      );
      const changed = [...entities(db).values()].filter(({ version }) => version !== "0.1");
      expect(
        changed.map(({ fullyQualifiedName }) => fullyQualifiedName).filter((fqn) => !expected.includes(fqn)),
      ).toEqual([]);
      const before = exported(db);
      const rows = db.get<{ n: number }>("SELECT count(*) AS n FROM history")?.n;
      // Rows in a table are an observation.
      await server.sql("INSERT INTO case_0.t (id) SELECT number FROM numbers(7)");
      const third = await ingest(db, server.url());
      expect(third.counts["table"]).toMatchObject({ created: 0, updated: 0, deleted: 0, failed: 0 });
      expect(differences(exported(db), before)).toEqual([]);
      expect(db.get<{ n: number }>("SELECT count(*) AS n FROM history")?.n).toBe(rows);
    });
  });

  describe("the life of tables", () => {
    let db: Database;
    const state = (): Record<string, string> =>
      Object.fromEntries(
        [...entities(db).values()]
          .filter(({ entityType }) => entityType === "table")
          .map(({ fullyQualifiedName, deleted, version }) => [
            fullyQualifiedName,
            `${version}${deleted ? " deleted" : ""}`,
          ]),
      );
    const events = async (): Promise<string[]> =>
      (await ingest(db, server.url())).events.flatMap((event) => (event.event === "retry" ? [event.message] : []));
    beforeEach(async () => {
      db = openDatabase(":memory:");
      await server.script(`CREATE DATABASE life;
CREATE TABLE life.kept (a Int8) ENGINE = MergeTree ORDER BY a;
CREATE TABLE life.old (a Int8) ENGINE = MergeTree ORDER BY a;
CREATE VIEW life.v AS SELECT a FROM life.old`);
      await ingest(db, server.url());
    });
    afterEach(async () => {
      await server.control({ grants: null, faults: [] });
      await server.sql("DROP DATABASE IF EXISTS life");
      await server.sql("DROP DATABASE IF EXISTS moved");
      db.close();
    });

    test("a dropped table is deleted at once, because the grants are what they were, and comes back with its history", async () => {
      await server.script("DROP VIEW life.v;\nDROP TABLE life.old SYNC");
      await ingest(db, server.url());
      expect(state()).toMatchObject({ "shop.default.life.old": "0.2 deleted", "shop.default.life.v": "0.2 deleted" });
      await server.sql("CREATE TABLE life.old (a Int8) ENGINE = MergeTree ORDER BY a");
      await ingest(db, server.url());
      expect(state()["shop.default.life.old"]).toBe("0.3");
    });

    test("a renamed table is the same table, in another database too", async () => {
      const idOf = (fqn: string): unknown => db.get("SELECT id FROM entity WHERE fqn = ? AND deleted = 0", fqn);
      const [old, kept] = [idOf("shop.default.life.old"), idOf("shop.default.life.kept")];
      await server.script(
        "DROP VIEW life.v;\nCREATE DATABASE moved;\nRENAME TABLE life.old TO life.fresh;\nRENAME TABLE life.kept TO moved.kept",
      );
      await ingest(db, server.url());
      expect([idOf("shop.default.life.fresh"), idOf("shop.default.moved.kept")]).toEqual([old, kept]);
      expect(Object.keys(state())).not.toContain("shop.default.life.old");
    });

    test("a renamed database keeps what is in it", async () => {
      const id = db.get("SELECT id FROM entity WHERE fqn = 'shop.default.life.old'");
      await server.script("DROP VIEW life.v;\nRENAME DATABASE life TO moved");
      await ingest(db, server.url());
      expect(db.get("SELECT id FROM entity WHERE fqn = 'shop.default.moved.old'")).toEqual(id);
    });

    test("what a right takes from sight is not deleted at once, and what no right is left of is not deleted either", async () => {
      await server.control({ grants: ["GRANT SHOW ON *.*", "REVOKE SHOW ON life.old"] });
      await ingest(db, server.url());
      expect(state()["shop.default.life.old"]).toBe("0.1");
      await server.control({ grants: ["GRANT SHOW TABLES ON life.*"] });
      const result = await ingest(db, server.url());
      expect([result.state, result.exit]).toEqual(["failed", 4]);
      expect(state()["shop.default.life.kept"]).toBe("0.1");
    });

    test("a column that a right takes from sight stays", async () => {
      await server.sql("CREATE TABLE life.keyed (a Int8, b Date) ENGINE = MergeTree PARTITION BY b ORDER BY (a, b)");
      await ingest(db, server.url());
      const before = exported(db);
      await server.control({
        grants: [...["old", "v", "kept"].map((name) => `GRANT SHOW ON life.${name}`), "GRANT SELECT(a) ON life.keyed"],
      });
      const result = await ingest(db, server.url());
      expect([result.state, differences(exported(db), before)]).toEqual(["success", []]);
    });

    test("a server that is busy for a while is waited for; one that fails late in an answer is not believed", async () => {
      const error = "Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)";
      const before = exported(db);
      await server.control({ faults: [{ query: "FROM system\\.(tables|columns)", times: 2, does: { error } }] });
      expect(await events()).toHaveLength(2);
      const late = "Code: 210. DB::Exception: I/O error: Broken pipe. (NETWORK_ERROR)";
      await server.control({ faults: [{ query: "create_table_query, ', ", does: { late } }] });
      await ingest(db, server.url());
      expect(differences(exported(db), before)).toEqual([]);
    });

    test("a connection that breaks in the middle of any answer loses nothing", async () => {
      const before = exported(db);
      for (const query of ["SHOW GRANTS", "system.databases", "system.tables", "system.columns", "system.functions"]) {
        await server.control({ faults: [{ query, times: 1, does: { cut: true } }] });
        const result = await ingest(db, server.url());
        expect([query, result.state]).toEqual([query, "success"]);
        expect(result.events.some(({ event }) => event === "retry")).toBe(true);
        expect(differences(exported(db), before)).toEqual([]);
      }
    });

    test("one object the server refuses costs only itself", async () => {
      await server.script(
        "CREATE TABLE life.broken (a Int8) ENGINE = Memory;\nCREATE TABLE life.fine (a Int8) ENGINE = Memory",
      );
      const error = "Code: 1000. DB::Exception: Something is wrong with this one. (POCO_EXCEPTION)";
      await server.control({ faults: [{ query: "system\\.columns[^]*broken", does: { error } }] });
      const result = await ingest(db, server.url());
      expect([result.exit, result.counts["table"]]).toMatchObject([4, { failed: 1, created: 1 }]);
      expect(Object.keys(state())).toContain("shop.default.life.fine");
    });
  });

  test("OpenMetadata's workflow file is read as it is", async () => {
    await server.script("CREATE DATABASE sales;\nCREATE TABLE sales.orders (id UInt64) ENGINE = Memory");
    const db = openDatabase(":memory:");
    const { state } = await ingest(db, workflow(server));
    expect(state).toBe("success");
    expect([...entities(db).keys()]).toContain("clickhouse_prod.warehouse.sales.orders");
    db.close();
  });
});

/** The example of OpenMetadata's documentation, with this server's address. */
const workflow = (server: ClickHouseServer): string => `source:
  type: clickhouse
  serviceName: clickhouse_prod
  serviceConnection:
    config:
      type: Clickhouse
      scheme: clickhouse+http
      username: reader
      password: headwater-test
      hostPort: localhost:${server.port}
      databaseName: warehouse
      https: false
      secure: false
      duration: 3600
      connectionOptions: {}
      connectionArguments: {}
      supportsMetadataExtraction: true
  sourceConfig:
    config:
      type: DatabaseMetadata
      markDeletedTables: true
      includeTables: true
      includeViews: true
      schemaFilterPattern:
        excludes:
          - ^system$
sink:
  type: metadata-rest
  config: {}
workflowConfig:
  loggerLevel: INFO
  openMetadataServerConfig:
    hostPort: http://localhost:8585/api
    authProvider: openmetadata
    securityConfig:
      jwtToken: none
`;

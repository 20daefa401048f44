import { type Database, historyOf, openDatabase } from "@headwater/catalog";
import { mysqlUrl, runMysql } from "@headwater/test-servers";
import { describeMysql } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differences, entities, exported } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";

/** One kind of change: what is there before, what changes, and what the catalog makes of it. `@` is the schema of the case. */
interface Case {
  name: string;
  before: string;
  change: string;
  /** The entity below the schema. */
  entity: string;
  version: "0.2" | "1.1";
  /** Names of the fields that changed: added, updated, deleted. */
  fields: { added?: string[]; updated?: string[]; deleted?: string[] };
}

const minor = { version: "0.2" } as const;
const major = { version: "1.1" } as const;
const TABLE = "CREATE TABLE @.t (id int, name varchar(20), price decimal(10,2))";
const VIEW = `${TABLE}; CREATE VIEW @.v AS SELECT id FROM @.t`;
const PROCEDURE = "CREATE PROCEDURE @.p(a int) SELECT 1";
const column = (name: string, change: string): Case => ({
  name,
  before: TABLE,
  change: `ALTER TABLE @.t ${change}`,
  entity: "t",
  ...minor,
  fields: {},
});

const CASES: Case[] = [
  { ...column("a column is added", "ADD COLUMN extra text"), fields: { added: ["columns"] } },
  { ...column("a column is dropped", "DROP COLUMN name"), ...major, fields: { deleted: ["columns"] } },
  {
    ...column("a column is renamed", "CHANGE name title varchar(20)"),
    ...major,
    fields: { added: ["columns"], deleted: ["columns"] },
  },
  {
    ...column("a column gets another type", "MODIFY id bigint"),
    ...major,
    fields: { updated: ["columns.id.dataType", "columns.id.dataTypeDisplay"] },
  },
  {
    ...column("a column becomes unsigned", "MODIFY id int unsigned"),
    fields: { updated: ["columns.id.dataTypeDisplay"], added: ["columns.id.unsigned"] },
  },
  {
    ...column("a column becomes longer", "MODIFY name varchar(40)"),
    fields: { updated: ["columns.name.dataLength", "columns.name.dataTypeDisplay"] },
  },
  {
    ...column("a column gets a default", "ALTER name SET DEFAULT 'it''s'"),
    fields: { added: ["columns.name.default"] },
  },
  {
    ...column("a column gets a comment", "MODIFY name varchar(20) COMMENT 'Its name'"),
    fields: { added: ["columns.name.description"] },
  },
  {
    name: "an enum gets a label",
    before: "CREATE TABLE @.t (mood enum('a'))",
    change: "ALTER TABLE @.t MODIFY mood enum('a', 'b')",
    entity: "t",
    ...minor,
    fields: { updated: ["columns.mood.dataTypeDisplay", "columns.mood.labels"] },
  },
  {
    ...column("columns change places", "MODIFY price decimal(10,2) FIRST"),
    fields: {
      updated: ["columns.order"],
    },
  },
  {
    ...column("a table gets a comment", "COMMENT 'All of them'"),
    fields: { added: ["description"] },
  },
  {
    ...column("a table gets an index", "ADD KEY k (name)"),
    fields: { added: ["indexes"] },
  },
  {
    ...column("a table gets a key", "ADD UNIQUE KEY u (id, name)"),
    fields: { added: ["tableConstraints", "constraints"] },
  },
  {
    ...column("a table has another engine", "ENGINE = MyISAM"),
    fields: { updated: ["engine"] },
  },
  {
    ...column("a table is partitioned", "PARTITION BY HASH (id) PARTITIONS 2"),
    fields: {
      added: ["partitionKey", "partitionStrategy", "partitions", "tablePartition"],
      updated: ["tableType"],
    },
  },
  {
    name: "a table gets a trigger",
    before: TABLE,
    change: "CREATE TRIGGER @.trg BEFORE INSERT ON @.t FOR EACH ROW SET NEW.name = 'x'",
    entity: "t",
    ...minor,
    fields: { added: ["triggers"] },
  },
  {
    name: "a view has another query",
    before: VIEW,
    change: "ALTER VIEW @.v AS SELECT id FROM @.t WHERE id > 0",
    entity: "v",
    ...minor,
    fields: { updated: ["schemaDefinition"] },
  },
  {
    name: "a view is broken",
    before: VIEW,
    change: "DROP TABLE @.t",
    entity: "v",
    ...minor,
    fields: { added: ["invalid"] },
  },
  {
    name: "a routine has another body",
    before: PROCEDURE,
    change: "DROP PROCEDURE @.p; CREATE PROCEDURE @.p(a int) SELECT 'it''s', 2",
    entity: "p",
    ...minor,
    fields: { updated: ["storedProcedureCode.code"] },
  },
  {
    name: "an event has another schedule",
    before: "CREATE EVENT @.e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO SELECT 1",
    change: "ALTER EVENT @.e ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01 00:00:00'",
    entity: "e",
    ...minor,
    fields: { updated: ["schedule", "storedProcedureCode.code"] },
  },
];

await describeMysql((server) => {
  const root = (text: string): Promise<Record<string, unknown>[]> => runMysql(mysqlUrl(server.port), text);
  const id = `e2e_${process.pid}_${server.port}`;
  const onlyOurs = (db: Database): { schema: string; version: string; deleted: boolean }[] =>
    [...entities(db).values()]
      .filter(({ fullyQualifiedName }) => fullyQualifiedName.includes(id))
      .map(({ fullyQualifiedName, version, deleted }) => ({
        schema: fullyQualifiedName,
        version,
        deleted: deleted === true,
      }));

  describe("each kind of change", () => {
    const cases = CASES.map((one, at) => ({ ...one, schema: `${id}_${at}` }));
    const all = (pick: (one: Case) => string): string =>
      cases.map((one) => pick(one).replaceAll("@", one.schema)).join(";\n");
    let db: Database;
    let states: string[];
    const run = (): ReturnType<typeof ingest> => ingest(db, mysqlUrl(server.port));
    beforeAll(async () => {
      await root(cases.map(({ schema }) => `CREATE DATABASE ${schema}`).join(";"));
      await root(all(({ before }) => before));
      db = openDatabase(":memory:");
      const first = await run();
      await root(all(({ change }) => change));
      states = [first.state, (await run()).state];
    });
    afterAll(async () => {
      db.close();
      await root(cases.map(({ schema }) => `DROP DATABASE ${schema}`).join(";"));
    });

    test.each(cases)("$name: version $version", ({ schema, entity, version, fields }) => {
      const fqn = `shop.default.${schema}.${entity}`;
      const row = db.get<{ id: number }>("SELECT id FROM entity WHERE fqn = ?", fqn);
      const [latest] = historyOf(db, row?.id ?? 0).toSorted((a, b) => b.seq - a.seq);
      // The statement that makes a table follows from everything else about it.
      const names = (changed: { name: string }[] = []): string[] =>
        changed
          .map(({ name }) => name)
          .filter((name) => entity !== "t" || name !== "schemaDefinition")
          .toSorted();
      const { change } = latest ?? {};
      expect([
        entities(db).get(fqn)?.version,
        names(change?.fieldsAdded),
        names(change?.fieldsUpdated),
        names(change?.fieldsDeleted),
      ]).toEqual([
        version,
        (fields.added ?? []).toSorted(),
        (fields.updated ?? []).toSorted(),
        (fields.deleted ?? []).toSorted(),
      ]);
    });

    test("both runs were a success", () => {
      expect(states).toEqual(["success", "success"]);
    });

    test("nothing else has a second version, but for what was dropped", () => {
      const expected = new Set(cases.map(({ schema, entity }) => `shop.default.${schema}.${entity}`));
      const changed = onlyOurs(db).filter(
        ({ version, deleted, schema }) => version !== "0.1" && !deleted && !expected.has(schema),
      );
      expect(changed).toEqual([]);
    });

    test("and a third run changes nothing", async () => {
      const before = exported(db);
      await run();
      expect(differences(exported(db), before)).toEqual([]);
    });
  });

  describe("what is gone, and what is only not seen", () => {
    let db: Database;
    const schema = `${id}_life`;
    const account = `'${id}'@'%'`;
    const url = mysqlUrl(server.port, schema, { user: id, password: "p" });
    const run = (): ReturnType<typeof ingest> => ingest(db, url);
    const state = (name: string): "live" | "deleted" | "unknown" => {
      const entity = entities(db).get(`shop.default.${schema}.${name}`);
      return entity === undefined ? "unknown" : entity.deleted === true ? "deleted" : "live";
    };
    const grantRoutines = server.isMariaDb
      ? "SELECT ON mysql.proc"
      : server.release === "MySQL 9"
        ? "SHOW_ROUTINE ON *.*"
        : "SELECT ON *.*";
    beforeAll(async () => {
      db = openDatabase(":memory:");
      await root(`CREATE DATABASE ${schema}; CREATE USER ${account} IDENTIFIED BY 'p'`);
      await root(
        `GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON ${schema}.* TO ${account}; GRANT ${grantRoutines} TO ${account}`,
      );
      await root(
        `CREATE TABLE ${schema}.t (id int PRIMARY KEY, secret int); CREATE TABLE ${schema}.old_name (id int); CREATE TABLE ${schema}.dropped (id int);
         CREATE VIEW ${schema}.v AS SELECT id FROM ${schema}.t; CREATE PROCEDURE ${schema}.p() SELECT 'it''s', 'x';
         CREATE EVENT ${schema}.e ON SCHEDULE EVERY 1 DAY DO SELECT 1;
         CREATE TRIGGER ${schema}.trg BEFORE INSERT ON ${schema}.t FOR EACH ROW SET NEW.secret = 1`,
      );
      await run();
    });
    afterAll(async () => {
      db.close();
      await root(`DROP DATABASE ${schema}; DROP USER ${account}`);
    });

    test("a second run writes nothing", async () => {
      const before = exported(db);
      const { counts } = await run();
      expect(differences(exported(db), before)).toEqual([]);
      expect(counts.table).toMatchObject({ unchanged: 4, created: 0, updated: 0 });
    });

    test("what is dropped is deleted at once where the rights are what they were, and a new name is a new table", async () => {
      await root(`DROP TABLE ${schema}.dropped; RENAME TABLE ${schema}.old_name TO ${schema}.new_name`);
      await run();
      expect(["t", "v", "p", "e", "dropped", "old_name", "new_name"].map(state)).toEqual(
        "live live live live deleted deleted live".split(" "),
      );
    });

    test("what comes back is restored", async () => {
      await root(`CREATE TABLE ${schema}.dropped (id int)`);
      await run();
      expect(state("dropped")).toBe("live");
    });

    test("a lost right on a schema deletes nothing, nor any column, text or trigger of what is still seen", async () => {
      const before = exported(db);
      await root(
        `REVOKE SELECT, SHOW VIEW, TRIGGER, EVENT ON ${schema}.* FROM ${account}; REVOKE ${grantRoutines} FROM ${account}`,
      );
      await root(
        `GRANT SELECT (id) ON ${schema}.t TO ${account}; GRANT EXECUTE ON PROCEDURE ${schema}.p TO ${account}`,
      );
      const { events } = await run();
      expect(differences(exported(db), before)).toEqual([]);
      const kept = events.flatMap((each) => (each.event === "kept" ? [each.fqn.split(".").at(-1)] : []));
      expect(new Set(kept)).toEqual(new Set(["dropped", "e", "new_name", "v"]));
      const table = entities(db).get(`shop.default.${schema}.t`) as unknown as { columns: { name: string }[] };
      expect(table.columns.map(({ name }) => name)).toEqual(["id", "secret"]);
    });

    test("and with the right back nothing has happened", async () => {
      const before = exported(db);
      await root(
        `REVOKE SELECT (id) ON ${schema}.t FROM ${account}; REVOKE EXECUTE ON PROCEDURE ${schema}.p FROM ${account}`,
      );
      await root(
        `GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON ${schema}.* TO ${account}; GRANT ${grantRoutines} TO ${account}`,
      );
      await run();
      expect(differences(exported(db), before)).toEqual([]);
    });

    test("an account without any right deletes nothing", async () => {
      const before = exported(db);
      await root(
        `REVOKE SELECT, SHOW VIEW, TRIGGER, EVENT ON ${schema}.* FROM ${account}; REVOKE ${grantRoutines} FROM ${account}`,
      );
      await run().catch(() => {});
      expect(differences(exported(db), before)).toEqual([]);
    });
  });
});

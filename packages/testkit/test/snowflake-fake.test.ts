/** The fake of Snowflake, spoken to with the vendor's own driver. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { npmPackages } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DuckDb, type SnowflakeFake, startSnowflakeFake } from "../src/fakes/index.ts";

/** What is too large for everybody's install. */
const PACKAGES = ["snowflake-sdk@3.3.0", "@duckdb/node-api@1.5.6-r.1"];

type Row = Record<string, unknown>;

/** As much of the driver as is used. */
interface Driver {
  configure(options: object): void;
  createConnection(options: object): Connection;
}
interface Connection {
  connect(done: (error: Error | undefined) => void): void;
  execute(options: {
    sqlText: string;
    binds?: unknown[];
    complete: (error: Error, _: unknown, rows?: Row[]) => void;
  }): void;
  destroy(done: () => void): void;
}

const SHOP = [
  "CREATE DATABASE SHOP COMMENT = 'The web shop'",
  "CREATE SCHEMA SHOP.SALES",
  `CREATE TABLE SHOP.SALES.ORDERS (ID NUMBER(38,0) NOT NULL PRIMARY KEY, "Odd ""name" VARCHAR(20) COMMENT 'it''s odd', AT TIMESTAMP_LTZ) COMMENT = 'One row per order'`,
  "CREATE VIEW SHOP.SALES.RECENT (ID) AS SELECT ID FROM SHOP.SALES.ORDERS",
  "CREATE SCHEMA SHOP.TAGS",
  "CREATE TAG SHOP.TAGS.PII",
  "CREATE ROLE READER",
  "GRANT USAGE ON DATABASE SHOP TO ROLE READER",
  "GRANT USAGE ON SCHEMA SHOP.SALES TO ROLE READER",
  "GRANT REFERENCES ON TABLE SHOP.SALES.ORDERS TO ROLE READER",
];

await describeWith(
  "Snowflake's driver and DuckDB",
  async () => {
    const folder = await npmPackages("snowflake", "driver-3.3.0-duckdb-1.5.6", PACKAGES);
    const load = createRequire(join(folder, "package.json"));
    return { driver: load("snowflake-sdk") as Driver, duckDb: load("@duckdb/node-api") as DuckDb };
  },
  ({ driver, duckDb }) => {
    let fake: SnowflakeFake;
    const open: Connection[] = [];
    driver.configure({ logLevel: "OFF", additionalLogToConsole: false });

    beforeEach(async () => {
      const users = {
        admin: { password: "admin", role: "ACCOUNTADMIN" },
        reader: { password: "reader", role: "READER" },
      };
      fake = await startSnowflakeFake({ duckDb, users });
      await fake.run(SHOP);
    });
    afterEach(async () => {
      for (const connection of open.splice(0)) await new Promise<void>((resolve) => connection.destroy(resolve));
      await fake.stop();
    });

    async function connect(username = "admin", password = username): Promise<Connection> {
      const connection = driver.createConnection({
        account: "fake",
        accessUrl: fake.url,
        username,
        password,
        database: "SHOP",
      });
      await new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error === undefined || error === null ? resolve() : reject(error)));
      });
      open.push(connection);
      return connection;
    }

    const ask = (connection: Connection, sqlText: string, binds: unknown[] = []): Promise<Row[]> =>
      new Promise((resolve, reject) => {
        connection.execute({
          sqlText,
          ...(binds.length === 0 ? {} : { binds }),
          complete: (error, _statement, rows) => (rows === undefined ? reject(error) : resolve(rows)),
        });
      });

    test("signs in, or refuses to", async () => {
      await connect();
      await expect(connect("admin", "wrong")).rejects.toThrow("Incorrect username or password");
      expect(fake.refused).toEqual([]);
    });

    test("answers queries of information_schema, with binds and types", async () => {
      const admin = await connect();
      expect(
        await ask(
          admin,
          `SELECT table_name, table_type, created, comment AS "Comment" FROM "SHOP".information_schema.tables
           WHERE table_schema = ? ORDER BY table_name`,
          ["SALES"],
        ),
      ).toEqual([
        {
          TABLE_NAME: "ORDERS",
          TABLE_TYPE: "BASE TABLE",
          CREATED: new Date("2026-01-05T08:00:00Z"),
          Comment: "One row per order",
        },
        { TABLE_NAME: "RECENT", TABLE_TYPE: "VIEW", CREATED: expect.any(Date), Comment: null },
      ]);
      const columns = await ask(
        admin,
        "SELECT column_name, ordinal_position, data_type, numeric_precision, is_nullable, comment FROM SHOP.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'ORDERS' ORDER BY ordinal_position",
      );
      expect(columns.map((row) => Object.values(row))).toEqual([
        ["ID", 1, "NUMBER", 38, "NO", null],
        ['Odd "name', 2, "TEXT", null, "YES", "it's odd"],
        ["AT", 3, "TIMESTAMP_LTZ", null, "YES", null],
      ]);
      expect(await ask(admin, "SELECT CURRENT_ROLE() AS r, count(*) AS n FROM information_schema.tables")).toEqual([
        { R: "ACCOUNTADMIN", N: 2 },
      ]);
    });

    test("SHOW pages by name, and GET_DDL writes what was made", async () => {
      const admin = await connect();
      await fake.run(["A", "B", "C"].map((name) => `CREATE TABLE SHOP.SALES.${name} (ID NUMBER(38,0))`));
      const names = async (sql: string): Promise<unknown[]> => (await ask(admin, sql)).map((row) => row["name"]);
      expect(await names("SHOW TABLES IN SCHEMA SHOP.SALES LIMIT 2")).toEqual(["A", "B"]);
      expect(await names("SHOW TABLES IN SCHEMA SHOP.SALES LIMIT 2 FROM 'B'")).toEqual(["C", "ORDERS"]);
      expect(await names("SHOW VIEWS IN DATABASE SHOP")).toEqual(["RECENT"]);
      expect(await ask(admin, "SHOW PRIMARY KEYS IN DATABASE SHOP")).toMatchObject([
        { table_name: "ORDERS", column_name: "ID", key_sequence: 1 },
      ]);
      expect(await ask(admin, "SELECT GET_DDL('TABLE', 'SHOP.SALES.ORDERS') AS ddl")).toEqual([
        {
          DDL: `create or replace TABLE ORDERS (\n\tID NUMBER(38,0) NOT NULL,\n\t"Odd ""name" VARCHAR(20) COMMENT 'it\\'s odd',\n\tAT TIMESTAMP_LTZ,\n\tprimary key (ID)\n)COMMENT='One row per order';`,
        },
      ]);
    });

    test("a role sees what it has rights on, and no more", async () => {
      const reader = await connect("reader");
      const tables = "SELECT table_name FROM SHOP.information_schema.tables";
      expect(await ask(reader, tables)).toEqual([{ TABLE_NAME: "ORDERS" }]);
      await expect(ask(reader, "SELECT GET_DDL('VIEW', 'SHOP.SALES.RECENT')")).rejects.toMatchObject({
        code: "002003",
        message: expect.stringContaining("does not exist or not authorized"),
      });
      await expect(ask(reader, "SELECT * FROM snowflake.account_usage.tables")).rejects.toMatchObject({
        code: "002003",
      });
      await fake.run([
        "REVOKE REFERENCES ON TABLE SHOP.SALES.ORDERS FROM ROLE READER",
        "GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO ROLE READER",
      ]);
      expect(await ask(reader, tables)).toEqual([]);
      expect(await ask(reader, "SELECT * FROM snowflake.account_usage.tables")).toEqual([]);
      expect(await ask(reader, "SHOW GRANTS TO ROLE READER")).toHaveLength(3);
    });

    test("account_usage is behind, and keeps what was dropped", async () => {
      const admin = await connect();
      const tables = (): Promise<Row[]> =>
        ask(admin, "SELECT table_name, deleted FROM snowflake.account_usage.tables ORDER BY table_name");
      expect(await tables()).toEqual([]);
      fake.clock.advance({ minutes: 91 });
      expect(await tables()).toMatchObject([{ TABLE_NAME: "ORDERS", DELETED: null }, { TABLE_NAME: "RECENT" }]);
      await ask(admin, "DROP TABLE SHOP.SALES.ORDERS");
      expect(await tables()).toMatchObject([{ TABLE_NAME: "ORDERS", DELETED: null }, { TABLE_NAME: "RECENT" }]);
      fake.clock.advance({ minutes: 91 });
      expect(await tables()).toMatchObject([
        { TABLE_NAME: "ORDERS", DELETED: new Date("2026-01-05T09:31:00Z") },
        { TABLE_NAME: "RECENT", DELETED: null },
      ]);
    });

    test("tags are set, replaced and taken away, and show two hours later", async () => {
      const admin = await connect();
      await ask(admin, "ALTER TABLE SHOP.SALES.ORDERS SET TAG SHOP.TAGS.PII = 'low'");
      await ask(admin, "ALTER TABLE SHOP.SALES.ORDERS SET TAG SHOP.TAGS.PII = 'high'");
      await ask(admin, `ALTER TABLE SHOP.SALES.ORDERS MODIFY COLUMN "Odd ""name" SET TAG SHOP.TAGS.PII = 'it''s'`);
      await ask(admin, "ALTER SCHEMA SHOP.SALES SET TAG SHOP.TAGS.PII = 'x'");
      await ask(admin, "ALTER SCHEMA SHOP.SALES UNSET TAG SHOP.TAGS.PII");
      await expect(ask(admin, "ALTER SCHEMA SHOP.SALES SET TAG SHOP.TAGS.NONE = 'x'")).rejects.toMatchObject({
        code: "002003",
      });
      const tags = (): Promise<Row[]> =>
        ask(
          admin,
          "SELECT domain, object_name, column_name, tag_value FROM snowflake.account_usage.tag_references ORDER BY 1",
        );
      fake.clock.advance({ minutes: 119 });
      expect(await tags()).toEqual([]);
      fake.clock.advance({ minutes: 2 });
      expect(await tags()).toEqual([
        { DOMAIN: "COLUMN", OBJECT_NAME: "ORDERS", COLUMN_NAME: 'Odd "name', TAG_VALUE: "it's" },
        { DOMAIN: "TABLE", OBJECT_NAME: "ORDERS", COLUMN_NAME: null, TAG_VALUE: "high" },
      ]);
    });

    test("it is slow when it is told to be, and lets sessions end", async () => {
      const admin = await connect();
      fake.latencyMs = 300;
      const began = performance.now();
      await ask(admin, "SHOW DATABASES");
      expect(performance.now() - began).toBeGreaterThan(290);
      fake.latencyMs = 0;
      fake.expireSessions();
      // The driver asks for a new token, is refused, and gives the connection up under a number of its own.
      await expect(ask(admin, "SHOW DATABASES")).rejects.toMatchObject({ code: 407_002 });
      await ask(await connect(), "SHOW DATABASES");
    });

    test("what was asked stands in the log, with its tag", async () => {
      const admin = await connect();
      await ask(admin, "ALTER SESSION SET QUERY_TAG = 'headwater shop.metadata', TIMEZONE = 'UTC'");
      await ask(admin, "SHOW DATABASES");
      fake.clock.advance({ minutes: 46 });
      expect(
        await ask(admin, "SELECT query_text FROM snowflake.account_usage.query_history WHERE query_tag = ?", [
          "headwater shop.metadata",
        ]),
      ).toEqual([{ QUERY_TEXT: "SHOW DATABASES" }]);
    });

    test("what it does not know it refuses, naming the statement", async () => {
      const admin = await connect();
      await expect(ask(admin, "CALL SYSTEM$WAIT(1)")).rejects.toMatchObject({
        code: "HW0001",
        message: expect.stringMatching(
          /does not know this statement: CALL SYSTEM\$WAIT\(1\)\nIt knows: CREATE DATABASE/,
        ),
      });
      await expect(ask(admin, "SELECT PARSE_JSON('{}'):a FROM information_schema.tables")).rejects.toThrow(
        "DuckDB, says",
      );
      expect(fake.refused).toHaveLength(2);
      // What is misspelled is the vendor's error, not the fake's.
      await expect(ask(admin, "CREATE TABLE SHOP.SALES.X (ID)")).rejects.toMatchObject({ code: "001003" });
      expect(fake.refused).toHaveLength(2);
    });
  },
);

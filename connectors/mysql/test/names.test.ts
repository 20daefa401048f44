import type { StoredProcedureFacts, TableFacts } from "@headwater/core";
import {
  createSchema,
  mysqlConnection,
  mysqlUrl,
  runMysql,
  startMysql,
  type TestSchema,
} from "@headwater/test-servers";
import { describeMysql, describeWith } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { identifier, literal } from "../src/escape.ts";
import { openPool, readServer, refusal } from "./reading.ts";

/** Names that somebody has used somewhere, or will. A name cannot end with a space or hold what is beyond U+FFFF. */
const HOSTILE = [
  "a.b",
  'say "hi"',
  "it's",
  "back\\slash",
  "ends with \\",
  "back`quote",
  "``",
  "new\nline",
  "tab\there",
  "car\rriage",
  "日本語 €",
  "'; DROP TABLE x; -- ",
  "\\'; DROP TABLE x; --",
  "/* comment */",
  "?",
  "??",
  ":name",
  "${HOME}",
  "%s%n",
  "a_b%",
  '{json: "[]"}',
  "__proto__",
  "constructor",
  "toString",
  "SELECT",
  " leading",
  "x (procedure)",
  "é",
  // The same to the eye, another name to the server.
  "e\u0301",
  "\u202eright to left",
  "1e5",
  "x".repeat(64),
  "é".repeat(64),
].map((name) => name.trimEnd());

const comment = (name: string): string => `${name}\n; DROP TABLE x; -- \\ "${name}" 'quoted' ${"x".repeat(100)}`;

await describeMysql((server) => {
  test("hostile names and comments of everything come through", async () => {
    const name = `s '${server.release}' \`; -- \\ "é`;
    const schema = await createSchema(server, { name, sql: "ALTER DATABASE CHARACTER SET utf8mb4" });
    const statements = HOSTILE.flatMap((hostile, at) => {
      const quoted = identifier(hostile);
      const text = literal(comment(hostile));
      return [
        `CREATE TABLE ${quoted} (${quoted} int PRIMARY KEY COMMENT ${text}, mood enum(${literal(hostile)}, 'b') DEFAULT ${literal(hostile)}, other int, UNIQUE KEY ${quoted} (mood), CONSTRAINT ${identifier(`c${at}`)} FOREIGN KEY (other) REFERENCES ${quoted} (${quoted})) COMMENT=${text}`,
        `CREATE VIEW ${identifier(`v${at}`)} AS SELECT ${quoted} AS ${quoted}, ${literal(hostile)} AS text FROM ${quoted}`,
        `CREATE PROCEDURE ${quoted}(IN ${quoted} int) COMMENT ${text} SELECT ${literal(hostile)} AS ${quoted}`,
        `CREATE TRIGGER ${quoted} BEFORE INSERT ON ${quoted} FOR EACH ROW SET @a = ${literal(hostile)}`,
      ];
    });
    // Some names are equal to the server where its names are compared: the ones with accents.
    const failed: string[] = [];
    const connection = await mysqlConnection(schema.url);
    for (const statement of statements)
      await connection
        .query(statement)
        .catch((error: unknown) => failed.push(`${String(error)}: ${statement.slice(0, 80)}`));
    await connection.end();
    expect(failed.filter((each) => !/already exists/.test(each))).toEqual([]);
    const { entities, setAside } = await readServer(schema.url);
    expect(setAside).toEqual([]);
    const facts = (path: string): unknown => entities.get(`${name}/${path}`)?.facts;
    const seen = HOSTILE.map((hostile, at) => {
      const table = facts(hostile) as TableFacts | undefined;
      const triggers = table?.source?.["triggers"] as { name: string; definition: string }[] | undefined;
      return {
        columns: table?.columns.map((column) => column.name),
        labels: table?.columns[1]?.source?.["labels"],
        comments: [table?.description, table?.columns[0]?.description],
        refers: table?.tableConstraints?.at(-1)?.referredColumns,
        view: (facts(`v${at}`) as TableFacts | undefined)?.columns.map((column) => column.name),
        trigger: triggers?.[0]?.name,
      };
    });
    expect(seen).toEqual(
      HOSTILE.map((hostile) => ({
        columns: [hostile, "mood", "other"],
        labels: [hostile, "b"],
        comments: [comment(hostile), comment(hostile)],
        refers: [["default", name, hostile, hostile]],
        // The server takes leading spaces from the names of a view's columns.
        view: [hostile.trimStart(), "text"],
        trigger: hostile,
      })),
    );
    const routines = [...entities.values()].filter(({ found }) => found.kind === "StoredProcedure");
    for (const { found, facts: read } of routines) {
      const { description, storedProcedureCode } = read as StoredProcedureFacts;
      expect(description).toBe(comment(found.name));
      expect(storedProcedureCode.code).toContain(`SELECT ${literal(found.name)} AS ${identifier(found.name)}`);
    }
    expect(routines.length).toBeGreaterThan(HOSTILE.length - 3);
    await schema.drop();
  });

  test("literals mean themselves to the server", async () => {
    const texts = [...HOSTILE, "\0", "'", "\\", "\\\\'", "\u001A", "😀"];
    const [row] = await runMysql<Record<string, string>>(
      mysqlUrl(server.port),
      `SET sql_mode = ''; SELECT ${texts.map((text, at) => `${literal(text)} AS t${at}`).join(", ")}`,
    );
    expect(Object.values(row ?? {})).toEqual(texts);
  });
});

for (const release of ["MySQL 8.0", "MariaDB 10.11"] as const) {
  await describeWith(
    `${release} with other modes, and names that do not tell case`,
    () =>
      startMysql({
        release,
        settings: {
          "sql-mode": "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,NO_UNSIGNED_SUBTRACTION",
          "lower-case-table-names": 1,
        },
      }),
    (server) => {
      let schema: TestSchema;
      const url = (name: string): string => mysqlUrl(server.port, name);
      beforeAll(async () => {
        await runMysql(url(""), "CREATE DATABASE `Shop`; CREATE DATABASE Other");
        await runMysql(
          url("shop"),
          `CREATE TABLE "Orders" ("Id" int PRIMARY KEY, note varchar(20) DEFAULT 'a\\b''c', mood enum('x\\y', 'it''s')) COMMENT 'back\\slash';
           CREATE TABLE line (id int PRIMARY KEY, CONSTRAINT fk FOREIGN KEY (id) REFERENCES "ORDERS" ("Id"));
           CREATE VIEW v AS SELECT "Id", 'a\\b' || "note" AS text FROM "Orders";
           CREATE PROCEDURE p() SELECT 'a\\b', "Id" FROM "Orders"`,
        );
        schema = await createSchema(server);
      });
      afterAll(() => server.stop());

      test("names are as the server keeps them, in lower case", async () => {
        const pool = await openPool(url(""));
        expect((await pool.hello()).names).toEqual({ unquoted: "lower", caseSensitive: false });
        await pool.close();
        const { entities } = await readServer(url(""));
        expect([...entities.keys()].toSorted()).toEqual([
          "other",
          "shop",
          "shop/line",
          "shop/orders",
          "shop/p",
          "shop/v",
          schema.name,
        ]);
        const line = entities.get("shop/line")?.facts as TableFacts;
        expect(line.tableConstraints?.at(-1)?.referredColumns).toEqual([["default", "shop", "orders", "Id"]]);
      });

      test("a schema is found however it is written", async () => {
        const { entities } = await readServer(url("SHOP"));
        expect([...entities.keys()].toSorted()).toEqual(["shop", "shop/line", "shop/orders", "shop/p", "shop/v"]);
      });

      test("backslashes are backslashes and names are quoted as ever", async () => {
        const { entities } = await readServer(url("shop"));
        const orders = entities.get("shop/orders")?.facts as TableFacts;
        expect(orders.description).toBe("back\\slash");
        expect(orders.columns[1]?.source?.["default"]).toBe(String.raw`'a\\b''c'`);
        expect(orders.columns[2]?.source?.["labels"]).toEqual(["x\\y", "it's"]);
        const view = entities.get("shop/v")?.facts as TableFacts;
        expect(view.schemaDefinition).toContain("`shop`.`orders`.`Id` AS `Id`");
        const routine = entities.get("shop/p")?.facts as StoredProcedureFacts;
        expect(routine.storedProcedureCode.code).toContain(String.raw`SELECT 'a\b', "Id" FROM "Orders"`);
      });

      test("every statement is known by its marker in the server's log", async () => {
        await runMysql(
          url(""),
          "CREATE USER marked IDENTIFIED BY 'p'; GRANT SELECT, SHOW VIEW, TRIGGER ON *.* TO marked",
        );
        await runMysql(url(""), "SET GLOBAL log_output = 'TABLE', GLOBAL general_log = ON");
        await readServer(mysqlUrl(server.port, "shop", { user: "marked", password: "p" }));
        await runMysql(url(""), "SET GLOBAL general_log = OFF");
        const logged = await runMysql<{ text: string }>(
          url(""),
          "SELECT CAST(argument AS CHAR) AS text FROM mysql.general_log WHERE command_type = 'Query' AND user_host LIKE 'marked%'",
        );
        expect(logged.length).toBeGreaterThan(20);
        expect(logged.filter(({ text }) => !text.startsWith("/* headwater */ "))).toEqual([]);
      });

      test("an account that is nobody's is refused as elsewhere", async () => {
        expect(await refusal(mysqlUrl(server.port, "", { user: "nobody", password: "x" }))).toMatchObject({
          code: "signIn",
        });
      });
    },
  );
}

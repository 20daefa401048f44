import { isSourceError, type StoredProcedureFacts, type TableFacts } from "@headwater/core";
import { createSchema, mysqlUrl, runMysql, type TestSchema } from "@headwater/test-servers";
import { describeMysql } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mysql } from "../src/index.ts";
import { inSession, openPool, readServer } from "./reading.ts";

await describeMysql((server) => {
  let schema: TestSchema;
  const root = (text: string): Promise<Record<string, unknown>[]> => runMysql(mysqlUrl(server.port), text);
  const accounts: string[] = [];
  /** An account of its own with these grants; `@` is the schema. */
  const accountWith = async (
    ...grants: string[]
  ): Promise<{ url: string; grant: (text: string) => Promise<unknown> }> => {
    const user = `it's "${accounts.length}" ${schema.name.slice(-6)}`;
    const quoted = `'${user.replaceAll("'", "''")}'@'%'`;
    accounts.push(quoted);
    await root(`CREATE USER ${quoted} IDENTIFIED BY 'p@ss'`);
    const grant = (text: string): Promise<unknown> =>
      root(`${text.replaceAll("@", `\`${schema.name}\``)} ${text.startsWith("GRANT") ? "TO" : "FROM"} ${quoted}`);
    for (const text of grants) await grant(`GRANT ${text}`);
    return { url: mysqlUrl(server.port, schema.name, { user, password: "p@ss" }), grant };
  };
  const digestOf = async (url: string): Promise<unknown> =>
    (await readServer(url)).listed.flatMap((listed) => (listed.seen === "granted" ? [listed.digest] : []))[0];

  beforeAll(async () => {
    schema = await createSchema(server, {
      sql: `CREATE TABLE t (id int PRIMARY KEY, secret int, note varchar(10) UNIQUE, KEY k (secret));
        CREATE TABLE other (id int);
        CREATE VIEW v AS SELECT id FROM t;
        CREATE TRIGGER trg BEFORE INSERT ON t FOR EACH ROW SET NEW.secret = 1;
        CREATE PROCEDURE p() SELECT 'it''s', 2, 'x';
        CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1`,
    });
  });
  afterAll(async () => {
    for (const account of accounts) await root(`DROP USER ${account}`);
    await schema.drop();
  });

  const names = async (url: string): Promise<string[]> =>
    [...(await readServer(url)).entities.keys()].map((path) => path.slice(schema.name.length)).toSorted();

  test("what an account has no right on is not seen, and no listing says that it is all", async () => {
    const { url } = await accountWith("SELECT ON @.t");
    const { entities, listed } = await readServer(url);
    expect([...entities.keys()]).toEqual([schema.name, `${schema.name}/t`]);
    expect(listed.map(({ seen }) => seen)).toEqual(["complete", "granted", "granted", "granted"]);
    expect(new Set(listed.slice(1).map((each) => each.seen === "granted" && each.digest)).size).toBe(1);
  });

  test("an account with the grants of the README sees everything", async () => {
    const { url, grant } = await accountWith("SELECT, SHOW VIEW, TRIGGER, EVENT ON @.*");
    if (server.isMariaDb) await grant("GRANT SELECT ON mysql.proc");
    else if (server.release === "MySQL 9") await grant("GRANT SHOW_ROUTINE ON *.*");
    else await grant("GRANT SELECT, SHOW VIEW ON *.*");
    const all = await readServer(schema.url);
    const seen = await readServer(url);
    expect([...seen.entities.values()].map(({ facts }) => facts)).toEqual(
      [...all.entities.values()].map(({ facts }) => facts),
    );
  });

  test("the digest changes with every grant, and with nothing else", async () => {
    const { url, grant } = await accountWith("SELECT ON @.*");
    const first = await digestOf(url);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(await digestOf(url)).toBe(first);
    await root(`ALTER USER ${accounts.at(-1)} IDENTIFIED BY 'p@ss'`);
    await schema.sql("CREATE TABLE more (id int); DROP TABLE more");
    expect(await digestOf(url)).toBe(first);
    await grant("GRANT SHOW VIEW ON @.*");
    const second = await digestOf(url);
    expect(second).not.toBe(first);
    await grant("REVOKE SHOW VIEW ON @.*");
    expect(await digestOf(url)).toBe(first);
    await grant("GRANT SELECT (id) ON @.t");
    expect(await digestOf(url)).not.toBe(first);
  });

  test("a role's grants are in the digest, and what they show is seen", async () => {
    const role = `role_${schema.name}`;
    await root(`CREATE ROLE ${role}; GRANT SELECT ON \`${schema.name}\`.other TO ${role}`);
    const { url } = await accountWith("SELECT ON @.t");
    const before = await digestOf(url);
    await root(
      `GRANT ${role} TO ${accounts.at(-1)}; SET DEFAULT ROLE ${role} ${server.isMariaDb ? "FOR" : "TO"} ${accounts.at(-1)}`,
    );
    expect(await names(url)).toContain("/other");
    const withRole = await digestOf(url);
    expect(withRole).not.toBe(before);
    await root(`GRANT SELECT ON \`${schema.name}\`.v TO ${role}`);
    expect(await digestOf(url)).not.toBe(withRole);
    await root(`DROP ROLE ${role}`);
  });

  test("of a table with rights on some columns, those are read and nothing else is said", async () => {
    const { url } = await accountWith("SELECT (id, note) ON @.t");
    const { entities } = await readServer(url);
    const facts = entities.get(`${schema.name}/t`)?.facts as TableFacts;
    const { columns, unseen, tableConstraints, source, schemaDefinition } = facts;
    expect(columns.map(({ name, constraint }) => [name, constraint])).toEqual([
      ["id", null],
      ["note", null],
    ]);
    expect({ unseen, tableConstraints, source, schemaDefinition }).toEqual({ unseen: ["columns"] });
  });

  test("a table that may only be deleted from has no columns to see", async () => {
    const { url } = await accountWith("DELETE ON @.t");
    const { entities } = await readServer(url);
    expect(entities.get(`${schema.name}/t`)?.facts).toMatchObject({ columns: [], unseen: ["columns"] });
  });

  test("without TRIGGER, SHOW VIEW and the right on routines their texts are unseen, not gone", async () => {
    const { url } = await accountWith("SELECT, EXECUTE ON @.*");
    const { entities } = await readServer(url);
    const of = (name: string): unknown => entities.get(`${schema.name}/${name}`)?.facts;
    expect((of("t") as TableFacts).unseen).toEqual(["source.triggers"]);
    expect((of("t") as TableFacts).source).not.toHaveProperty("triggers");
    expect(of("v")).not.toHaveProperty("schemaDefinition");
    expect((of("v") as TableFacts).columns).toHaveLength(1);
    expect(of("p") as StoredProcedureFacts).toMatchObject({
      unseen: ["storedProcedureCode"],
      storedProcedureCode: { code: `CREATE PROCEDURE \`${schema.name}\`.\`p\`()` },
    });
    expect(of("e")).toBeUndefined();
  });

  test("the check names what is missing, what it costs and what mends it", async () => {
    const outcomes = async (url: string): Promise<Map<string, string | null>> => {
      const pool = await openPool(url);
      const results = await inSession(pool, async (session) => {
        const all = new Map<string, string | null>();
        for (const step of mysql.check)
          all.set(
            step.name,
            await step.run(session as never).then(
              () => null,
              (error: unknown) => (isSourceError(error) ? `${error.code}: ${error.hint}` : String(error)),
            ),
          );
        return all;
      });
      await pool.close();
      return results;
    };
    const log = "Read a log of what was run";
    const fine = await outcomes(schema.url);
    // MariaDB as it is installed keeps none.
    expect(fine.get(log) ?? "").toMatch(
      server.isMariaDb ? /general_log = ON; GRANT SELECT ON mysql\.general_log TO 'root'@'%';/ : /^$/,
    );
    const withoutLog = (all: Map<string, string | null>): (string | null)[] =>
      [...all].flatMap(([step, outcome]) => (step === log && server.isMariaDb ? [] : [outcome]));
    expect(withoutLog(fine).every((outcome) => outcome === null)).toBe(true);
    const { url } = await accountWith("SELECT ON @.t");
    const poor = await outcomes(url);
    expect(poor.get("Sign in")).toBeNull();
    expect(poor.get("List the schemas")).toBeNull();
    for (const [step, privilege] of [
      ["Read tables and columns", "SELECT"],
      ["Read the definitions of views", "SHOW VIEW"],
      ["Read triggers", "TRIGGER"],
      ["Read events", "EVENT"],
    ] as const) {
      const hint = `GRANT ${privilege} ON \`${schema.name}\`.* TO ${accounts.at(-1)};`;
      expect(poor.get(step)).toBe(`denied: ${hint}`);
      await root(hint);
    }
    if (!server.isMariaDb) await root(/GRANT .*?;/.exec(poor.get(log) ?? "")?.[0] ?? "");
    expect(withoutLog(await outcomes(url)).filter((outcome) => outcome !== null)).toHaveLength(1);
    // The hint for routines names what this very server understands.
    const routines = poor.get("Read routines with their texts") ?? "";
    await root(/GRANT .*;/.exec(routines)?.[0] ?? "");
    expect(withoutLog(await outcomes(url)).filter((outcome) => outcome !== null)).toEqual([]);
  });

  test("an account without any right sees nothing, and is told what to ask for", async () => {
    const { url } = await accountWith();
    expect(await names(url)).toEqual([]);
    const pool = await openPool(url);
    const step = mysql.check.find(({ name }) => name === "List the schemas");
    const error = await inSession(pool, (session) => step?.run(session as never) as Promise<void>).catch(
      (thrown: unknown) => thrown,
    );
    await pool.close();
    expect(isSourceError(error) && error.hint).toContain(`TO ${accounts.at(-1)};`);
  });
});

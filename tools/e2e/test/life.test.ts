import { curate, type Database, historyOf, openDatabase } from "@headwater/catalog";
import { createDatabase, type TestDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { differences, entities, exported } from "../src/entities.ts";
import { type Ingested, ingest } from "../src/ingest.ts";

/** What happened to entities in a run, by FQN below the database. */
function happened(run: Ingested, prefix: string): Record<string, string> {
  const said: Record<string, string> = {};
  const short = (fqn: string): string => fqn.replace(`${prefix}.`, "");
  for (const event of run.events)
    if (event.event === "renamed") said[short(event.from)] = `renamed ${short(event.to)}`;
    else if (event.event === "deleted") said[short(event.fqn)] = `deleted with ${event.below} below`;
    else if (event.event === "failed" || event.event === "held") throw new Error(JSON.stringify(event));
  return said;
}

await describePostgres((server) => {
  let source: TestDatabase;
  let db: Database;
  let prefix: string;
  const run = async (): Promise<Record<string, string>> => happened(await ingest(db, source.url), prefix);
  const get = (name: string): ReturnType<ReturnType<typeof entities>["get"]> => entities(db).get(`${prefix}.${name}`);
  const idOf = (name: string): number | undefined =>
    db.get<{ id: number }>("SELECT id FROM entity WHERE fqn = ?", `${prefix}.${name}`)?.id;

  beforeEach(async () => {
    source = await createDatabase(server, {
      sql: `CREATE TABLE other (id integer); CREATE SCHEMA sales; CREATE TABLE sales.orders (id integer PRIMARY KEY, at date); COMMENT ON TABLE sales.orders IS 'All of them';
        CREATE TABLE sales.items (id integer, "order" integer REFERENCES sales.orders);
        CREATE VIEW sales.recent AS SELECT * FROM sales.orders; CREATE FUNCTION sales.f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
    });
    prefix = `shop.${source.name}`;
    db = openDatabase(":memory:");
    await run();
  });
  afterEach(async () => {
    db.close();
    await source.drop();
  });

  test("what is dropped is marked deleted, and what comes back is restored with its history", async () => {
    const before = idOf("sales.recent");
    await source.sql("DROP VIEW sales.recent; DROP FUNCTION sales.f(integer)");
    expect(await run()).toEqual({ "sales.recent": "deleted with 0 below", "sales.f(integer)": "deleted with 0 below" });
    expect(get("sales.recent")).toMatchObject({ deleted: true, version: "0.2" });
    await source.sql("CREATE VIEW sales.recent AS SELECT * FROM sales.orders");
    expect(await run()).toEqual({});
    expect(get("sales.recent")).toMatchObject({ version: "0.3" });
    expect(get("sales.recent")?.deleted).toBeFalsy();
    expect(get("sales.f(integer)")).toMatchObject({ deleted: true });
    expect(idOf("sales.recent")).toBe(before);
    expect(
      historyOf(db, before ?? 0)
        .map(({ op }) => op)
        .toSorted(),
    ).toEqual(["created", "deleted", "restored"]);
  });

  test("a schema takes what is in it along, and brings it back", async () => {
    await source.sql("DROP SCHEMA sales CASCADE");
    expect(await run()).toEqual({ sales: "deleted with 4 below" });
    expect(get("sales.orders")).toMatchObject({ deleted: true });
    await source.sql(
      "CREATE SCHEMA sales; CREATE TABLE sales.orders (id integer PRIMARY KEY, at date); COMMENT ON TABLE sales.orders IS 'All of them'",
    );
    await run();
    expect(get("sales")?.deleted).toBeFalsy();
    expect(get("sales.orders")?.deleted).toBeFalsy();
    expect(get("sales.orders")).toMatchObject({ version: "0.3", description: "All of them" });
    expect(get("sales.items")).toMatchObject({ deleted: true });
  });

  test("renames keep the entity: a table, a view, a routine, a column", async () => {
    const ids = [idOf("sales.orders"), idOf("sales.recent"), idOf("sales.f(integer)")];
    await source.sql(`ALTER TABLE sales.orders RENAME TO purchases; ALTER VIEW sales.recent RENAME TO latest;
      ALTER FUNCTION sales.f(integer) RENAME TO g; ALTER TABLE sales.items RENAME COLUMN id TO item`);
    expect(await run()).toEqual({
      "sales.orders": "renamed sales.purchases",
      "sales.recent": "renamed sales.latest",
      "sales.f(integer)": "renamed sales.g(integer)",
    });
    expect([idOf("sales.purchases"), idOf("sales.latest"), idOf("sales.g(integer)")]).toEqual(ids);
    expect(get("sales.orders")).toBeUndefined();
    expect(get("sales.purchases")).toMatchObject({ version: "1.1", description: "All of them" });
    expect(get("sales.items")).toMatchObject({ version: "1.1" });
    // Foreign keys follow.
    expect(JSON.stringify(get("sales.items")?.["tableConstraints"])).toContain(`${prefix}.sales.purchases.id`);
  });

  test("a schema is renamed with all it has, and a table moves between schemas", async () => {
    const ids = [idOf("sales"), idOf("sales.orders")];
    await source.sql(
      "ALTER SCHEMA sales RENAME TO selling; CREATE SCHEMA attic; ALTER TABLE selling.items SET SCHEMA attic",
    );
    const said = await run();
    expect(said["sales"]).toBe("renamed selling");
    expect([idOf("selling"), idOf("selling.orders")]).toEqual(ids);
    expect(get("attic.items")?.deleted).toBeFalsy();
    expect([...entities(db).values()].filter(({ deleted }) => deleted === true)).toEqual([]);
    expect(await run()).toEqual({});
  });

  test("build and swap: the new table takes the name, and what people wrote stays with the name", async () => {
    const id = idOf("sales.orders");
    const author = { run: null, actor: "ana", at: 1 };
    curate(db, id ?? 0, null, [{ field: "displayName", value: "The orders" }], author);
    curate(db, id ?? 0, "at", [{ field: "description", value: "When it was placed" }], author);
    await source.sql(`BEGIN; CREATE TABLE sales.orders_new (id integer PRIMARY KEY, placed date, total numeric);
      COMMENT ON TABLE sales.orders_new IS 'All of them';
      ALTER TABLE sales.orders RENAME TO orders_old; ALTER TABLE sales.orders_new RENAME TO orders; COMMIT`);
    expect(await run()).toEqual({});
    expect(idOf("sales.orders")).toBe(id);
    expect(get("sales.orders")).toMatchObject({ displayName: "The orders" });
    expect(JSON.stringify(get("sales.orders")?.["columns"])).toContain('"total"');
    // A column in the place of another is another column, in another table.
    expect(JSON.stringify(get("sales.orders")?.["columns"])).not.toContain("When it was placed");
    expect(get("sales.orders_old")).toMatchObject({ version: "0.1" });
    expect(get("sales.orders_old")?.["displayName"]).not.toBe("The orders");
    // The old one goes a day later, and takes nothing along.
    await source.sql("DROP TABLE sales.orders_old CASCADE");
    expect(await run()).toMatchObject({ "sales.orders_old": "deleted with 0 below" });
    expect(get("sales.orders")).toMatchObject({ displayName: "The orders" });
    const after = exported(db);
    await run();
    expect(differences(exported(db), after)).toEqual([]);
  });
});

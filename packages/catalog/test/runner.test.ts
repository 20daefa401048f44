import { describe, expect, test } from "vitest";
import { MemorySource } from "@headwater/core/memory";
import type { Database } from "../src/index.ts";
import { exported, ingest, memoryCatalog, sampleSource, table } from "./ingest.ts";

describe("a first run", () => {
  test("writes everything the source has", async () => {
    const db = memoryCatalog();
    const run = await ingest(sampleSource(), db);
    expect(run).toMatchObject({ state: "success", exit: 0 });
    expect(run.counts.table).toMatchObject({ found: 6, created: 6 });
    const lines = exported(db)
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line["fullyQualifiedName"])).toEqual([
      "shop",
      "shop.db",
      "shop.db.s1",
      "shop.db.s1.refresh(integer)",
      "shop.db.s1.t1",
      "shop.db.s1.t2",
      "shop.db.s1.t3",
      "shop.db.s2",
      "shop.db.s2.t1",
      "shop.db.s2.t2",
      "shop.db.s2.t3",
      "shop.metadata",
    ]);
    expect(lines.every((line) => line["version"] === "0.1")).toBe(true);
  });
});

const WATCHED = ["entity", "document", "history", "reference", "observation"];

describe("an unchanged source", () => {
  test("writes no row about entities", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    for (const name of WATCHED)
      for (const op of ["INSERT", "UPDATE", "DELETE"])
        db.exec(
          `CREATE TRIGGER watch_${name}_${op} BEFORE ${op} ON ${name} BEGIN SELECT RAISE(ABORT, '${name} was written'); END`,
        );
    const run = await ingest(source, db);
    expect(run.state).toBe("success");
    expect(run.counts.table).toMatchObject({ found: 6, unchanged: 6, created: 0, updated: 0 });
  });
});

describe("a changed source", () => {
  test("gives each kind of change its version", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.put("table", {
      path: ["db", "s1", "t1"],
      kind: "Regular",
      key: "s1.t1",
      facts: table(["id", "name", "email"]),
    });
    source.put("table", { path: ["db", "s1", "t2"], kind: "Regular", key: "s1.t2", facts: table(["id"]) });
    source.drop("table", ["db", "s1", "t3"]);
    const run = await ingest(source, db);
    expect(run.counts.table).toMatchObject({ updated: 2, deleted: 1, unchanged: 3 });
    const versions = Object.fromEntries(
      exported(db)
        .split("\n")
        .map((line) => {
          const { fullyQualifiedName, version, deleted } = JSON.parse(line) as Record<string, unknown>;
          return [fullyQualifiedName, [version, deleted]];
        }),
    );
    expect(versions).toMatchObject({
      "shop.db.s1.t1": ["0.2", false],
      "shop.db.s1.t2": ["1.1", false],
      "shop.db.s1.t3": ["0.2", true],
      "shop.db.s2.t1": ["0.1", false],
    });
  });
});

describe("deletions", () => {
  test("are undone when the object comes back", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t3"]);
    await ingest(source, db);
    source.put("table", { path: ["db", "s1", "t3"], kind: "Regular", key: "new", facts: table(["id", "name"]) });
    const run = await ingest(source, db);
    expect(run.counts.table).toMatchObject({ restored: 1, deleted: 0 });
    const line =
      exported(db)
        .split("\n")
        .find((text) => text.includes('"shop.db.s1.t3"')) ?? "";
    expect(JSON.parse(line)).toMatchObject({ version: "0.3", deleted: false });
  });

  test("are held back beyond the safety limit, and everything else is committed", async () => {
    const db = memoryCatalog();
    const source = sampleSource(2, 20);
    await ingest(source, db);
    for (let t = 1; t <= 11; t += 1) source.drop("table", ["db", "s1", `t${t}`]);
    source.put("table", { path: ["db", "s2", "t21"], kind: "Regular", facts: table(["id"]) });
    const run = await ingest(source, db);
    expect(run).toMatchObject({ exit: 6, state: "partialSuccess" });
    expect(run.counts.table).toMatchObject({ created: 1, deleted: 0, held: 11 });
    const again = await ingest(source, db, { maxDelete: { objects: 11 } });
    expect(again.counts.table).toMatchObject({ deleted: 11, held: 0 });
  });

  test("do not follow from a run that found nothing, unless that is fine", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    const before = exported(db);
    for (const node of ["table", "storedProcedure", "databaseSchema"] as const)
      for (const { path } of source.objects(node)) source.drop(node, path);
    const run = await ingest(source, db);
    expect(run).toMatchObject({ exit: 5, state: "failed" });
    expect(run.events).toContainEqual(
      expect.objectContaining({
        event: "note",
        message: "Nothing was found, so nothing is marked as deleted: shop.db.s1 and 1 more are kept.",
        hint: "If all of it is really gone, run again with --allow-empty.",
      }),
    );
    expect(exported(db)).toBe(before);
    const sure = await ingest(source, db, {}, { allowEmpty: true });
    expect(sure).toMatchObject({ exit: 0, counts: { databaseSchema: { deleted: 2 }, table: { deleted: 6 } } });
  });

  test("take what is below along, and count it", async () => {
    const db = memoryCatalog();
    const source = sampleSource(2, 11);
    await ingest(source, db);
    source.drop("databaseSchema", ["db", "s2"]);
    expect(await ingest(source, db)).toMatchObject({ exit: 6 });
    const run = await ingest(source, db, { maxDelete: { percent: 100 } });
    expect(run.counts.databaseSchema).toMatchObject({ deleted: 1 });
    expect(run.counts.table).toMatchObject({ deleted: 11 });
  });

  test("need a second proof where the role sees only what it may", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    source.seen = "granted";
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t3"]);
    expect((await ingest(source, db)).counts.table).toMatchObject({ deleted: 0 });
    expect((await ingest(source, db)).counts.table).toMatchObject({ deleted: 1 });

    source.digest = "grants-1";
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t2"]);
    expect((await ingest(source, db)).counts.table).toMatchObject({ deleted: 1 });
    source.drop("table", ["db", "s1", "t1"]);
    source.digest = "grants-2";
    expect((await ingest(source, db)).counts.table).toMatchObject({ deleted: 0 });
  });

  test("never follow from a filter", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    const filters = { table: { includes: [], excludes: [{ text: "t1", regex: /^(?:t1)/i }] } };
    const run = await ingest(source, db, { filters });
    expect(run.counts.table).toMatchObject({ leftOut: 2, deleted: 0, unchanged: 4 });
    expect(run.events.filter(({ event }) => event === "out-of-scope")).toMatchObject([
      { scope: "shop.db.s1", objects: 1 },
      { scope: "shop.db.s2", objects: 1 },
    ]);
    source.drop("table", ["db", "s1", "t1"]);
    expect((await ingest(source, db, { filters })).counts.table).toMatchObject({ deleted: 0 });
    const schemas = { databaseSchema: { includes: [{ text: "s2", regex: /^(?:s2)/i }], excludes: [] } };
    const other = await ingest(source, db, { filters: schemas });
    expect(other.counts.table).toMatchObject({ deleted: 0, unchanged: 3 });
    expect(other.events.filter(({ event }) => event === "out-of-scope")).toMatchObject([
      { scope: "shop.db", objects: 1, below: 4 },
    ]);
  });
});

describe("renames", () => {
  test("keep an entity by its key, with its columns", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t3"]);
    source.put("table", { path: ["db", "s1", "orders"], kind: "Regular", key: "s1.t3", facts: table(["id", "name"]) });
    const run = await ingest(source, db);
    expect(run.counts.table).toMatchObject({ renamed: 1, created: 0, deleted: 0 });
    expect(exported(db)).not.toContain("shop.db.s1.t3");
    expect(run.events.find(({ event }) => event === "renamed")).toMatchObject({
      from: "shop.db.s1.t3",
      to: "shop.db.s1.orders",
    });
  });

  test("take a whole schema along", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("databaseSchema", ["db", "s2"]);
    source.put("databaseSchema", { path: ["db", "sales"], kind: "Schema", key: "s2", facts: { description: null } });
    for (let t = 1; t <= 3; t += 1)
      source.put("table", {
        path: ["db", "sales", `t${t}`],
        kind: "Regular",
        key: `s2.t${t}`,
        facts: table(["id", "name"]),
      });
    source.put("table", { path: ["db", "sales", "t4"], kind: "Regular", key: "s2.t4", facts: table(["id"]) });
    const run = await ingest(source, db);
    expect(run.counts.databaseSchema).toMatchObject({ renamed: 1, created: 0, deleted: 0 });
    expect(run.counts.table).toMatchObject({ created: 1, deleted: 0 });
    expect(exported(db)).not.toContain("shop.db.s2");
    expect((await ingest(source, db)).counts.table).toMatchObject({ unchanged: 7 });
  });

  /** Renames the schema `s2` to `sales` with tables of these names, by the keys of the former ones or fresh ones. */
  function renameSchema(source: MemorySource, tables: Record<string, string>): void {
    source.drop("databaseSchema", ["db", "s2"]);
    source.put("databaseSchema", { path: ["db", "sales"], kind: "Schema", key: "s2", facts: { description: null } });
    for (const [name, key] of Object.entries(tables))
      source.put("table", { path: ["db", "sales", name], kind: "Regular", key, facts: table(["id", key]) });
  }
  const live = (db: Database): string[] =>
    exported(db)
      .split("\n")
      .map((line) => JSON.parse(line) as { fullyQualifiedName: string; deleted: boolean; columns?: { name: string }[] })
      .filter(({ deleted, fullyQualifiedName }) => !deleted && fullyQualifiedName.startsWith("shop.db.sales."))
      .map(({ fullyQualifiedName, columns }) => `${fullyQualifiedName.slice(14)} ${columns?.[1]?.name}`);

  test("of a schema do not bring back what was dropped in it", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    renameSchema(source, { t1: "s2.t1" });
    const run = await ingest(source, db);
    expect(run.counts.table).toMatchObject({ deleted: 2 });
    expect(live(db)).toEqual(["t1 s2.t1"]);
    expect(exported(db)).not.toContain("shop.db.s2");
    expect((await ingest(source, db)).counts.table).toMatchObject({ unchanged: 4, deleted: 0 });
  });

  test("of a database to the name of the pipeline take along what has no keys", async () => {
    const db = memoryCatalog();
    const source = new MemorySource();
    const fill = (name: string): void => {
      source.put("database", { path: [name], kind: "Database", key: "db", facts: {} });
      source.put("databaseSchema", { path: [name, "s"], kind: "Schema", facts: {} });
      source.put("table", { path: [name, "s", "t"], kind: "Regular", facts: table(["id"]) });
    };
    fill("db");
    await ingest(source, db);
    source.drop("database", ["db"]);
    fill("metadata");
    expect(await ingest(source, db)).toMatchObject({ state: "success", counts: { database: { renamed: 1 } } });
    expect(exported(db)).not.toContain("shop.db");
    expect((await ingest(source, db)).counts.table).toMatchObject({ unchanged: 1, deleted: 0 });
  });

  test("of a schema count what was dropped in it against the safety limit", async () => {
    const db = memoryCatalog();
    const source = sampleSource(2, 20);
    await ingest(source, db);
    renameSchema(source, { t1: "s2.t1" });
    const run = await ingest(source, db);
    expect(run).toMatchObject({ exit: 6 });
    expect(run.events).toContainEqual(expect.objectContaining({ event: "held", deletions: 19 }));
  });

  test.each([
    ["names change hands", { t1: "s2.t2", t4: "s2.t1" }],
    ["names are swapped", { t1: "s2.t2", t2: "s2.t1" }],
    ["a name is taken by a new table, and its former one has another", { t1: "new", t9: "s2.t1" }],
    ["a name that was deleted before is taken", { t3: "s2.t1" }],
  ])("of a schema, while %s: a name beats a key", async (_, tables: Record<string, string>) => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    if (tables["t3"] !== undefined) {
      source.drop("table", ["db", "s2", "t3"]);
      await ingest(source, db);
    }
    renameSchema(source, tables);
    expect((await ingest(source, db)).state).toBe("success");
    expect(live(db)).toEqual(Object.entries(tables).map(([name, key]) => `${name} ${key}`));
    expect((await ingest(source, db)).counts.table).toMatchObject({ updated: 0, created: 0, deleted: 0, renamed: 0 });
  });

  test("of a schema, while a table of it moves to another one and a new one takes its name", async () => {
    for (const other of ["a", "z"]) {
      const db = memoryCatalog();
      const source = sampleSource();
      source.put("databaseSchema", { path: ["db", other], kind: "Schema", key: other, facts: { description: null } });
      await ingest(source, db);
      renameSchema(source, { t1: "new" });
      source.put("table", { path: ["db", other, "moved"], kind: "Regular", key: "s2.t1", facts: table(["id", "x"]) });
      expect((await ingest(source, db)).state).toBe("success");
      expect(live(db)).toEqual(["t1 new"]);
      expect(exported(db)).toContain(`shop.db.${other}.moved`);
      expect((await ingest(source, db)).counts.table).toMatchObject({ updated: 0, created: 0, deleted: 0 });
    }
  });

  test("of columns are those of one table, not of another that took its name", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    const put = (key: string, columns: string[]): void => {
      const path = ["db", "s1", "t1"];
      source.put("table", { path, kind: "Regular", key, columnKeys: ["1", "2"], facts: table(columns) });
    };
    const lastChange = (): string => {
      const row = db.get<{ change: string }>("SELECT change FROM history ORDER BY seq DESC LIMIT 1");
      return row?.change ?? "";
    };
    put("s1.t1", ["id", "a"]);
    await ingest(source, db);
    put("s1.t1", ["id", "b"]);
    await ingest(source, db);
    expect(lastChange()).toContain('"columns.b.name"');
    put("swapped in", ["id", "c"]);
    await ingest(source, db);
    expect(lastChange()).not.toContain('"columns.c.name"');
    expect(lastChange()).toContain('"fieldsDeleted":[{"name":"columns"');
  });

  test("name beats key: build and swap moves nothing", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.put("table", { path: ["db", "s1", "t1_old"], kind: "Regular", key: "s1.t1", facts: table(["id", "name"]) });
    source.put("table", { path: ["db", "s1", "t1"], kind: "Regular", key: "fresh", facts: table(["id", "name"]) });
    const run = await ingest(source, db);
    expect(run.counts.table).toMatchObject({ renamed: 0, created: 1, deleted: 0 });
    expect((await ingest(source, db)).counts.table).toMatchObject({ unchanged: 7 });
  });
});

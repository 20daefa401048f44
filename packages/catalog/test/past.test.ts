import { describe, expect, test } from "vitest";
import {
  blame,
  childrenAt,
  curate,
  type Database,
  entitiesOf,
  type Entity,
  entityAt,
  historyOf,
} from "../src/index.ts";
import { ingest, memoryCatalog, sampleSource, table, testClock } from "./ingest.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const ana = (day: number): { run: null; actor: string; at: number } => ({
  run: null,
  actor: "ana",
  at: START + day * DAY,
});

function at(db: Database, fqn: string): Entity {
  const [entity] = entitiesOf(db, fqn);
  if (entity === undefined) throw new Error(`There is no ${fqn}.`);
  return entity;
}

/** A table that is read on days 0 and 2, and curated on days 1 and 3; another one comes on day 2 and goes on day 4. */
async function eventful(): Promise<Database> {
  const db = memoryCatalog();
  const source = sampleSource(1, 1);
  const on = (day: number): object => ({ clock: testClock(START + day * DAY) });
  await ingest(source, db, {}, on(0));
  curate(db, at(db, "shop.db.s1.t1").id, null, [{ field: "description", value: "ours" }], ana(1));
  source.put("table", {
    path: ["db", "s1", "t1"],
    kind: "View",
    key: "s1.t1",
    facts: table(["id", "name", "email"], { tableType: "View", schemaDefinition: "select 1" }),
  });
  source.put("table", { path: ["db", "s1", "t2"], kind: "Regular", facts: table(["id"]) });
  await ingest(source, db, {}, on(2));
  curate(db, at(db, "shop.db.s1.t1").id, "email", [{ field: "tags", add: "PII.Email" }], ana(3));
  source.drop("table", ["db", "s1", "t2"]);
  await ingest(source, db, {}, on(4));
  return db;
}

describe("an entity at a time", () => {
  test("is what it was after the last change before it", async () => {
    const db = await eventful();
    const then = (day: number): Entity => {
      const past = entityAt(db, at(db, "shop.db.s1.t1"), START + day * DAY);
      if (past.is !== "known") throw new Error(past.is);
      return past.entity;
    };
    expect(then(0.5)).toMatchObject({ kind: "Regular", version: 1, curated: null });
    expect(then(1.5).shown["description"]).toBe("ours");
    expect(then(2.5)).toMatchObject({ kind: "View", version: 3 });
    expect((then(2.5).shown["columns"] as object[]).length).toBe(3);
    expect(then(2.5).curated).toEqual({ description: "ours" });
    expect(then(9)).toMatchObject({ version: 4, source: at(db, "shop.db.s1.t1").source });
  });

  test("was not there yet, was deleted, or is no longer kept", async () => {
    const db = await eventful();
    const t2 = at(db, "shop.db.s1.t2");
    expect(entityAt(db, t2, START + DAY)).toMatchObject({ is: "later", first: { op: "created" } });
    expect(entityAt(db, t2, START + 3 * DAY)).toMatchObject({ is: "known", entity: { deleted: false } });
    expect(entityAt(db, t2, START + 5 * DAY)).toMatchObject({ is: "known", entity: { deleted: true } });
    const names = (day: number): string[] => childrenAt(db, "shop.db.s1", START + day * DAY).map(({ name }) => name);
    expect([names(-1), names(1), names(3), names(5)]).toEqual([
      [],
      ["refresh(integer)", "t1"],
      ["refresh(integer)", "t1", "t2"],
      ["refresh(integer)", "t1"],
    ]);
    db.run("DELETE FROM history WHERE op = 'created'");
    expect(entityAt(db, at(db, "shop.db.s1.t1"), START + 0.5 * DAY).is).toBe("forgotten");
    db.run("UPDATE history SET back = NULL");
    expect(entityAt(db, at(db, "shop.db.s1.t1"), START + 1.5 * DAY).is).toBe("forgotten");
  });
});

describe("blame", () => {
  test("names the change that made each field and column what it is", async () => {
    const db = await eventful();
    const by = Object.fromEntries(
      blame(db, at(db, "shop.db.s1.t1")).map(({ field, entry }) => [
        field,
        [entry?.version, entry?.actor ?? entry?.run],
      ]),
    );
    expect(by).toEqual({
      description: [2, "ana"],
      tableType: [3, 2],
      schemaDefinition: [3, 2],
      "columns.id": [1, 1],
      "columns.name": [1, 1],
      "columns.email": [4, "ana"],
    });
  });

  test("tells a column's fields apart, and what is older than the history", async () => {
    const db = await eventful();
    const t1 = at(db, "shop.db.s1.t1");
    const by = (column: string): unknown[] =>
      blame(db, t1, column).map(({ field, entry }) => [field, entry?.version ?? null]);
    expect(by("email")).toEqual([
      ["columns.email.dataType", 3],
      ["columns.email.tags", 4],
    ]);
    expect(by("id")).toEqual([["columns.id.dataType", 1]]);
    db.run("DELETE FROM history WHERE op = 'created'");
    expect(by("id")).toEqual([["columns.id.dataType", null]]);
  });

  test("a value people set is theirs, whatever the source said since; one they reset is of who reset it", async () => {
    const db = memoryCatalog();
    const source = sampleSource(1, 1);
    const described = (description: string): unknown =>
      source.put("table", {
        path: ["db", "s1", "t1"],
        kind: "Regular",
        key: "s1.t1",
        facts: table(["id"], { description }),
      });
    described("one");
    await ingest(source, db);
    curate(db, at(db, "shop.db.s1.t1").id, null, [{ field: "description", value: "ours" }], ana(1));
    described("two");
    await ingest(source, db);
    const entry = (): unknown => blame(db, at(db, "shop.db.s1.t1"))[0]?.entry;
    expect(entry()).toMatchObject({ op: "set", actor: "ana" });
    curate(db, at(db, "shop.db.s1.t1").id, null, [{ field: "description", reset: true }], ana(2));
    expect(entry()).toEqual(historyOf(db, at(db, "shop.db.s1.t1").id)[0]);
  });

  test("fields within columns are found by both names changes give them", async () => {
    const db = memoryCatalog();
    const source = sampleSource(1, 1);
    const nested = (fields: string[]): unknown =>
      source.put("table", {
        path: ["db", "s1", "t1"],
        kind: "Regular",
        key: "s1.t1",
        facts: {
          tableType: "Regular",
          columns: [
            { name: "address", dataType: "STRUCT", children: fields.map((name) => ({ name, dataType: "STRING" })) },
          ],
        },
      });
    nested(["city"]);
    await ingest(source, db);
    nested(["city", "a.b"]);
    await ingest(source, db);
    curate(db, at(db, "shop.db.s1.t1").id, "address.city", [{ field: "description", value: "where" }], ana(1));
    expect(
      Object.fromEntries(blame(db, at(db, "shop.db.s1.t1")).map(({ field, entry }) => [field, entry?.version])),
    ).toMatchObject({ "columns.address.children.city": 3, 'columns.address.children."a.b"': 2 });
  });
});

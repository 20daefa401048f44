import { describe, expect, test } from "vitest";
import {
  curate,
  type Database,
  type Edit,
  entitiesOf,
  type Entity,
  historyOf,
  restoreCurated,
  restoreDeleted,
  restoreRetired,
  stateAt,
} from "../src/index.ts";
import { ingest, memoryCatalog, sampleSource, table } from "./ingest.ts";

const ANA = { run: null, actor: "ana", at: Date.UTC(2026, 5, 1) };

function at(db: Database, fqn: string): Entity {
  const [entity] = entitiesOf(db, fqn);
  if (entity === undefined) throw new Error(`There is no ${fqn}.`);
  return entity;
}

const T1 = "shop.db.s1.t1";

describe("a deletion", () => {
  test("is taken back with what went with it, and not with what was gone before", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t3"]);
    await ingest(source, db);
    source.drop("databaseSchema", ["db", "s1"]);
    await ingest(source, db);
    expect(restoreDeleted(db, at(db, "shop.db.s1").id, ANA).map(({ fqn }) => fqn)).toEqual([
      "shop.db.s1",
      "shop.db.s1.refresh(integer)",
      "shop.db.s1.t1",
      "shop.db.s1.t2",
    ]);
    expect(at(db, "shop.db.s1.t3").deleted).toBe(true);
    expect(historyOf(db, at(db, T1).id)[0]).toMatchObject({ op: "restored", actor: "ana", version: 3 });
  });

  test("of one table in a deleted schema brings the schema back too, alone", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("databaseSchema", ["db", "s1"]);
    await ingest(source, db);
    expect(restoreDeleted(db, at(db, T1).id, ANA).map(({ fqn }) => fqn)).toEqual(["shop.db.s1", T1]);
    expect(at(db, "shop.db.s1.t2").deleted).toBe(true);
  });

  test("is done again by the next run, where the source does not have it", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t1"]);
    await ingest(source, db);
    restoreDeleted(db, at(db, T1).id, ANA);
    expect((await ingest(source, db)).counts.table).toMatchObject({ deleted: 1 });
  });
});

describe("what people set", () => {
  const described = async (): Promise<{
    db: Database;
    set: (...edits: Edit[]) => void;
    run: () => Promise<unknown>;
  }> => {
    const db = memoryCatalog();
    const source = sampleSource();
    source.put("table", {
      path: ["db", "s1", "t1"],
      kind: "Regular",
      key: "s1.t1",
      facts: table(["id", "name"], { description: "the source's words", owners: [{ type: "role", name: "app" }] }),
    });
    await ingest(source, db);
    return {
      db,
      set: (...edits) => void curate(db, at(db, T1).id, null, edits, ANA),
      run: () => ingest(source, db, { overrideMetadata: true }),
    };
  };

  test("and overrideMetadata retired is recorded as that, and set again", async () => {
    const { db, set, run } = await described();
    set(
      { field: "description", value: "a person's words" },
      { field: "owners", add: { type: "user", name: "ana" } },
      { field: "displayName", value: "First" },
    );
    await run();
    const retired = at(db, T1);
    expect(retired.shown).toMatchObject({ description: "the source's words", displayName: "First" });
    expect(historyOf(db, retired.id)[0]).toMatchObject({ op: "retired", actor: null });

    set({ field: "displayName", value: "Later" });
    expect(restoreRetired(db, retired.id, ANA)).toBe(true);
    expect(at(db, T1).shown).toMatchObject({
      description: "a person's words",
      displayName: "Later",
      owners: [
        { type: "role", name: "app" },
        { type: "user", name: "ana" },
      ],
    });
    expect(historyOf(db, retired.id)[0]).toMatchObject({ op: "restored", actor: "ana" });
    expect(restoreRetired(db, retired.id, ANA)).toBe(false);
  });

  test("on columns comes back too", async () => {
    const { db, run } = await described();
    curate(db, at(db, T1).id, "id", [{ field: "displayName", value: "Key" }], ANA);
    await run();
    // The source says nothing of display names: there was nothing to retire.
    expect(restoreRetired(db, at(db, T1).id, ANA)).toBeNull();
    expect(at(db, T1).curated).toEqual({ columns: { id: { displayName: "Key" } } });
  });

  test("at a version is what is set then", async () => {
    const { db, set } = await described();
    set({ field: "description", value: "first" });
    set({ field: "description", value: "second" });
    const { id } = at(db, T1);
    const first = historyOf(db, id).find(({ version }) => version === 2);
    const then = stateAt(db, at(db, T1), first?.seq ?? 0);
    expect(restoreCurated(db, id, then?.curated ?? null, ANA)).toBe(true);
    expect(at(db, T1).shown["description"]).toBe("first");
    expect(restoreCurated(db, id, null, ANA)).toBe(true);
    expect(at(db, T1).shown["description"]).toBe("the source's words");
  });
});

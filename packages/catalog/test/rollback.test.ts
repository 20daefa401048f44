import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CatalogStore,
  curate,
  type Database,
  entitiesOf,
  historyOf,
  lastSeq,
  rollback,
  runById,
} from "../src/index.ts";
import { exported, ingest, memoryCatalog, sampleSource, table } from "./ingest.ts";

const ANA = { run: null, actor: "ana", at: Date.UTC(2026, 5, 1) };

/** What is live and what it says, without versions. */
function live(db: Database): unknown[] {
  return exported(db)
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ deleted }) => deleted === false)
    .map(({ version: _version, ...rest }) => rest);
}

const idOf = (db: Database, fqn: string): number => entitiesOf(db, fqn)[0]?.id ?? 0;

describe("a run that is rolled back", () => {
  test("leaves what was before: made, changed, deleted and renamed things", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    const before = live(db);
    source.put("table", { path: ["db", "s1", "new"], kind: "Regular", facts: table(["id"]) });
    source.put("table", {
      path: ["db", "s1", "t1"],
      kind: "View",
      key: "s1.t1",
      facts: table(["id"], { tableType: "View", schemaDefinition: "select 1" }),
    });
    source.drop("databaseSchema", ["db", "s2"]);
    source.drop("table", ["db", "s1", "t3"]);
    source.put("table", { path: ["db", "s1", "renamed"], kind: "Regular", key: "s1.t3", facts: table(["id", "x"]) });
    const run = await ingest(source, db);
    const after = live(db);
    expect(rollback(db, Number(run.runId), "shop", ANA)).toBe(7);
    expect(live(db)).toEqual(before);
    expect(entitiesOf(db, "shop.db.s1.t1")[0]?.kind).toBe("Regular");
    expect(historyOf(db, idOf(db, "shop.db.s1.t1"))[0]).toMatchObject({ op: "reverted", actor: "ana", run: null });
    expect(historyOf(db, idOf(db, "shop.db.s2.t1"))[0]).toMatchObject({ op: "restored" });
    expect(historyOf(db, idOf(db, "shop.db.s1.new"))[0]).toMatchObject({ op: "deleted" });
    // The source is still what it is: the next run says so again.
    await ingest(source, db);
    expect(live(db)).toEqual(after);
  });

  test("takes renamed schemas back with everything in them", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    const before = live(db);
    for (const schema of source.objects("databaseSchema").filter(({ path }) => path[1] === "s1")) {
      const tables = source.objects("table").filter(({ path }) => path[1] === "s1");
      source.drop("databaseSchema", schema.path);
      source.put("databaseSchema", { ...schema, path: ["db", "fresh"], kind: "Schema", facts: { description: null } });
      for (const { key = "", path } of tables)
        source.put("table", {
          path: ["db", "fresh", path[2] === "t1" ? "u1" : (path[2] ?? "")],
          kind: "Regular",
          key,
          facts: table(["id", "name"]),
        });
    }
    const run = await ingest(source, db, { maxDelete: { percent: 100 } });
    expect(entitiesOf(db, "shop.db.fresh.u1")).toHaveLength(1);
    rollback(db, Number(run.runId), "shop", ANA);
    expect(live(db)).toEqual(before);
  });

  test("keeps what people set meanwhile, and gives back what it retired", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    source.put("table", {
      path: ["db", "s1", "t1"],
      kind: "Regular",
      key: "s1.t1",
      facts: table(["id"], { description: "the source's" }),
    });
    await ingest(source, db);
    const id = idOf(db, "shop.db.s1.t1");
    curate(db, id, null, [{ field: "description", value: "ours" }], ANA);
    const run = await ingest(source, db, { overrideMetadata: true });
    expect(entitiesOf(db, "shop.db.s1.t1")[0]?.curated).toBeNull();
    curate(db, id, null, [{ field: "displayName", value: "T1" }], ANA);
    expect(rollback(db, Number(run.runId), "shop", ANA)).toBe(1);
    expect(entitiesOf(db, "shop.db.s1.t1")[0]?.curated).toEqual({ description: "ours", displayName: "T1" });
    expect(historyOf(db, id)[0]?.change?.fieldsAdded).toEqual([{ name: "description", newValue: "ours" }]);
  });

  test("is refused as a whole when a later run changed the same, which goes first", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    const change = (columns: string[]): Promise<{ runId: string }> => {
      source.put("table", { path: ["db", "s1", "t1"], kind: "Regular", key: "s1.t1", facts: table(columns) });
      source.put("table", { path: ["db", "s1", `made${columns.length}`], kind: "Regular", facts: table(["id"]) });
      return ingest(source, db);
    };
    const [second, third] = [await change(["a"]), await change(["a", "b"])];
    const seq = lastSeq(db);
    expect(() => rollback(db, Number(second.runId), "shop", ANA)).toThrow(
      `Run ${second.runId} cannot be rolled back: shop.db.s1.t1 was updated by run ${third.runId} since. Nothing was changed.`,
    );
    expect(lastSeq(db)).toBe(seq);
    rollback(db, Number(third.runId), "shop", ANA);
    expect(() => rollback(db, Number(third.runId), "shop", ANA)).toThrow(/deleted by ana since|reverted by ana since/);
  });

  test("of what a later run filled is refused", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.put("databaseSchema", { path: ["db", "s3"], kind: "Schema", key: "s3", facts: { description: null } });
    const made = await ingest(source, db);
    source.put("table", { path: ["db", "s3", "t"], kind: "Regular", facts: table(["id"]) });
    await ingest(source, db);
    expect(() => rollback(db, Number(made.runId), "shop", ANA)).toThrow("shop.db.s3 was given shop.db.s3.t since");
  });

  test("while another is under way waits for nothing; a broken one is not continued", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    const first = await ingest(source, db);
    const lease = await new CatalogStore(db).lease("shop", Date.now());
    expect(() => rollback(db, Number(first.runId), "shop", ANA)).toThrow(/Another run of the service shop/);
    await lease.release();
    const interrupt = new AbortController();
    source.before = ({ name }) => {
      if (name === "read") interrupt.abort();
    };
    source.put("databaseSchema", { path: ["db", "s3"], kind: "Schema", key: "s3", facts: { description: null } });
    const broken = await ingest(source, db, {}, { signal: interrupt.signal });
    expect(runById(db, Number(broken.runId))?.resumable).toBe(true);
    rollback(db, Number(broken.runId), "shop", ANA);
    expect(runById(db, Number(broken.runId))?.resumable).toBe(false);
    source.before = () => undefined;
    const again = await ingest(source, db);
    expect(again.runId).not.toBe(broken.runId);
    expect(again.counts.databaseSchema).toMatchObject({ restored: 1 });
  });
});

test("whatever a run did, rolling it back leaves what was live before", async () => {
  const names = ["t1", "t2", "t3", "t4", "t5"] as const;
  const step = fc.record({
    schema: fc.constantFrom("s1", "s2"),
    name: fc.constantFrom(...names),
    columns: fc.option(fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }), { nil: null }),
    key: fc.constantFrom("k1", "k2", "k3"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.array(step, { maxLength: 6 }), async (first, second) => {
      const db = memoryCatalog();
      const source = sampleSource();
      const apply = (steps: typeof first): void => {
        for (const { schema, name, columns, key } of steps)
          if (columns === null) source.drop("table", ["db", schema, name]);
          else
            source.put("table", {
              path: ["db", schema, name],
              kind: "Regular",
              key: `${schema}.${key}`,
              facts: table(columns),
            });
      };
      apply(first);
      await ingest(source, db);
      const before = live(db);
      apply(second);
      const run = await ingest(source, db);
      rollback(db, Number(run.runId), "shop", ANA);
      expect(live(db)).toEqual(before);
      db.close();
    }),
    { numRuns: 60 },
  );
});

import type { MemorySource } from "@headwater/core/memory";
import { describe, expect, test } from "vitest";
import {
  ClaimWriter,
  type Database,
  type EdgeEnd,
  evidenceOf,
  lineageOf,
  manualKey,
  manualSaid,
  renameService,
  rollback,
} from "../src/index.ts";
import { ingest, memoryCatalog, sampleSource, table } from "./ingest.ts";

const end = (fqn: string, column: string | null = null): EdgeEnd => ({ fqn, column });

/** Adds an edge as a person does. */
function add(db: Database, from: EdgeEnd, to: EdgeEnd): void {
  const fixed = { origin: "manual", dialect: "", defaults: "{}", text: "Added.", digest: "" } as const;
  const writer = new ClaimWriter(db, "shop");
  writer.seen(writer.put({ ...fixed, key: manualKey(from, to), said: manualSaid(from, to) }, 1), 1, 1, 1);
}

const edges = (db: Database, fqn: string): string[] =>
  lineageOf(db, fqn, 9, 9).edges.flatMap(({ from, to, columns }) =>
    columns.length === 0 ? [`${from} → ${to}`] : columns.map((flow) => `${from}.${flow.from} → ${to}.${flow.to}`),
  );

/** `shop.db.s1.t3` under another name, perhaps with another column. */
function rename(source: MemorySource, name: string, columns: string[]): void {
  source.drop("table", ["db", "s1", "t3"]);
  source.put("table", {
    path: ["db", "s1", name],
    kind: "Regular",
    key: "s1.t3",
    columnKeys: ["1", "2"],
    facts: table(columns),
  });
}

describe("edges that people added", () => {
  test("follow a table through a rename, and back when the run is taken back", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    add(db, end("shop.db.s1.t1"), end("shop.db.s1.t3"));
    add(db, end("shop.db.s1.t3", "id"), end("shop.db.s1.t2", "id"));
    rename(source, "orders", ["id", "name"]);
    await ingest(source, db);
    expect(edges(db, "shop.db.s1.orders")).toEqual([
      "shop.db.s1.t1 → shop.db.s1.orders",
      "shop.db.s1.orders.id → shop.db.s1.t2.id",
    ]);
    expect(edges(db, "shop.db.s1.t3")).toEqual([]);
    rollback(db, 2, "shop", { at: 5, run: null, actor: "ana" });
    expect(edges(db, "shop.db.s1.t3")).toHaveLength(2);
  });

  test("follow a column, and a whole schema", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    rename(source, "t3", ["id", "name"]);
    await ingest(source, db);
    add(db, end("shop.db.s2.t1", "id"), end("shop.db.s1.t3", "name"));
    rename(source, "t3", ["id", "title"]);
    source.drop("databaseSchema", ["db", "s2"]);
    source.put("databaseSchema", { path: ["db", "sales"], kind: "Schema", key: "s2", facts: { description: null } });
    const tables = ["t1", "t2", "t3"].map((name) => ({ name, path: ["db", "sales", name], key: `s2.${name}` }));
    for (const { path, key } of tables)
      source.put("table", { path, kind: "Regular", key, facts: table(["id", "name"]) });
    await ingest(source, db);
    expect(edges(db, "shop.db.s1.t3")).toEqual(["shop.db.sales.t1.id → shop.db.s1.t3.title"]);
  });

  test("follow a service, and can be removed by the new names", async () => {
    const db = memoryCatalog();
    await ingest(sampleSource(), db);
    add(db, end("shop.db.s1.t1"), end("shop.db.s1.t3"));
    renameService(db, "shop", "store", 5);
    expect(edges(db, "store.db.s1.t3")).toEqual(["store.db.s1.t1 → store.db.s1.t3"]);
    const [from, to] = [end("store.db.s1.t1"), end("store.db.s1.t3")];
    expect(new ClaimWriter(db, "store").remove("manual", manualKey(from, to))).toBe(true);
    expect(edges(db, "store.db.s1.t3")).toEqual([]);
  });

  test("that are there under the new name already are not there twice", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    add(db, end("shop.db.s1.t1"), end("shop.db.s1.t3"));
    add(db, end("shop.db.s1.t1"), end("shop.db.s1.orders"));
    rename(source, "orders", ["id", "name"]);
    await ingest(source, db);
    const places = [end("shop.db.s1.t1"), end("shop.db.s1.orders")].map(({ fqn }) => ({ table: fqn, column: null }));
    expect(evidenceOf(db, places[0] as never, places[1] as never, 9)).toHaveLength(1);
  });
});

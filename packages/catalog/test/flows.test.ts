import { SourceError } from "@headwater/core";
import { type MemoryRequest, MemorySource, refused } from "@headwater/core/memory";
import { describe, expect, test } from "vitest";
import { exported, type Ingested, ingest, memoryCatalog, sampleSource, table } from "./ingest.ts";

/** How many random schedules are compared; `npm run soak` asks for more. */
const SCHEDULES = process.env["HEADWATER_SOAK"] === "1" ? 64 : 5;

/** Random numbers that are the same in every run of the test. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function bigSource(): MemorySource {
  const source = new MemorySource();
  for (const db of ["a", "b", "c"]) {
    source.put("database", { path: [db], kind: "Database", key: db, facts: {} });
    for (let s = 0; s < 4; s += 1) {
      source.put("databaseSchema", { path: [db, `s${s}`], kind: "Schema", key: `${db}.${s}`, facts: {} });
      for (let t = 0; t < 30; t += 1) {
        const key = `${db}.${s}.${t}`;
        // Heavy tables make many slices of a small source.
        source.put("table", {
          path: [db, `s${s}`, `t${t}`],
          kind: "Regular",
          key,
          weight: 1_500 + t,
          facts: table(["id"]),
        });
      }
    }
  }
  return source;
}

describe("standard and concurrent flow", () => {
  test(
    "end in byte-identical exports at any concurrency and latency",
    { timeout: 5_000 + SCHEDULES * 1_000 },
    async () => {
      const texts = new Set<string>();
      for (let schedule = 1; schedule <= SCHEDULES; schedule += 1) {
        const threads = [1, 2, 5, 9][schedule % 4] as number;
        const random = seeded(schedule);
        const source = bigSource();
        source.latency = () => random() * 3;
        const db = memoryCatalog();
        const run = await ingest(source, db, { threads });
        expect(run.state).toBe("success");
        source.drop("table", ["a", "s1", "t3"]);
        source.drop("table", ["b", "s1", "t3"]);
        source.put("table", { path: ["b", "s1", "t03"], kind: "Regular", key: "b.1.3", facts: table(["x"]) });
        source.put("table", { path: ["c", "s1", "t4"], kind: "Regular", key: "c.1.4", facts: table(["x", "y"]) });
        await ingest(source, db, { threads });
        texts.add(exported(db));
      }
      expect(texts.size).toBe(1);
    },
  );

  test("read charts shared by dashboards, and data models, by reference", async () => {
    const source = new MemorySource("dashboard");
    source.put("chart", { path: ["sales"], kind: "Chart", facts: { chartType: "Line" } });
    source.put("dashboardDataModel", {
      path: ["orders"],
      kind: "Model",
      facts: { dataModelType: "Table", columns: [] },
    });
    for (const name of ["one", "two"])
      source.put("dashboard", {
        path: [name],
        kind: "Dashboard",
        facts: { charts: [["sales"]], dataModels: [["orders"], ["lost"]] },
      });
    const db = memoryCatalog();
    const run = await ingest(source, db);
    expect(run.state).toBe("success");
    const lines = exported(db)
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line["fullyQualifiedName"])).toEqual([
      "shop",
      "shop.metadata",
      "shop.model.orders",
      "shop.one",
      "shop.sales",
      "shop.two",
    ]);
    expect(lines[3]).toMatchObject({ charts: ["shop.sales"], dataModels: ["shop.model.lost", "shop.model.orders"] });
    expect(run.events).toContainEqual(
      expect.objectContaining({ event: "note", message: expect.stringContaining("2 references") }),
    );
  });

  test("read topics", async () => {
    const source = new MemorySource("messaging");
    source.put("topic", { path: ["orders.v1"], kind: "Topic", facts: { partitions: 3 } });
    const db = memoryCatalog();
    expect(await ingest(source, db)).toMatchObject({ state: "success", counts: { topic: { created: 1 } } });
    expect(exported(db)).toContain('shop.\\"orders.v1\\"');
  });
});

const failures = (run: Ingested): string[] =>
  run.events.flatMap((event) => (event.event === "failed" ? [event.fqn] : []));

describe("what cannot be read", () => {
  test("costs only itself: the slice is halved until the culprit is alone", async () => {
    const source = sampleSource(1, 50);
    source.before = ({ name, paths }) => {
      if (name === "read" && paths?.some((path) => path[2] === "t7" || path[2] === "t31"))
        throw refused("cache lookup failed");
    };
    const db = memoryCatalog();
    const run = await ingest(source, db);
    expect(run).toMatchObject({ exit: 4, state: "partialSuccess" });
    expect(failures(run)).toEqual(["shop.db.s1.t31", "shop.db.s1.t7"]);
    expect(run.counts.table).toMatchObject({ created: 48, failed: 2, deleted: 0 });
  });

  test("does not ask thousands of times when nothing can be read", async () => {
    const source = sampleSource(1, 1_000);
    source.before = ({ name, node }) => {
      if (name === "read" && node === "table") throw new SourceError("denied", "permission denied for pg_attribute");
    };
    const run = await ingest(source, memoryCatalog());
    expect(run).toMatchObject({ exit: 4, state: "failed" });
    expect(run.counts.table?.failed).toBe(1_000);
    expect(source.requests).toBeLessThan(200);
  });

  test("a listing that fails deletes nothing and says so", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t1"]);
    source.before = ({ name, node }) => {
      if (name === "list" && node === "table") throw new SourceError("denied", "permission denied for pg_class");
    };
    const run = await ingest(source, db);
    expect(run.exit).toBe(4);
    expect(run.counts.table).toMatchObject({ deleted: 0, notListed: 2 });
    expect(run.events.filter(({ event }) => event === "not-listed")).toHaveLength(2);
  });

  test("locked objects are set aside, tried again at the end, and reported if still locked", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    source.locked.add('["db","s1","t1"]').add('["db","s1","t2"]');
    let reads = 0;
    source.before = ({ name, node }) => {
      if (name === "read" && node === "table" && (reads += 1) === 2) source.locked.delete('["db","s1","t1"]');
    };
    const run = await ingest(source, db);
    expect(run.exit).toBe(4);
    expect(failures(run)).toEqual(["shop.db.s1.t2"]);
    expect(run.counts.table).toMatchObject({ created: 5, failed: 1, vanished: 0 });
  });

  test("momentary trouble is waited out", async () => {
    const source = sampleSource();
    let trouble = 2;
    source.before = ({ name }) => {
      if (name === "read" && (trouble -= 1) >= 0) throw new SourceError("unreachable", "connection reset");
    };
    const run = await ingest(source, memoryCatalog());
    expect(run.state).toBe("success");
    expect(run.events.filter(({ event }) => event === "retry").length).toBe(2);
  });

  test("a fault in a connector's mapping costs the object, not the run", async () => {
    const source = sampleSource();
    source.put("table", { path: ["db", "s1", "bad"], kind: "Regular", facts: JSON.parse('{"tableType":"Regular"}') });
    const run = await ingest(source, memoryCatalog());
    expect(failures(run)).toEqual(["shop.db.s1.bad"]);
    expect(run.counts.table).toMatchObject({ created: 6, failed: 1 });
  });

  test("finding nothing is not a success", async () => {
    const source = new MemorySource();
    source.put("database", { path: ["db"], kind: "Database", facts: {} });
    expect(await ingest(source, memoryCatalog())).toMatchObject({ exit: 5, state: "failed" });
    expect(await ingest(source, memoryCatalog(), {}, { allowEmpty: true })).toMatchObject({ exit: 0 });
  });
});

describe("a run that breaks", () => {
  test("goes on where it stopped, and ends in the catalog of an uninterrupted one", async () => {
    const whole = memoryCatalog();
    const uninterrupted = bigSource();
    await ingest(uninterrupted, whole);
    const fullRun = uninterrupted.requests;
    for (let stopAt = 2; stopAt < 40; stopAt += 3) {
      const source = bigSource();
      const db = memoryCatalog();
      source.before = () => {
        if (source.requests >= stopAt) throw new SourceError("unreachable", "the network is gone");
      };
      await expect(ingest(source, db)).rejects.toThrow("the network is gone");
      source.before = () => undefined;
      const before = source.requests;
      const run = await ingest(source, db);
      expect(run.state).toBe("success");
      expect(exported(db)).toBe(exported(whole));
      expect(source.requests - before).toBeLessThan(fullRun + 5 - stopAt / 2);
    }
  });

  test("an interrupted run says so and is continued", async () => {
    const source = sampleSource();
    const db = memoryCatalog();
    const stop = new AbortController();
    source.before = ({ name }) => {
      if (name === "read") stop.abort();
    };
    const run = await ingest(source, db, {}, { signal: stop.signal });
    expect(run).toMatchObject({ exit: 130, state: "interrupted" });
    source.before = () => undefined;
    const next = await ingest(source, db);
    expect(next).toMatchObject({ exit: 0, runId: run.runId });
    expect(next.counts.table).toMatchObject({ created: 6, found: 6 });
  });

  test("is not continued under another configuration, nor when asked for a fresh one", async () => {
    const source = sampleSource();
    const db = memoryCatalog();
    let reached = false;
    const gone = (request: MemoryRequest): void => {
      reached ||= request.name === "read";
      if (reached) throw new SourceError("unreachable", "gone");
    };
    source.before = gone;
    await expect(ingest(source, db)).rejects.toThrow("gone");
    source.before = () => undefined;
    const other = await ingest(source, db, { includeViews: false });
    expect(other.events[0]).toMatchObject({ event: "run-started", continued: false });
    reached = false;
    source.before = gone;
    await expect(ingest(source, db)).rejects.toThrow("gone");
    source.before = () => undefined;
    expect((await ingest(source, db, {}, { fresh: true })).events[0]).toMatchObject({ continued: false });
  });
});

describe("a service", () => {
  test("knows its source: another server stops the run unless it is accepted", async () => {
    const source = sampleSource();
    const db = memoryCatalog();
    await ingest(source, db);
    source.identity = "staging";
    await expect(ingest(source, db)).rejects.toMatchObject({ exit: "conflict" });
    expect((await ingest(source, db, { acceptSource: true })).state).toBe("success");
    expect((await ingest(source, db)).state).toBe("success");
  });

  test("takes no key of another server for one of its own", async () => {
    const source = sampleSource();
    const db = memoryCatalog();
    await ingest(source, db);
    source.identity = "restored";
    source.drop("table", ["db", "s1", "t1"]);
    source.put("table", { path: ["db", "s1", "other"], kind: "Regular", key: "s1.t1", facts: table(["x"]) });
    const run = await ingest(source, db, { acceptSource: true });
    expect(run.counts.table).toMatchObject({ renamed: 0, created: 1, deleted: 1 });
    // From then on its own keys count.
    source.drop("table", ["db", "s1", "other"]);
    source.put("table", { path: ["db", "s1", "again"], kind: "Regular", key: "s1.t1", facts: table(["x"]) });
    expect((await ingest(source, db)).counts.table).toMatchObject({ renamed: 1, created: 0, deleted: 0 });
  });

  test("is run by one at a time", async () => {
    const source = sampleSource();
    const db = memoryCatalog();
    source.latency = () => 5;
    const first = ingest(source, db);
    await expect(ingest(source, db)).rejects.toMatchObject({ exit: "busy" });
    expect((await first).state).toBe("success");
    expect((await ingest(source, db)).state).toBe("success");
  });
});

describe("options", () => {
  test("what an option leaves unread keeps its value", async () => {
    const source = sampleSource();
    const owned = table(["id"], {
      owners: [{ type: "role", name: "app" }],
      schemaDefinition: "create table",
      tags: [],
    });
    source.put("table", { path: ["db", "s1", "t1"], kind: "Regular", key: "s1.t1", facts: owned });
    const db = memoryCatalog();
    await ingest(source, db);
    const want = { ddl: false, owners: false, tags: false };
    expect((await ingest(source, db, { want })).counts.table).toMatchObject({ unchanged: 6, updated: 0 });
    expect(exported(db)).toContain('"name":"app"');
    const changed = table(["id", "x"], { owners: [{ type: "role", name: "other" }] });
    source.put("table", { path: ["db", "s1", "t1"], kind: "Regular", key: "s1.t1", facts: changed });
    await ingest(source, db, { want });
    expect(exported(db)).toContain('"name":"app"');
    expect(exported(db)).toContain("create table");
    await ingest(source, db);
    expect(exported(db)).toContain('"name":"other"');
  });

  test("a new version of the mapping corrects in place, without a version", async () => {
    const source = sampleSource();
    const db = memoryCatalog();
    await ingest(source, db);
    expect((await ingest(source, db, {}, { connectorVersion: "2.0.0" })).counts.table).toMatchObject({ unchanged: 6 });
    expect((await ingest(source, db, {}, { connectorVersion: "2.0.0" })).counts.table).toMatchObject({ unchanged: 6 });
    expect(exported(db)).not.toContain('"version":"0.2"');
  });

  test("views and tables are left out apart", async () => {
    const source = sampleSource();
    source.put("table", { path: ["db", "s1", "v"], kind: "View", facts: table(["id"], { tableType: "View" }) });
    const run = await ingest(source, memoryCatalog(), { includeTables: false, includeStoredProcedures: false });
    expect(run.counts).toMatchObject({ table: { created: 1, leftOut: 6 }, storedProcedure: { leftOut: 1 } });
  });
});

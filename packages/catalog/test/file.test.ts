import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backupTo, curate, findCatalog, importLines, openDatabase, openReadOnly, totals } from "../src/index.ts";
import { APPLICATION_ID, MIGRATIONS } from "../src/schema.ts";
import { exported, ingest, sampleSource, table } from "./ingest.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headwater-file-"));
  file = join(folder, ".headwater", "catalog.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("a catalog file", () => {
  test("is found upward like git's, and is ignored by git by itself", () => {
    openDatabase(findCatalog(folder)).close();
    expect(findCatalog(join(folder, "deep", "er"))).toBe(file);
    expect(findCatalog(folder, "other.db")).toBe(join(folder, "other.db"));
    expect(findCatalog(folder, undefined, "/x/y.db")).toBe("/x/y.db");
    expect(readFileSync(join(folder, ".headwater", ".gitignore"), "utf8")).toBe("*\n");
  });

  test.each([
    [
      "text",
      () => Buffer.from("hello, this is no database, only some text that is long enough"),
      /not even a SQLite file/,
    ],
    ["an empty header", () => Buffer.alloc(4_096), /not even a SQLite file/],
  ])("is refused when it is %s, and left as it is", (_, content, message) => {
    const other = join(folder, "x.db");
    writeFileSync(other, content());
    expect(() => openDatabase(other)).toThrow(message);
    expect(readFileSync(other)).toEqual(content());
  });

  test("is refused when it is another program's, newer, or missing where one must be", () => {
    const other = join(folder, "x.db");
    const foreign = new DatabaseSync(other);
    foreign.exec("CREATE TABLE t(x); PRAGMA application_id = 5");
    foreign.close();
    expect(() => openDatabase(other)).toThrow(/another program/);
    const newer = openDatabase(file);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    expect(() => openDatabase(file)).toThrow(/newer Headwater/);
    expect(() => openDatabase(join(folder, "none.db"), { mustExist: true })).toThrow(/no catalog at/);
  });

  test("says so where no folder can be made for it", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => openDatabase(join(folder, "file", "x", "catalog.db"))).toThrow(/cannot be made/);
  });

  test("is reported when it is damaged", async () => {
    const db = openDatabase(file);
    await ingest(sampleSource(), db);
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0xab, 4_096 * 2, 4_096 * 30);
    writeFileSync(file, bytes);
    const read = (): void => {
      const damaged = openDatabase(file);
      try {
        exported(damaged);
      } finally {
        damaged.close();
      }
    };
    expect(read).toThrow(/damaged/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test("keeps a whole copy before its tables are migrated, and overwrites none", () => {
    for (const copy of ["", ".2"]) {
      rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      const old = new DatabaseSync(file);
      old.exec(
        `PRAGMA journal_mode = WAL; ${MIGRATIONS[0] ?? ""} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1; PRAGMA wal_checkpoint`,
      );
      // While somebody reads, what is written stays in the write-ahead log.
      const reader = new DatabaseSync(file, { readOnly: true });
      reader.exec("BEGIN");
      reader.prepare("SELECT * FROM service").all();
      old.exec("INSERT INTO service(name, identity) VALUES ('shop', 'this one')");
      openDatabase(file).close();
      reader.close();
      old.close();
      const kept = new DatabaseSync(`${file}.version-1${copy}.bak`, { readOnly: true });
      expect(kept.prepare("SELECT name FROM service").all()).toEqual([{ name: "shop" }]);
      expect(kept.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
      kept.close();
      expect(readdirSync(dirname(file)).filter((name) => name.endsWith(".new"))).toEqual([]);
    }
  });

  test("is made where Node may only do what it is allowed to", () => {
    const made = join(folder, "allowed.db");
    const program = `import(${JSON.stringify(import.meta.resolve("../src/open-catalog.ts"))}).then((m) => m.openDatabase(${JSON.stringify(made)}).close())`;
    const allowed = ["--permission", "--allow-fs-read=*", "--allow-fs-write=*"];
    const { stderr, status } = spawnSync(process.execPath, [...allowed, "-e", program], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    openReadOnly(made).close();
  });

  test("is whole from the moment it is there, wherever the process that makes it is killed", async () => {
    for (let kill = 0; kill < 6; kill += 1) {
      const child = spawn(process.execPath, [fileURLToPath(new URL("./make-child.ts", import.meta.url)), folder]);
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      await setTimeout(20 + 17 * kill);
      child.kill("SIGKILL");
      expect(await ended).toEqual([null, "SIGKILL"]);
      const made = readdirSync(folder).filter((name) => name.endsWith(".db"));
      expect(made.length).toBeGreaterThan(0);
      for (const name of made) {
        const db = openDatabase(join(folder, name), { mustExist: true });
        expect(totals(db)).toEqual([]);
        db.close();
        rmSync(join(folder, name));
      }
    }
  });

  test("survives a full disk: what was committed stays, and the next run goes on", async () => {
    const db = openDatabase(file);
    const source = sampleSource(4, 200);
    for (const { path } of source.objects("table"))
      source.put("table", { path, kind: "Regular", weight: 1_000, facts: table(["id", "name", "x".repeat(300)]) });
    const pages = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
    db.exec(`PRAGMA max_page_count = ${pages + 50}`);
    await expect(ingest(source, db)).rejects.toThrow(/is full/);
    expect(db.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    db.exec("PRAGMA max_page_count = 1000000");
    expect((await ingest(source, db)).state).toBe("success");
    const whole = openDatabase(":memory:");
    await ingest(source, whole);
    expect(exported(db)).toBe(exported(whole));
    db.close();
  });

  test("is backed up with its history while it is in use, and overwrites nothing", async () => {
    const db = openDatabase(file);
    await ingest(sampleSource(), db);
    const copy = join(folder, "copy.db");
    backupTo(db, copy);
    expect(() => backupTo(db, copy)).toThrow(/overwrites nothing/);
    const restored = openDatabase(copy);
    expect(exported(restored)).toBe(exported(db));
    expect(restored.get("SELECT count(*) AS n FROM history")).toEqual(db.get("SELECT count(*) AS n FROM history"));
    restored.close();
    db.close();
  });
});

describe("export and import", () => {
  test("are inverse: the export of an import is the export", async () => {
    const db = openDatabase(":memory:");
    await ingest(sampleSource(), db);
    const lines = exported(db);
    const other = openDatabase(":memory:");
    const author = { run: null, actor: "test", at: 1 };
    expect(importLines(other, lines.split("\n"), author)).toMatchObject({ created: 12 });
    expect(exported(other)).toBe(lines);
    expect(importLines(other, lines.split("\n"), author)).toEqual({ created: 0, updated: 0, unchanged: 12 });
  });

  test.each([
    [["shop.db.s1.t1"], /Line 1: shop\.db\.s1\.t1 is in shop\.db\.s1, which neither/],
    [["shop", "shop.db.s1"], /Line 2: shop\.db\.s1 is in shop\.db, which neither/],
  ])("of %s alone are refused: nobody would find it again", async (fqns, message) => {
    const db = openDatabase(":memory:");
    await ingest(sampleSource(), db);
    const lines = exported(db)
      .split("\n")
      .filter((line) => fqns.includes((JSON.parse(line) as { fullyQualifiedName: string }).fullyQualifiedName));
    expect(lines).toHaveLength(fqns.length);
    const other = openDatabase(":memory:");
    expect(() => importLines(other, lines, { run: null, actor: null, at: 1 })).toThrow(message);
    expect(exported(other)).toBe("");
    // Where what is above them is there, they come back.
    expect(importLines(db, lines, { run: null, actor: null, at: 1 })).toMatchObject({ unchanged: fqns.length });
  });

  test("keep a tag within a tag, which brings what it is in", () => {
    const db = openDatabase(":memory:");
    const author = { run: null, actor: "ana", at: 1 };
    const team = '{"entityType":"team","fullyQualifiedName":"data","name":"data","version":"0.1","deleted":false}';
    importLines(db, [team], author);
    curate(db, 1, null, [{ field: "tags", add: 'PII.Person."a.b"' }], author);
    const tags = exported(db)
      .split("\n")
      .map((line) => JSON.parse(line) as { fullyQualifiedName: string; classification?: { name: string } });
    expect(tags.map((tag) => [tag.fullyQualifiedName, tag.classification?.name])).toEqual([
      ["PII", undefined],
      ["PII.Person", "PII"],
      ['PII.Person."a.b"', "PII"],
      ["data", undefined],
    ]);
    const other = openDatabase(":memory:");
    importLines(other, exported(db).split("\n"), author);
    expect(exported(other)).toBe(exported(db));
  });

  test("a line that is wrong is named, and nothing of the file is imported", () => {
    const db = openDatabase(":memory:");
    const good = '{"entityType":"team","fullyQualifiedName":"data","name":"data","version":"0.1"}';
    const author = { run: null, actor: null, at: 1 };
    expect(() => importLines(db, [good, '{"entityType":"tablee"}'], author)).toThrow(/Line 2 .*tablee/);
    expect(exported(db)).toBe("");
  });
});

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { exportLines, openDatabase } from "@headwater/catalog";
import { beforeEach, describe, expect, test } from "vitest";
import type { Project } from "@headwater/test-project";
import { BIN, fillCatalog, newProject } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

let project: Project;
beforeEach(async () => {
  project = newProject({});
  await fillCatalog(project, sampleShop());
});

function exported(catalog: string): string {
  const db = openDatabase(catalog);
  const text = [...exportLines(db)].map((line) => `${line}\n`).join("");
  db.close();
  return text;
}

describe("export and import", () => {
  test("an import of an export is the same catalog", async () => {
    const lines = await project.run("export");
    expect([lines.code, lines.stdout]).toEqual([0, exported(project.catalog)]);
    project.write("all.jsonl", lines.stdout);
    const into = await project.run("import", "all.jsonl", "--catalog", "copy.db");
    expect(into.stdout).toMatch(/^Imported: \d+ created, 0 updated, 0 unchanged\n$/);
    expect((await project.run("export", "--catalog", "copy.db")).stdout).toBe(lines.stdout);
    const again = await project.run("import", "all.jsonl", "--catalog", "copy.db", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ created: 0, updated: 0 });
  });

  test("lines come through a pipe, and a wrong one keeps all from being imported", async () => {
    const lines = (await project.run("export")).stdout;
    const into = (input: string, catalog: string) =>
      spawnSync(process.execPath, [BIN, "import", "-", "--catalog", catalog], {
        cwd: project.folder,
        input,
        encoding: "utf8",
      });
    expect(into(lines, "piped.db").stdout).toContain("Imported: ");
    expect(exported(project.path("piped.db"))).toBe(lines);
    const wrong = into(`${lines}{"entityType": "tabel"}\n`, "wrong.db");
    expect(wrong.stderr).toContain(`Line ${lines.split("\n").length} is not an exported entity`);
    expect([wrong.status, exported(project.path("wrong.db"))]).toEqual([2, ""]);
    expect((await project.run("import", "none.jsonl")).stderr).toContain("none.jsonl cannot be read");
  });

  test("a slow reader gets everything, and is waited for", () => {
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["-c", '"$0" "$1" changes --json | (sleep 1; cat); exit ${PIPESTATUS[0]}', process.execPath, BIN],
      { cwd: project.folder, encoding: "utf8" },
    );
    const numbers = stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect([status, numbers]).toEqual([0, numbers.map((_, at) => at + 1)]);
    expect(stderr).toContain(`--since ${numbers.length}`);
  });

  test("a follower whose reader went away ends with the next change", () => {
    const follow = '"$0" "$1" changes --follow | head -1';
    const change = `sleep 3; "$0" "$1" set shop.shop.sales.orders displayName=Orders > /dev/null`;
    const { status, stdout } = spawnSync("bash", ["-c", `(${follow}) & ${change}; wait`, process.execPath, BIN], {
      cwd: project.folder,
      encoding: "utf8",
      timeout: 25_000,
    });
    expect([status, stdout.split("\n").length]).toEqual([0, 2]);
  });

  test("a reader that goes away early is no error", () => {
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["-c", '"$0" "$1" export | head -1; exit ${PIPESTATUS[0]}', process.execPath, BIN],
      {
        cwd: project.folder,
        encoding: "utf8",
      },
    );
    expect([status, stdout.split("\n").length, stderr]).toEqual([0, 2, `Catalog: ${project.catalog}\n`]);
  });
});

test.skipIf(!existsSync("/dev/full"))("a full disk under the output is told, and is no fault of ours", () => {
  for (const command of ["ls", "export"]) {
    const { status, stderr } = spawnSync("bash", ["-c", `"$0" "$1" ${command} > /dev/full`, process.execPath, BIN], {
      cwd: project.folder,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining("✗ Standard output cannot be written: ENOSPC")]);
    expect(stderr).not.toContain("a fault of its own");
  }
});

describe("backup", () => {
  test("keeps history too, and overwrites nothing", async () => {
    const { code, stdout } = await project.run("backup", "kept.db", "--json");
    expect(JSON.parse(stdout)).toEqual({
      backup: project.path("kept.db"),
      bytes: statSync(project.path("kept.db")).size,
    });
    expect(code).toBe(0);
    expect((await project.run("runs", "--catalog", "kept.db")).stdout).toContain("shop.metadata");
    const before = readFileSync(project.path("kept.db"));
    const again = await project.run("backup", "kept.db");
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("overwrites nothing")]);
    expect(readFileSync(project.path("kept.db"))).toEqual(before);
    const nowhere = await project.run("backup", "no/such/folder.db");
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("A backup cannot be written to")]);
  });
});

describe("delete and rename-service are asked for twice", () => {
  test.each([
    [["delete", "shop"], "Say it twice: add --yes shop"],
    [["delete", "shop", "--yes", "shpo"], "That is not shop; nothing was changed"],
    [["delete", "shpo", "--yes", "shpo"], "It has: shop."],
    [["rename-service", "shop", "store"], "Say it twice: add --yes shop"],
    [["rename-service", "shop", "store", "--yes", "store"], "That is not shop"],
    [["rename-service", "shop", "shop", "--yes", "shop"], "already something called shop"],
  ])("%j changes nothing", async (words, message) => {
    const before = exported(project.catalog);
    const { code, stdout, stderr } = await project.run(...words);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(exported(project.catalog)).toBe(before);
  });

  test("delete removes the service with everything below it", async () => {
    const { code, stdout } = await project.run("delete", "shop", "--yes", "shop");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Removed: the service shop with \d+ entities\n$/)]);
    expect(exported(project.catalog)).toBe("");
  });

  test.each(["", " ", "a::b", "x".repeat(257), "a\nb"])(
    "rename-service refuses a name no service can have: %j",
    async (to) => {
      const before = exported(project.catalog);
      const { code, stdout, stderr } = await project.run("rename-service", "shop", to, "--yes", "shop");
      expect(stderr).toContain("✗ A service's name cannot be ");
      expect([code, stdout]).toEqual([2, ""]);
      expect(exported(project.catalog)).toBe(before);
    },
  );

  test("rename-service gives everything below it its new name", async () => {
    const { stdout } = await project.run("rename-service", "shop", "the.store", "--yes", "shop", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ from: "shop", to: "the.store" });
    expect((await project.run("show", '"the.store".shop.sales.orders')).stdout).toContain(
      '"the.store".shop.sales.customers  foreign key',
    );
    const { stdout: gone } = await project.run("delete", '"the.store"', "--yes", "the.store");
    expect(gone).toContain("Removed: the service the.store");
  });
});

describe("prune", () => {
  const excludes = [{ text: "c", regex: /^(?:c)/i }];
  const narrowed = async (): Promise<Project> => {
    await fillCatalog(project, sampleShop(), { filters: { table: { includes: [], excludes } } });
    return project;
  };

  test("has nothing to do where no filter left anything behind", async () => {
    const { code, stdout } = await project.run("prune", "shop");
    expect([code, stdout]).toEqual([0, "Nothing of shop is out of scope.\n"]);
  });

  test("shows, asks twice, removes, and restore takes it back", async () => {
    await narrowed();
    const before = exported(project.catalog);
    const dry = await project.run("prune", "shop", "--dry-run");
    expect([dry.code, dry.stdout]).toEqual([
      0,
      `1 table: excluded by "c"
  shop.shop.sales.customers  table

1 entity would be marked deleted; the catalog stays as it is.
`,
    ]);
    const unasked = await project.run("prune", "shop");
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining("Say it twice: add --yes shop")]);
    expect(unasked.stderr).toContain("headwater restore NAME takes it back");
    expect(exported(project.catalog)).toBe(before);
    const gone = await project.run("prune", "shop", "--yes", "shop");
    expect([gone.code, gone.stdout]).toEqual([0, expect.stringContaining("Removed: 1 table\n")]);
    expect((await project.run("log", "shop.shop.sales.customers", "--limit", "1")).stdout).toContain("deleted by ");
    expect((await project.run("prune", "shop")).stdout).toContain("Nothing of shop is out of scope.");
    expect((await project.run("restore", "customers")).code).toBe(0);
    const json = await project.run("prune", "shop.metadata", "--dry-run", "--json");
    expect(JSON.parse(json.stdout)).toEqual({
      service: "shop",
      outOfScope: [
        { type: "table", kind: "Regular", fqn: "shop.shop.sales.customers", reason: 'excluded by "c"', below: 0 },
      ],
      removed: 0,
    });
  });
});

test("nothing but import and ingest makes a catalog", async () => {
  const empty = newProject({});
  for (const words of [
    ["ls"],
    ["export"],
    ["set", "x", "description=y"],
    ["delete", "x"],
    ["backup", "b.db"],
    ["runs"],
  ])
    expect((await empty.run(...words)).code).toBe(8);
  expect(existsSync(empty.catalog)).toBe(false);
});

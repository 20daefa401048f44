import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, mkdirSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import type { MemorySource } from "@headwater/testkit";
import type { Project } from "@headwater/test-project";
import { BIN, newProject, writeShelf, writeWorkflow } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

let project: Project;
let shop: MemorySource;
beforeEach(() => {
  project = newProject();
  shop = sampleShop();
  writeShelf(project, shop);
  writeWorkflow(project);
});

/** Adds tables `t0`, `t1` … to the shop. */
function addTables(count: number): void {
  for (let at = 0; at < count; at += 1)
    shop.put("table", {
      path: ["shop", "sales", `t${at}`],
      kind: "Regular",
      facts: { tableType: "Regular", columns: [{ name: "id", dataType: "INT" }] },
    });
}

describe("ingest", () => {
  test("reads a source into the catalog, with a line per event and a report", async () => {
    const { code, stdout, stderr } = await project.run("ingest", "-c", "shop.yaml");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ shop\.metadata {2}success in \d\.\d s, run 1\n {2}Everything was read\.\n/);
    expect(stdout).toMatch(/\n {2}tables +3 +3\n/);
    expect(stdout).toMatch(/\n {2}\d+ queries of at most \d+, \d sessions\n$/);
    expect(stderr.split("\n")).toEqual(
      expect.arrayContaining([
        `Catalog: ${project.catalog}`,
        "▸ shop.metadata with shelf@1.2.3",
        "▸ connected to Shelf of JSON memory 1, at most 4 sessions",
        "· shop: found 3 tables in 1 schema",
        "· read 3 tables",
      ]),
    );
    expect((await project.run("ls", "shop.shop.sales")).stdout).toContain("customers");
  });

  test("reads a URL, under a name of its own or a given one", async () => {
    const url = `shelf://reader:sekret@db.example${project.path("shelf.json")}`;
    const { code, stdout, stderr } = await project.run("ingest", url, "--service", "mine");
    expect([code, stdout.split("\n")[0]]).toEqual([0, expect.stringContaining("mine.metadata")]);
    expect(stdout + stderr).not.toContain("sekret");
    expect((await project.run("ingest", url)).stdout).toContain("shelf_db_example_tmp.metadata");
    const wrong = await project.run("ingest", "shelf://u:sekret@[x");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("shelf:// is not a URL")]);
    const unknown = await project.run("ingest", "mysql://u:sekret@h/d");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("begin with mysql://")]);
    expect(unknown.stderr).toContain("Installed: shelf.");
    for (const { stderr: said } of [wrong, unknown]) expect(said).not.toContain("sekret");
  });

  test("says no more than the catalog's path with --quiet", async () => {
    const good = await project.run("ingest", "-c", "shop.yaml", "--quiet");
    expect(good).toEqual({ code: 0, stdout: "", stderr: `Catalog: ${project.catalog}\n` });
    writeShelf(project, shop, { refuse: ["shop,sales,orders"] });
    const bad = await project.run("ingest", "-c", "shop.yaml", "-q", "--fresh");
    expect([bad.code, bad.stdout, bad.stderr]).toEqual([4, "", expect.stringContaining("✗ shop.metadata  failed")]);
  });

  test("writes events as lines of JSON, to a file or to standard output", async () => {
    const { stdout, stderr } = await project.run("ingest", "-c", "shop.yaml", "--events", "-");
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; at: number; run: string });
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["run-started", "connected", "listed", "read"]),
    );
    expect(events.at(-1)).toMatchObject({ event: "run-finished", run: "1", exit: 0 });
    expect(stderr).toContain("✓ shop.metadata");
    await project.run("ingest", "-c", "shop.yaml", "--events", "e.jsonl");
    expect(project.read("e.jsonl").split("\n")).toHaveLength(events.length + 1);
    const unwritable = await project.run("ingest", "-c", "shop.yaml", "--events", "no/such/folder");
    expect([unwritable.code, unwritable.stderr]).toEqual([
      2,
      expect.stringContaining("--events no/such/folder cannot be written"),
    ]);
  });

  test("goes on when the reader of its events goes away", () => {
    const script = '"$0" "$1" ingest -c shop.yaml --events - | head -1; exit ${PIPESTATUS[0]}';
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, BIN], {
      cwd: project.folder,
      encoding: "utf8",
    });
    expect([status, stdout.split("\n").length, stderr]).toEqual([0, 2, expect.stringContaining("✓ shop.metadata")]);
  });

  test("writes the whole report, which is also what --json prints", async () => {
    writeShelf(project, shop, { refuse: ["shop,sales,orders"] });
    const { code, stdout, stderr } = await project.run("ingest", "-c", "shop.yaml", "--json", "--report", "r.json");
    const report: unknown = JSON.parse(stdout);
    expect(JSON.parse(project.read("r.json"))).toEqual(report);
    expect(report).toMatchObject({
      catalog: project.catalog,
      dryRun: false,
      exit: code,
      runs: [
        {
          from: "shop.yaml",
          pipeline: "shop.metadata",
          connector: "shelf@1.2.3",
          result: { state: "failed", counts: { table: { found: 3, failed: 1, created: 2 } } },
          error: null,
          queries: { total: expect.any(Number), bound: expect.any(Number) },
          failures: [{ fqn: "shop.shop.sales.orders", hint: "Ask nicely." }],
        },
      ],
    });
    expect(stderr).toContain(
      "✗ table shop.shop.sales.orders: The shelf does not give shop.sales.orders away.\n  Ask nicely.",
    );
  });

  test("runs several files one after the other; one that cannot run does not keep the others from it", async () => {
    writeShelf(project, shop, { unreachable: true }, "down.json");
    project.write(
      "down.yaml",
      project.read("shop.yaml").replace("shelf.json", "down.json").replace("serviceName: shop", "serviceName: down"),
    );
    project.write("third.yaml", project.read("shop.yaml").replace("serviceName: shop", "serviceName: third"));
    const { code, stdout, stderr } = await project.run(
      "ingest",
      "-c",
      "shop.yaml",
      "down.yaml",
      "third.yaml",
      "--report",
      "r.json",
    );
    expect(code).toBe(3);
    expect(stderr).toContain("Nothing answers at");
    expect(stdout).toMatch(/✓ shop\.metadata[^]*✓ third\.metadata/);
    const { runs } = JSON.parse(project.read("r.json")) as { runs: { exit: number; error: unknown }[] };
    expect(runs.map(({ exit }) => exit)).toEqual([0, 3, 0]);
    expect(runs[1]?.error).toMatchObject({ hint: "Put the shelf up." });
    // A mistake in any file shows before anything runs.
    project.write("wrong.yaml", "source: {}");
    const wrong = await project.run("ingest", "-c", "shop.yaml", "-c", "wrong.yaml", "--catalog", "fresh.db");
    expect([wrong.code, wrong.stdout, existsSync(project.path("fresh.db"))]).toEqual([2, "", false]);
  });
});

describe("a dry run", () => {
  const digest = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

  test("of a new catalog shows what would be made, and makes nothing", async () => {
    const { code, stdout } = await project.run("ingest", "-c", "shop.yaml", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("✓ shop.metadata  success in");
    expect(stdout).toContain("What would change (8); the catalog stays as it is.\ncreated: 1 database service, ");
    expect(stdout).toContain("  + shop.shop.sales.orders  table 0.1");
    expect(existsSync(project.path(".headwater"))).toBe(false);
  });

  test("shows changes field by field and leaves the catalog and the machine as they were", async () => {
    await project.run("ingest", "-c", "shop.yaml");
    const [customers, orders] = shop.objects("table");
    if (customers === undefined || orders === undefined) throw new Error("The sample has no tables.");
    shop.put("table", { ...customers, facts: { ...customers.facts, description: "Other" } } as never);
    shop.drop("storedProcedure", ["shop", "sales", "total(bigint)"]);
    addTables(30);
    writeShelf(project, shop);
    const before = digest(project.catalog);
    const temporary = project.path("temporary");
    mkdirSync(temporary);
    project.env["TMPDIR"] = temporary;
    const { code, stdout, stderr } = await project.run("ingest", "-c", "shop.yaml", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("created: 30 tables");
    expect(stdout).toContain("  … and 10 more\n");
    expect(stdout).toContain(
      '  ~ shop.shop.sales.customers  table 0.2\n      ~ description: "Who buys.\\nOne row per person, never deleted." → "Other"',
    );
    expect(stdout).toContain("deleted: 1 routine\n  - shop.shop.sales.total(bigint)");
    expect(stderr).toContain(`Catalog: ${project.catalog}`);
    expect(digest(project.catalog)).toBe(before);
    expect(readdirSync(temporary)).toEqual([]);
    expect((await project.run("runs", "--json")).stdout).not.toContain('"id": 2');

    const json = JSON.parse((await project.run("ingest", "-c", "shop.yaml", "--dry-run", "--json")).stdout) as {
      dryRun: boolean;
      runs: { changes: unknown[] }[];
    };
    expect([json.dryRun, json.runs[0]?.changes.length]).toEqual([true, 32]);
    // What was shown is what then happens.
    const real = await project.run("ingest", "-c", "shop.yaml");
    expect(real.stdout).toMatch(/tables +33 +30 +1 +2\n/);
    expect((await project.run("ingest", "-c", "shop.yaml", "--dry-run")).stdout).toContain("Nothing would change.");
  });
});

describe("each end has its exit code", () => {
  test("1: a fault of our own leaves a report without secrets", async () => {
    writeShelf(project, shop, { crash: true });
    writeWorkflow(project, "shop.yaml", `file: ${project.path("shelf.json")}\npassword: canary-5e1f`);
    // In a process that has met no other secret.
    const { code, stdout, stderr } = await project.start("ingest", "-c", "shop.yaml", "--report", "r.json").ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("✗ Headwater failed, and this is a fault of its own: connector bug with ***\n");
    expect(stderr).not.toMatch(/^ +at /m);
    const [, file = ""] = /What happened is in (\S+\.json)\./.exec(stderr) ?? [];
    expect(file).toContain(project.path(".headwater"));
    const crash = JSON.parse(readFileSync(file, "utf8")) as { error: { stack: string[] }[]; command: string[] };
    expect(crash.error[0]).toMatchObject({ name: "TypeError", message: "connector bug with ***" });
    expect(crash.error[0]?.stack.length).toBeGreaterThan(0);
    expect(crash.command).toEqual(["ingest", "-c", "…", "--report", "…"]);
    expect(JSON.parse(project.read("r.json"))).toMatchObject({ exit: 1 });
  });

  test("2: a configuration that is wrong is told with file, line and the nearest key", async () => {
    project.write("wrong.yaml", project.read("shop.yaml").replace("serviceName", "servceName"));
    const { code, stderr } = await project.run("ingest", "-c", "wrong.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(/wrong\.yaml:3:3: Unknown key "servceName"/);
    expect(stderr).toContain("Did you mean serviceName?");
    const missing = await project.run("ingest", "-c", "none.yaml");
    expect([missing.code, missing.stderr]).toEqual([
      2,
      "✗ The workflow file none.yaml cannot be read: there is no such file.\n",
    ]);
    project.write("mysql.yaml", project.read("shop.yaml").replace("type: shelf", "type: mysql"));
    const other = await project.run("ingest", "-c", "mysql.yaml");
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('No installed connector serves the type "mysql".'),
    ]);
  });

  test("2: a file that names a server, until --store catalog says not to mind", async () => {
    const server = "workflowConfig:\n  openMetadataServerConfig:\n    hostPort: https://om.example/api\n";
    writeWorkflow(project, "om.yaml", undefined, server);
    const refused = await project.run("ingest", "-c", "om.yaml");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("add --store catalog")]);
    expect((await project.run("ingest", "-c", "om.yaml", "--store", "catalog")).code).toBe(0);
    const wrong = await project.run("ingest", "-c", "om.yaml", "--store", "om");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("There is no store called om")]);
  });

  test.skipIf(!existsSync("/dev/full"))("a report that cannot be written hides no other end", async () => {
    const fine = await project.run("ingest", "-c", "shop.yaml", "--report", "/dev/full");
    expect([fine.code, fine.stdout]).toEqual([2, expect.stringContaining("✓ shop.metadata")]);
    expect(fine.stderr).toContain("The report cannot be written to /dev/full");
    writeShelf(project, shop, { unreachable: true });
    const down = await project.run("ingest", "-c", "shop.yaml", "--report", "/dev/full");
    expect([down.code, down.stderr]).toEqual([3, expect.stringContaining("✗ Nothing answers at")]);
    expect(down.stderr).toContain("The report cannot be written to /dev/full");
  });

  test("3: nobody answers, or the password is refused", async () => {
    writeShelf(project, shop, { unreachable: true });
    const down = await project.run("ingest", "-c", "shop.yaml");
    expect([down.code, down.stderr]).toEqual([3, expect.stringContaining("✗ Nothing answers at")]);
    expect(down.stderr).toContain("\n  Put the shelf up.\n");
    writeShelf(project, shop, { password: "open" });
    const refused = await project.run("ingest", "-c", "shop.yaml");
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("The shelf refused the password")]);
  });

  test("4: some objects failed; 0 where raiseOnError is false", async () => {
    addTables(20);
    writeShelf(project, shop, { refuse: ["shop,sales,orders"] });
    const { code, stdout } = await project.run("ingest", "-c", "shop.yaml");
    expect([code, stdout.split("\n")[0]]).toEqual([4, expect.stringContaining("✗ shop.metadata  partialSuccess")]);
    expect(stdout).toContain("1 failure, with reasons: headwater runs show 1");
    const shown = (await project.run("runs", "show", "1")).stdout;
    expect(shown).toContain(
      "Failures (1)\n✗ table shop.shop.sales.orders: The shelf does not give shop.sales.orders away.\n  Ask nicely.",
    );
    writeWorkflow(project, "calm.yaml", undefined, "workflowConfig:\n  raiseOnError: false\n");
    const calm = await project.run("ingest", "-c", "calm.yaml");
    expect([calm.code, calm.stdout.split("\n")[0]]).toEqual([
      0,
      expect.stringContaining("! shop.metadata  partialSuccess"),
    ]);
  });

  test("5: nothing was found, unless that is fine", async () => {
    project.write("shelf.json", JSON.stringify({ objects: [] }));
    const { code, stdout } = await project.run("ingest", "-c", "shop.yaml");
    expect([code, stdout]).toEqual([5, expect.stringContaining("--allow-empty")]);
    expect((await project.run("ingest", "-c", "shop.yaml", "--allow-empty")).code).toBe(0);
  });

  test("6: too many deletions are held back, until they are allowed", async () => {
    addTables(12);
    writeShelf(project, shop);
    await project.run("ingest", "-c", "shop.yaml");
    for (let at = 0; at < 12; at += 1) shop.drop("table", ["shop", "sales", `t${at}`]);
    writeShelf(project, shop);
    const held = await project.run("ingest", "-c", "shop.yaml");
    expect([held.code, held.stderr]).toEqual([6, expect.stringContaining("12 deletions held back")]);
    expect(held.stderr).toContain("run again with --max-delete 12");
    expect((await project.run("ingest", "-c", "shop.yaml", "--max-delete", "1%")).code).toBe(6);
    const allowed = await project.run("ingest", "-c", "shop.yaml", "--max-delete", "12");
    expect([allowed.code, allowed.stdout]).toEqual([0, expect.stringMatching(/DELETED/)]);
  });

  test("7: another server under the same name stops, until it is accepted", async () => {
    await project.run("ingest", "-c", "shop.yaml");
    writeShelf(project, shop, { identity: "another" });
    const other = await project.run("ingest", "-c", "shop.yaml");
    expect([other.code, other.stderr]).toEqual([7, expect.stringContaining("--accept-source")]);
    expect((await project.run("ingest", "-c", "shop.yaml", "--accept-source")).code).toBe(0);
  });

  test("8: another run holds the service, or the file is no catalog", async () => {
    writeShelf(project, shop, { latencyMs: 400 });
    const first = project.start("ingest", "-c", "shop.yaml");
    await first.said("connected to");
    const second = await project.run("ingest", "-c", "shop.yaml");
    expect([second.code, second.stderr]).toEqual([
      8,
      expect.stringContaining("Another run of the service shop is under way"),
    ]);
    // Readers and people do not wait for a run.
    expect((await project.run("ls")).code).toBe(0);
    expect((await first.ended).code).toBe(0);
    const text = await project.run("ingest", "-c", "shop.yaml", "--catalog", "shelf.json");
    expect([text.code, text.stderr]).toEqual([8, expect.stringContaining("not even a SQLite file")]);
  });
});

describe("Ctrl-C", () => {
  test("stops after what is under way, says how to go on, and the next run does", async () => {
    addTables(50);
    writeShelf(project, shop, { latencyMs: 400 });
    const run = project.start("ingest", "-c", "shop.yaml");
    await run.said("read 1 schema");
    run.child.kill("SIGINT");
    const { code, stdout, stderr } = await run.ended;
    expect(stderr).toContain("Ctrl-C again stops at once");
    expect(stderr).toContain("The same command goes on from here; with --fresh it begins anew.");
    expect([code, stdout]).toEqual([130, expect.stringContaining("interrupted")]);
    writeShelf(project, shop);
    const next = await project.run("ingest", "-c", "shop.yaml");
    expect([next.code, next.stderr]).toEqual([0, expect.stringContaining("going on where it stopped")]);
    expect(next.stderr).not.toContain("read 1 schema");
    expect((await project.run("ls", "shop.shop.sales", "--json")).stdout.match(/"fqn"/g)).toHaveLength(54);
  });

  test("a second time ends at once, and a dry run leaves no copy behind", async () => {
    await project.run("ingest", "-c", "shop.yaml");
    writeShelf(project, shop, { hangMs: 20_000 });
    project.env = { TMPDIR: project.folder };
    const run = project.start("ingest", "-c", "shop.yaml", "--dry-run");
    await run.said("connected to");
    run.child.kill("SIGINT");
    await run.said("Ctrl-C again");
    const start = performance.now();
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(readdirSync(project.folder).filter((name) => name.includes("dry-run"))).toEqual([]);
  });
});

describe("validate", () => {
  test("says what a file would do without connecting", async () => {
    writeShelf(project, shop, { crash: true });
    const { code, stdout, stderr } = await project.run("validate", "-c", "shop.yaml");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("service    shop (Shelf)");
    expect(stdout).toContain("pipeline   shop.metadata");
  });

  test("reports every file, as JSON too", async () => {
    project.write("wrong.yaml", "source:\n  type: shelf\n  servceName: x\n");
    const { code, stdout } = await project.run("validate", "-c", "wrong.yaml", "shop.yaml", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject([
      { from: "wrong.yaml", valid: false },
      { from: "shop.yaml", valid: true, service: "shop" },
    ]);
  });
});

describe("check", () => {
  test("tries the connector's steps and says what a missing right costs and what mends it", async () => {
    const { code, stdout } = await project.run("check", "-c", "shop.yaml");
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "shop.yaml  Shelf of JSON, as shop",
      "  ✓ Read the labels  1 labels",
      "  ! Read the small print",
      "      The small print is covered.",
      "      Without it: comments",
      "      GRANT READ ON SMALL PRINT TO me",
      "",
    ]);
  });

  test("ends with 3 where a run is hopeless", async () => {
    writeShelf(project, shop, { unreachable: true });
    const { code, stdout } = await project.run("check", "-c", "shop.yaml", "--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        service: "shop",
        ok: false,
        server: null,
        steps: [{ name: "Connect and sign in", ok: false, failure: { code: "unreachable" } }],
      },
    ]);
  });
});

test("a workflow without a connection takes the one that is kept with its service", async () => {
  await project.run("ingest", "-c", "shop.yaml");
  project.write(
    "bare.yaml",
    "source:\n  type: shelf\n  serviceName: shop\n  sourceConfig:\n    config:\n      type: DatabaseMetadata\n",
  );
  expect((await project.run("ingest", "-c", "bare.yaml")).code).toBe(0);
  expect((await project.run("check", "-c", "bare.yaml")).stdout).toContain("✓ Read the labels");
  const none = await project.run("ingest", "-c", "bare.yaml", "--catalog", "other.db");
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("no connection is kept with the service shop")]);
});

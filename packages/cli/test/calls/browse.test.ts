import { openDatabase } from "@headwater/catalog";
import { MemorySource } from "@headwater/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { newProject, writeShelf, writeWorkflow } from "../headwater.ts";
import { fill, sampleShop } from "../sample-shop.ts";

const project = newProject({});
beforeAll(async () => {
  const shop = sampleShop();
  const db = openDatabase(project.catalog);
  await fill(db, shop);
  const [customers] = shop.objects("table");
  if (customers === undefined) throw new Error("The sample has no table.");
  const facts = { ...customers.facts, description: "Who buys.\nOne row per person." } as typeof customers.facts;
  shop.put("table", { ...customers, facts } as never);
  shop.drop("storedProcedure", ["shop", "sales", "total(bigint)"]);
  shop.put("table", {
    path: ["shop", "sales", "evil \u001b[31m\u001b]0;owned\u0007\n\u009b2J\u202e"],
    kind: "Regular",
    facts: {
      tableType: "Regular",
      description: "\u001b[2J\u009b31m",
      columns: [{ name: "a\u0007", dataType: "INT", dataTypeDisplay: "int\u001b[1m" }],
    },
  });
  await fill(db, shop);
  db.close();
});

/** Runs a command that goes well and prints JSON. */
async function json(...words: string[]): Promise<never> {
  const { code, stdout, stderr } = await project.run(...words, "--json");
  expect(stderr).toContain(`Catalog: ${project.catalog}\n`);
  expect(code).toBe(0);
  return JSON.parse(stdout) as never;
}

/** Runs a command that goes well. */
async function printed(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.run(...words);
  expect(stderr).toContain(`Catalog: ${project.catalog}\n`);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout;
}

describe("ls", () => {
  test("lists level by level, with counts", async () => {
    expect(await printed("ls")).toMatch(/^NAME .*\nshop {2}database service +2 +0\.1\n$/);
    expect(await printed("ls", "shop.shop.sales")).toContain("customers");
    expect(await printed("ls", "shop.shop.sales")).not.toContain("total");
    const { stderr } = await project.run("ls", "shop.shop.sales");
    expect(stderr).toContain("1 view, 2 tables, 1 partitioned table");
  });

  test("lists the columns of a table", async () => {
    expect(await printed("ls", "shop.shop.sales.orders")).toContain("amount       numeric(10,2)        FK");
    expect(await json("ls", "shop.shop.sales.orders")).toMatchObject([
      { name: "id" },
      { name: "customer_id" },
      { name: "amount" },
    ]);
  });

  test("goes all the way down, and to what is deleted", async () => {
    const all: { fqn: string }[] = await json("ls", "--recursive");
    expect(all.map(({ fqn }) => fqn)).toContain("shop.shop.sales.big_spenders");
    expect(all[0]).not.toHaveProperty("id");
    const withDeleted: { fqn: string; deleted: boolean }[] = await json("ls", "-r", "--deleted");
    expect(withDeleted.filter(({ deleted }) => deleted)).toMatchObject([{ fqn: "shop.shop.sales.total(bigint)" }]);
    expect(await printed("ls", "--deleted", "shop.shop.sales")).toContain("function (deleted)");
  });
});

describe("show", () => {
  test("prints a table, a column and a service", async () => {
    expect(await printed("show", "shop.shop.sales.customers")).toMatch(
      /Who buys\.\n {2}One row per person\.\n[^]*Columns \(3\)/,
    );
    expect(await printed("show", "shop.shop.sales.customers.email")).toContain("key         unique (email)");
    expect(await printed("show", "shop")).toContain("holds       1 database, 1 ingestion pipeline");
  });

  test("prints OpenMetadata's JSON", async () => {
    expect(await json("show", "shop.shop.sales.customers")).toMatchObject({
      entityType: "table",
      fullyQualifiedName: "shop.shop.sales.customers",
      version: "0.2",
      rowCount: 12_345,
      referencedBy: [{ fqn: "shop.shop.sales.orders", kind: "foreignKey" }],
    });
    expect(await json("show", "shop.shop.sales.customers.email")).toMatchObject({
      fullyQualifiedName: "shop.shop.sales.customers.email",
      dataType: "VARCHAR",
    });
  });

  test("takes an ending only one entity has, and says which", async () => {
    const { code, stderr, stdout } = await project.run("show", "sales.orders");
    expect(stderr).toContain("sales.orders is shop.shop.sales.orders\n");
    expect([code, stdout.split(" ")[0]]).toEqual([0, "shop.shop.sales.orders"]);
    expect((await project.run("show", "orders.amount")).stdout).toContain("shop.shop.sales.orders.amount");
  });

  test("an ending several entities have is not one of them", async () => {
    const two = newProject();
    writeShelf(two, sampleShop());
    writeWorkflow(two);
    two.write("other.yaml", two.read("shop.yaml").replace("serviceName: shop", "serviceName: other"));
    await two.run("ingest", "-c", "shop.yaml", "other.yaml", "-q");
    for (const [name, rest] of [
      ["orders", ""],
      ["sales.orders", ""],
      ["orders.amount", ".amount"],
    ] as const) {
      const { code, stderr, stdout } = await two.run("show", name);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(`✗ Several names end in ${name}.\n`);
      expect(stderr).toContain(`Say which one: shop.shop.sales.orders${rest}, other.shop.sales.orders${rest}\n`);
    }
  });

  test.each([
    ["shop.shop.sales.Orders", "Did you mean shop.shop.sales.orders?"],
    ["shop.shop.slaes.orders", "Did you mean shop.shop.sales.orders?"],
    ["custmers", "Did you mean shop.shop.sales.customers?"],
    ["shop.shop.sales.customers.emial", "Did you mean shop.shop.sales.customers.email?"],
    ["zzz", "headwater search WORD finds it"],
    ['"a', "never closed"],
    ["a..b", "A name is empty"],
  ])("%s is not there: %s", async (name, hint) => {
    const { code, stderr, stdout } = await project.run("show", name);
    expect(stderr).toContain(hint);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

test("entities of several types that share a name are told apart by --type", async () => {
  const dashboards = newProject({});
  const source = new MemorySource("dashboard")
    .put("chart", { path: ["sales"], kind: "Chart", facts: { chartType: "Line" } })
    .put("dashboard", { path: ["sales"], kind: "Dashboard", facts: { charts: [["sales"]] } });
  const db = openDatabase(dashboards.catalog);
  await fill(db, source, {}, { serviceFacts: { serviceType: "CustomDashboard" } });
  db.close();
  const both = await dashboards.run("show", "shop.sales");
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("--type chart or --type dashboard")]);
  expect((await dashboards.run("show", "shop.sales", "--type", "chart")).stdout).toContain("chartType   Line");
  expect((await dashboards.run("show", "shop.sales", "--type", "dashboard")).stdout).toContain(
    "Points at\n  shop.sales  chart\n",
  );
});

describe("log and diff", () => {
  test("log shows the history of an entity, and the latest changes of all", async () => {
    const log = await printed("log", "shop.shop.sales.customers");
    expect(log).toMatch(/\n0\.2 {2}.* \+05:30 {2}updated by run 2\n {5}~ description: .*\n0\.1 .* created by run 1\n$/);
    const latest = await printed("log", "--limit", "2");
    expect(latest).toContain("deleted by run 2");
    expect(await json("log", "--limit", "3")).toHaveLength(3);
    expect(await json("log", "shop.shop.sales.customers")).toMatchObject([
      { op: "updated", run: 2 },
      { op: "created" },
    ]);
  });

  test("diff shows the last change, or that between two versions", async () => {
    const last = await printed("diff", "customers");
    expect(last).toContain("  - One row per person, never deleted.\n  + One row per person.\n");
    expect(await printed("diff", "customers", "0.1", "0.2")).toBe(last);
    expect(await json("diff", "customers", "0.2", "0.1")).toMatchObject({
      from: "0.2",
      to: "0.1",
      fieldsUpdated: [{ name: "description", newValue: "Who buys.\nOne row per person, never deleted." }],
    });
    const none = await project.run("diff", "customers", "7.7");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("It has: 0.1, 0.2.")]);
    const one = await project.run("diff", "orders");
    expect([one.code, one.stderr]).toEqual([2, expect.stringContaining("has only one version, 0.1")]);
  });
});

test("search finds words from their beginning", async () => {
  expect(await printed("search", "cust")).toContain("shop.shop.sales.customers");
  expect(await json("search", "receipt")).toMatchObject([{ fqn: "shop.shop.sales.customers" }]);
  expect((await project.run("search", "nothinglikeit")).stderr).toContain("Nothing was found");
});

describe("runs", () => {
  test("lists them and shows one", async () => {
    expect(await printed("runs")).toMatch(/\n 2 .*shop\.metadata +success +0 +1 +1 +1 +memory@1\.0\.0\n 1 /);
    expect(await json("runs")).toMatchObject([{ id: 2, state: "success" }, { id: 1 }]);
    const run = await printed("runs", "show", "2");
    expect(run).toContain("deleted: 1 routine\n  - shop.shop.sales.total(bigint)");
    expect(run).toContain("routine shop.shop.sales.total(bigint) is gone");
    expect(await json("runs", "show", "2")).toMatchObject({
      id: 2,
      events: expect.any(Array),
      changes: expect.any(Array),
    });
    const none = await project.run("runs", "show", "99");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("the newest is 2")]);
  });
});

const TINTS = [1, 2, 22, 31, 32, 33, 36, 39].map((code) => `\u001b[${code}m`);

describe("what a source says", () => {
  const commands = [
    ["ls", "shop.shop.sales"],
    ["ls", "-r"],
    ["search", "evil"],
    ["log"],
    ["runs", "show", "2"],
    ["show", "evil"],
    ["log", "--json"],
    ["ls", "-r", "--json"],
  ];
  test.each(commands)("never reaches the terminal raw: %s %s", async (...words) => {
    for (const env of [{}, { FORCE_COLOR: "1" }]) {
      project.env = env;
      const { stdout, stderr } = await project.run(...words.filter((word) => word !== undefined));
      project.env = {};
      // Tints of ours are the only escapes there may be.
      const bare = TINTS.reduce((left, tint) => left.replaceAll(tint, ""), stdout + stderr);
      expect(/[^\n\P{Cc}]|\u202e/u.test(bare)).toBe(false);
      expect(stdout + stderr).toMatch(/evil|x1b/);
    }
  });
});

describe("where it is read", () => {
  test("pipes get no colours unless FORCE_COLOR asks for them, NO_COLOR or not", async () => {
    expect((await project.run("ls")).stdout).not.toContain("\u001b");
    project.env = { FORCE_COLOR: "1" };
    expect((await project.run("ls")).stdout).toContain("\u001b[1mshop\u001b[22m");
    project.env = { NO_COLOR: "1" };
    expect((await project.run("ls")).stdout).not.toContain("\u001b");
    project.env = {};
  });

  test("40 columns are enough", async () => {
    project.env = { COLUMNS: "40" };
    for (const words of [["ls", "shop.shop.sales"], ["runs"], ["search", "cust"], ["ls", "orders"]]) {
      const { stdout } = await project.run(...words);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
    }
    project.env = {};
  });

  test("a catalog that is not there is told apart from an empty one", async () => {
    const empty = newProject({});
    const { code, stderr } = await empty.run("ls");
    expect([code, stderr]).toEqual([8, expect.stringContaining("There is no catalog at")]);
    empty.write("notes.txt", "this is no catalog, only a text that is long enough to be looked at, and so it goes on");
    const text = await empty.run("ls", "--catalog", "notes.txt");
    expect([text.code, text.stderr]).toEqual([8, expect.stringContaining("not even a SQLite file")]);
    const folder = await empty.run("ls", "--catalog", ".");
    expect([folder.code, folder.stderr]).toEqual([8, expect.stringContaining("it is a folder")]);
    const nowhere = await empty.run("import", "notes.txt", "--catalog", "/proc/no/such/catalog.db");
    expect([nowhere.code, nowhere.stderr]).toEqual([
      8,
      expect.stringContaining("The folder of the catalog /proc/no/such/catalog.db cannot be made"),
    ]);
  });

  test("the catalog is the one that is named, then the environment's, then the nearest above", async () => {
    const other = newProject({});
    const named = await other.run("ls", "--catalog", project.catalog);
    expect([named.code, named.stdout]).toEqual([0, expect.stringContaining("shop")]);
    other.env = { HEADWATER_CATALOG: project.catalog };
    expect((await other.run("ls")).stderr).toContain(`Catalog: ${project.catalog}`);
  });
});

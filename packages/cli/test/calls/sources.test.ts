import { writeFileSync } from "node:fs";
import { defaultRunOptions } from "@headwater/core";
import { beforeAll, describe, expect, test } from "vitest";
import { fillCatalog, newProject, writeShelf, writeWorkflow } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

const project = newProject();
const FILTERED = `      schemaFilterPattern: { includes: ["sales", "web"] }
      tableFilterPattern: { excludes: ["^tmp_", "cust"] }
      includeViews: false
`;

beforeAll(async () => {
  writeShelf(project, sampleShop());
  writeWorkflow(project);
  writeWorkflow(project, "filtered.yaml", `file: ${project.path("shelf.json")}`, FILTERED);
  await fillCatalog(project, sampleShop(), { ...defaultRunOptions() });
});

describe("filters", () => {
  test("tells the rule that decides, level by level", async () => {
    const { code, stdout } = await project.run(
      "filters",
      "-c",
      "filtered.yaml",
      "shop.shop.sales.customers",
      "shop.shop.sales.orders",
      "shop.shop.sales.big_spenders",
      "shop.shop.staging.orders",
      "shop.shop.web.visits(integer)",
    );
    expect(code).toBe(0);
    expect(stdout).toBe(`shop.shop.sales.customers  left out
  database  shop       kept      no filter
  schema    sales      kept      included by "sales"
  table     customers  left out  excluded by "cust"
shop.shop.sales.orders  covered
  database  shop    kept  no filter
  schema    sales   kept  included by "sales"
  table     orders  kept  not excluded by any pattern
shop.shop.sales.big_spenders  left out
  database  shop          kept      no filter
  schema    sales         kept      included by "sales"
  table     big_spenders  left out  includeViews is false
shop.shop.staging.orders  left out
  database  shop     kept      no filter
  schema    staging  left out  not included by any of 2 patterns
shop.shop.web.visits(integer)  covered
  database  shop             kept  no filter
  schema    web              kept  included by "web"
  routine   visits(integer)  kept  no filter
`);
  });

  test("lists the rules, with what the catalog has of each", async () => {
    const { stdout } = await project.run("filters", "-c", "filtered.yaml");
    expect(stdout).toBe(`LEVEL     RULE                                   IN THE CATALOG  FOR EXAMPLE
database  no filter                    kept                   1  shop
schema    included by "sales"          kept                   1  sales
schema    included by "web"            kept                   0
table     excluded by "^tmp_"          left out               0
table     excluded by "cust"           left out               1  customers
table     includeViews is false        left out               1  big_spenders
table     not excluded by any pattern  kept                   1  orders
routine   no filter                    kept                   1  total(bigint)
`);
    const [answer] = JSON.parse(
      (await project.run("filters", "-c", "filtered.yaml", "sales", "--json")).stdout,
    ) as object[];
    expect(answer).toMatchObject({ service: "shop", names: [{ fqn: "shop.sales", kept: true }] });
  });

  test("says what is wrong", async () => {
    const deep = await project.run("filters", "-c", "shop.yaml", "shop.a.b.c.d");
    expect([deep.code, deep.stderr]).toEqual([2, expect.stringContaining("is too deep")]);
    const none = await project.run("filters", "sales");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("Name one: -c FILE")]);
  });
});

describe("estimate", () => {
  test("lists and counts, and a run asks no more", async () => {
    const { code, stdout } = await project.run("estimate", "-c", "shop.yaml");
    expect([code, stdout]).toEqual([
      0,
      `shop.yaml  Shelf of JSON, as shop
covers      1 database, 1 schema, 3 tables, 1 routine
slices      2
queries     at most 14 for a first run; finding out took 5
`,
    ]);
    const [answer] = JSON.parse((await project.run("estimate", "-c", "shop.yaml", "--json")).stdout) as {
      queries: number;
    }[];
    const ran = JSON.parse(
      (await project.run("ingest", "-c", "shop.yaml", "--catalog", "new.db", "--json")).stdout,
    ) as {
      runs: { queries: { bound: number; total: number } }[];
    };
    // The very bound a run holds itself to.
    expect(ran.runs[0]?.queries.bound).toBe(answer?.queries);
    const filtered = await project.run("estimate", "-c", "filtered.yaml");
    expect(filtered.stdout).toContain("covers      1 database, 1 schema, 1 table, 1 routine\nleaves out  2 tables\n");
  });

  test("a source that cannot be reached ends with 3", async () => {
    project.write("gone.json", JSON.stringify({ objects: [], unreachable: true }));
    writeWorkflow(project, "gone.yaml", `file: ${project.path("gone.json")}`);
    const { code, stderr } = await project.run("estimate", "-c", "gone.yaml");
    expect([code, stderr]).toEqual([3, expect.stringContaining("Nothing answers")]);
  });
});

describe("grants", () => {
  test("prints the statements, names in braces where the connector does not write them", async () => {
    const { code, stdout } = await project.run("grants", "shelf");
    expect([code, stdout]).toEqual([
      0,
      `-- Shelf of JSON: the rights a role needs for metadata.

-- READ on the shelf
-- Without it: everything.
GRANT READ ON SHELF TO {role}
`,
    ]);
    const named = await project.run("grants", "shelf", "--role", "x");
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining("fill in what stands in braces")]);
  });

  test("says what is not known", async () => {
    const capability = await project.run("grants", "shelf", "--capabilities", "metadta");
    expect([capability.code, capability.stderr]).toEqual([2, expect.stringContaining("Did you mean metadata?")]);
    expect((await project.run("grants", "shlef")).stderr).toContain("Did you mean shelf?");
  });
});

describe("doctor", () => {
  test("finds everything well, and what is not", async () => {
    const { code, stdout } = await project.run("doctor");
    expect(code).toBe(0);
    for (const line of [/✓ node {2}v\d/, /✓ connector shelf {2}/, /✓ catalog {2}.*: \d+ entities, /])
      expect(stdout).toMatch(line);
    expect(stdout).not.toMatch(/^[!✗]/m);

    const ill = newProject();
    ill.write(".headwater/catalog.db", "not a database at all, but long enough to be read as one".repeat(20));
    ill.env = { HTTP_PROXY: "not a url", HTTPS_PROXY: "http://me:canary@proxy.example:3128" };
    const found = await ill.run("doctor");
    expect(found.code).toBe(2);
    expect(found.stdout).toContain("✗ catalog  ");
    expect(found.stdout).toContain("✗ proxy  HTTP_PROXY is not a URL.");
    expect(found.stdout + found.stderr).not.toContain("canary");
    const json = JSON.parse((await ill.run("doctor", "--json")).stdout) as { verdict: string }[];
    expect(json.filter(({ verdict }) => verdict === "broken")).toHaveLength(2);
  });

  test("finds a page that is damaged, and a run that never ended", async () => {
    const own = newProject();
    writeShelf(own, sampleShop(), { latencyMs: 300 });
    writeWorkflow(own);
    const running = own.start("ingest", "-c", "shop.yaml");
    await running.said("found 1 database");
    running.child.kill("SIGKILL");
    await running.ended;
    const { code, stdout } = await own.run("doctor");
    expect([code, stdout]).toEqual([0, expect.stringContaining("A run of shop ended without saying so: process ")]);
    expect(stdout).toContain("Run 1 of shop.metadata, begun at ");
  });
});

test("an ingest of a project without connectors is explained by doctor", async () => {
  const empty = newProject({});
  writeFileSync(empty.path("package.json"), JSON.stringify({ name: "x", private: true }));
  expect((await empty.run("doctor")).stdout).toContain("! connectors  None is installed");
});

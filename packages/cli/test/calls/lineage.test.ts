import { MemorySource } from "@headwater/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { newProject, QUERY_LOG, SHELF, writeShelf, writeWorkflow } from "../headwater.ts";

const project = newProject();
const column = (name: string): { name: string; dataType: "INT" } => ({ name, dataType: "INT" });

/** Orders, what they come to by customer, and who reads that. */
function source(): MemorySource {
  const view = (name: string, columns: string[], schemaDefinition: string): never =>
    ({
      path: ["shop", "sales", name],
      kind: "View",
      facts: { tableType: "View", columns: columns.map(column), schemaDefinition },
    }) as never;
  return new MemorySource()
    .put("database", { path: ["shop"], kind: "Database", facts: {} })
    .put("databaseSchema", { path: ["shop", "sales"], kind: "Schema", facts: {} })
    .put("table", {
      path: ["shop", "sales", "orders"],
      kind: "Regular",
      facts: { tableType: "Regular", columns: ["id", "customer", "amount"].map(column) },
    })
    .put(
      "table",
      view(
        "revenue",
        ["customer", "total"],
        "SELECT customer, sum(amount) AS total FROM orders WHERE id > 7 GROUP BY customer",
      ),
    )
    .put("table", view("top", ["customer"], "SELECT customer FROM revenue ORDER BY total DESC"))
    .put("table", view("odd", ["x"], "SELECT x FROM nowhere\u001b[2J"));
}

const LINEAGE = `source:
  type: shelf-lineage
  serviceName: shop
  sourceConfig:
    config:
      type: DatabaseLineage
      processQueryLineage: false
`;

async function good(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.run(...words);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).not.toContain("\u001b");
  return stdout;
}
const json = async (...words: string[]): Promise<never> => JSON.parse(await good(...words, "--json")) as never;

describe("lineage", () => {
  beforeAll(async () => {
    writeShelf(project, source());
    writeWorkflow(project);
    project.write("lineage.yaml", LINEAGE);
    await good("ingest", "-c", "shop.yaml");
  });

  test("before any was read, the command says what to do", async () => {
    const { code, stderr } = await project.run("lineage", "orders");
    expect(code).toBe(0);
    expect(stderr).toContain("No lineage has been read yet");
  });

  test("a workflow file reads it, without a connection", async () => {
    expect(await good("ingest", "-c", "lineage.yaml")).toContain("shop.lineage  success");
    const again = await project.run("ingest", "-c", "lineage.yaml");
    expect(again.stderr).toContain("read 0 definitions, 3 unchanged");
    expect(again.stderr).toContain("lineage: 0 edges added, 0 removed");
  });

  test("shows a table with what it comes from and goes to", async () => {
    expect(await good("lineage", "sales.revenue", "--columns")).toMatchInlineSnapshot(`
      "shop.shop.sales.revenue  view

      Comes from
        └─ sales.orders  table · by a definition
              customer ← customer
              total ← amount (aggregation)
              rows by customer (group by), id (filter)

      Goes to
        └─ sales.top  view · by a definition
              customer ← customer
              rows by total (sort)
      "
    `);
    expect(await good("lineage", "orders.amount")).toMatchInlineSnapshot(`
      "shop.shop.sales.orders.amount  column

      Made of
        nothing that is known

      Goes into
        └─ sales.revenue.total  aggregation
           └─ the rows of sales.top  sort

      0 columns upstream, 2 downstream.
      "
    `);
  });

  test("knows names that only statements have", async () => {
    expect((await project.run("lineage", "nowhere.x")).stderr).toContain("nowhere.x, which only statements name");
    const { stdout, stderr } = await project.run("lineage", "nowhere", "--down", "1");
    expect(stderr).toContain("which only statements name");
    expect(stdout).toContain("shop.shop.sales.nowhere  not in the catalog");
  });

  test("as JSON, Mermaid and for Graphviz", async () => {
    const graph: { edges: object[] } = await json("lineage", "orders");
    expect(graph.edges).toMatchObject([
      { from: "shop.shop.sales.orders", to: "shop.shop.sales.revenue", origins: ["view"], sure: "exact" },
      { from: "shop.shop.sales.revenue", to: "shop.shop.sales.top" },
    ]);
    expect(await good("lineage", "orders", "--mermaid")).toContain("n0 --> n1");
    expect(await good("lineage", "orders", "--dot")).toContain("n0 -> n1;");
  });

  test("as one page that needs nothing else, in which no name can become markup", async () => {
    expect(await good("lineage", "orders", "--html", "orders.html")).toBe("orders.html: 3 tables, 2 edges\n");
    const page = project.read("orders.html");
    const data = /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(page)?.[1] ?? "";
    const { nodes, edges } = JSON.parse(data) as { nodes: object[]; edges: { example: string }[] };
    expect(nodes).toHaveLength(3);
    expect(edges[0]?.example).toContain("sum(amount)");
    expect(page).not.toMatch(/(?:src|href)=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    await good("lineage", "add", "orders", "odd");
    await good("lineage", "odd", "--html", "odd.html");
    expect(project.read("odd.html")).not.toContain("\u001b");
    await good("lineage", "remove", "orders", "odd");
    expect((await project.run("lineage", "orders", "--html", "no/such/folder.html")).code).toBe(2);
  });

  test("explains an edge by the statement and the piece of it that says so", async () => {
    const text = await good("lineage", "explain", "orders.amount", "revenue.total");
    expect(text).toContain("The definition of shop.shop.sales.revenue");
    expect(text).toMatch(
      /amount → total {2}aggregation, created as, exact|amount → total {2}aggregation, select item, exact/,
    );
    expect(text).toContain("sum(amount)");
    const none = await project.run("lineage", "explain", "orders", "top");
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("Nothing is known to flow directly");
  });

  test("impact names broken columns first", async () => {
    expect(await good("impact", "orders.amount")).toMatchInlineSnapshot(`
      "shop.shop.sales.orders.amount

      2 tables, views and routines depend on it, with 1 column made of it.

      ✗ sales.revenue  view · directly
          columns total
      ! sales.top  view · 2 steps away
          its rows
      "
    `);
    const whole: { dependents: { fqn: string }[] } = await json("impact", "orders");
    expect(whole.dependents.map(({ fqn }) => fqn)).toEqual(["shop.shop.sales.revenue", "shop.shop.sales.top"]);
  });

  test("is exported in OpenMetadata's shape", async () => {
    const lines = (await good("export", "--format", "lineage")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        edge: {
          fromEntity: { type: "table", fullyQualifiedName: "shop.shop.sales.orders" },
          toEntity: { type: "table", fullyQualifiedName: "shop.shop.sales.revenue" },
          lineageDetails: {
            source: "ViewLineage",
            sqlQuery: "SELECT customer, sum(amount) AS total FROM orders WHERE id > 7 GROUP BY customer",
            columnsLineage: [
              {
                fromColumns: ["shop.shop.sales.orders.customer"],
                toColumn: "shop.shop.sales.revenue.customer",
              },
              {
                fromColumns: ["shop.shop.sales.orders.amount"],
                toColumn: "shop.shop.sales.revenue.total",
                function: "AGGREGATION",
              },
            ],
          },
        },
      },
      expect.objectContaining({
        edge: expect.objectContaining({
          toEntity: { type: "table", fullyQualifiedName: "shop.shop.sales.top" },
        }) as unknown,
      }),
    ]);
    expect((await project.run("export", "--format", "xml")).code).toBe(2);
  });

  test("gaps names what the catalog does not have", async () => {
    expect(await good("lineage", "gaps")).toContain("shop.shop.sales.nowhere");
  });

  test("an edge by hand survives runs, and goes when it is removed", async () => {
    await good("lineage", "add", "top.customer", "odd.x");
    await good("ingest", "-c", "lineage.yaml");
    expect(await good("lineage", "top", "--up", "0")).toContain("sales.odd  view · by hand");
    const twice = await project.run("lineage", "remove", "orders", "odd");
    expect(twice.code).toBe(2);
    await good("lineage", "remove", "top.customer", "odd.x");
    expect(await good("lineage", "top", "--up", "0")).not.toContain("sales.odd");
  });

  test("diff says what runs changed, for a pull request too", async () => {
    const changed = source();
    changed.drop("table", ["shop", "sales", "top"]);
    writeShelf(project, changed);
    await good("ingest", "-c", "shop.yaml");
    await good("ingest", "-c", "lineage.yaml");
    const runs: { id: number }[] = await json("runs");
    const last = String(runs[0]?.id);
    const text = await good("lineage", "diff", String(Number(last) - 1), last, "--markdown");
    expect(text).toContain("| removed | `shop.shop.sales.revenue` | `shop.shop.sales.top` |");
    expect(await good("lineage", "diff", last, last)).toBe("Lineage did not change.\n");
  });

  test("a query log in files gives lineage and usage, and says what it could not read", async () => {
    const logs = newProject({ ...SHELF, ...QUERY_LOG });
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    logs.write(
      "logs/q.csv",
      `query_text,database_name,schema_name,user_name,start_time
INSERT INTO mart.revenue SELECT customer FROM sales.orders WHERE note = 'hunter2',shop,public,etl,${yesterday} 10:00:00
SELECT customer FROM mart.revenue,shop,public,ana,${yesterday} 11:00:00
broken
`,
    );
    logs.write(
      "usage.yaml",
      `source:
  type: query-log-usage
  serviceName: legacy
  serviceConnection: {config: {type: Mysql, username: u, hostPort: h}}
  sourceConfig: {config: {type: DatabaseUsage, queryLogFilePath: logs}}
processor: {type: query-parser, config: {filter: ""}}
stage: {type: table-usage, config: {filename: /tmp/q}}
bulkSink: {type: metadata-usage, config: {filename: /tmp/q}}
`,
    );
    const ran = await logs.run("ingest", "-c", "usage.yaml");
    expect(ran).toMatchObject({ code: 4, stdout: expect.stringContaining("legacy.usage  partialSuccess") as string });
    expect(ran.stderr).toContain(
      "q.csv: 1 record lost, a record has another number of columns than the header (first at line 4)",
    );
    expect((await logs.run("top")).stdout).toMatch(/legacy\.shop\.mart\.revenue +2 +2 +50 %/);
    expect((await logs.run("top", "queries")).stdout).toContain("SELECT customer FROM mart.revenue");
    expect((await logs.run("lineage", "mart.revenue")).stdout).toContain(
      "sales.orders  not in the catalog · by queries",
    );
    expect((await logs.run("lineage", "coverage", "legacy", "--json")).stdout).toContain('"queries": 2');
    expect((await logs.run("lineage", "coverage")).stdout).toMatch(/^legacy\n1 h 00 min covered/);
    expect((await logs.run("ingest", "-c", "usage.yaml")).code).toBe(0);
    const exported = JSON.parse(
      (await logs.run("export", "--format", "queries")).stdout.split("\n")[0] ?? "",
    ) as object;
    expect(exported).toMatchObject({ service: { fullyQualifiedName: "legacy" }, usedBy: [expect.any(String)] });
    const explained = await logs.run("lineage", "explain", "orders", "revenue");
    expect(explained.stdout).toContain("1 time, from");
    expect(explained.stdout).not.toContain("hunter2");
  });

  test("logs that begin alike are not taken for one, and none is read twice", async () => {
    const logs = newProject({ ...SHELF, ...QUERY_LOG });
    logs.write("logs/a.csv", "query_text\nSET NAMES utf8\nSELECT x FROM shop.first\n");
    logs.write("logs/b.csv", "query_text\nSET NAMES utf8\nSELECT x FROM shop.second\nSELECT y FROM shop.second\n");
    logs.write("logs/b-once-more.csv", logs.read("logs/b.csv"));
    logs.write(
      "lineage.yaml",
      LINEAGE.replace("shelf", "query-log").replace("processQueryLineage: false", "queryLogFilePath: logs"),
    );
    for (let run = 0; run < 3; run += 1)
      expect(await logs.run("ingest", "-c", "lineage.yaml")).toMatchObject({ code: 0 });
    const { parts } = JSON.parse((await logs.run("lineage", "coverage", "shop", "--json")).stdout) as {
      parts: object[];
    };
    expect(parts).toMatchObject([
      { title: logs.path("logs", "a.csv"), queries: 2, faults: 0 },
      { title: logs.path("logs", "b.csv"), queries: 3, faults: 0 },
    ]);
  });

  test("a log is not read in another dialect than the definitions of its service; gaps name namesakes", async () => {
    project.write("q.csv", "query_text\nSELECT id FROM orders\n");
    const log = LINEAGE.replace("shelf", "query-log").replace("processQueryLineage: false", "queryLogFilePath: q.csv");
    project.install({ ...SHELF, ...QUERY_LOG });
    project.write("log.yaml", log.replace("serviceName: shop", "$&\n  serviceConnection: {config: {type: Oracle}}"));
    const { code, stderr } = await project.run("ingest", "-c", "log.yaml");
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toMatch(/log\.yaml says that shop is Oracle, and the catalog has it as .+\n.*Take the type out/);
    project.write("log.yaml", log);
    project.write("q.csv", "query_text\nINSERT INTO sales.revenue (customer) SELECT customer FROM elsewhere.orders\n");
    await good("ingest", "-c", "log.yaml");
    expect(await good("lineage", "gaps")).toContain(
      "elsewhere.orders  not in the catalog, which has shop.shop.sales.orders\n",
    );
  });

  test("times that are not understood are told, with the first of them", async () => {
    const own = newProject({ ...SHELF, ...QUERY_LOG });
    own.write(
      "log.yaml",
      LINEAGE.replace("shelf", "query-log").replace("processQueryLineage: false", "queryLogFilePath: q.csv"),
    );
    own.write(
      "q.csv",
      "query_text,start_time\nSELECT id FROM orders,20.11.2026\nSELECT customer FROM orders,21.11.2026\n",
    );
    const { code, stdout, stderr } = await own.run("ingest", "-c", "log.yaml");
    expect(stderr).toMatch(/q\.csv: a time is not understood, and is taken for now: .* \(first at line 2\)/);
    expect(stdout).toContain("Without a time that is understood, and counted as run now: 2 queries.");
    expect(code).toBe(4);
  });

  test("what is typed wrong is said", async () => {
    expect((await project.run("lineage", "explain", "orders")).stderr).toContain("takes 2 names");
    expect((await project.run("lineage", "orders", "revenue")).stderr).toContain("is not understood");
    expect((await project.run("lineage", "orders", "--up", "x")).stderr).toContain("--up must be a whole number");
    expect((await project.run("lineage", "nothing_like_it")).code).toBe(2);
    expect((await project.run("lineage", "orders.custmer")).stderr).toMatch(
      /shop\.shop\.sales\.orders has no column custmer\..*\n.*headwater show shop\.shop\.sales\.orders/,
    );
    expect((await project.run("lineage", "orders", "--type", "storedProcedure")).stderr).toContain("Did you mean");
    expect((await project.run("lineage", "add", "orders.id", "odd.nothing")).stderr).toContain("has no column nothing");
    expect((await project.run("impact", "sales")).stderr).toContain(
      "shop.shop.sales is a schema: lineage is between tables, views and routines.",
    );
    expect((await project.run("lineage", "gaps", "--html", "gaps.html")).stderr).toMatch(
      /gaps has no option --html\.\n.*--json, --limit/,
    );
    expect((await project.run("lineage", "orders", "--dot", "--mermaid")).stderr).toContain("two forms of one answer");
    expect((await project.run("lineage", "diff", "2", "1")).stderr).toMatch(/Run 2 came after run 1\.\n.*diff 1 2/);
  });
});

describe("a routine whose columns nobody knows", () => {
  test("hides nothing from impact: what reads it is named, with the routine", async () => {
    const own = newProject();
    const routine = {
      language: "SQL",
      code: "CREATE FUNCTION spent() RETURNS SETOF record LANGUAGE sql AS 'SELECT customer, amount FROM orders'",
    };
    const view = "SELECT s.customer, s.amount AS paid FROM spent() s";
    const shelf = source()
      .put("storedProcedure", {
        path: ["shop", "sales", "spent()"],
        kind: "StoredProcedure",
        facts: { storedProcedureCode: routine } as never,
      })
      .put("table", {
        path: ["shop", "sales", "paid"],
        kind: "View",
        facts: { tableType: "View", columns: ["customer", "paid"].map(column), schemaDefinition: view },
      });
    writeShelf(own, shelf);
    writeWorkflow(own);
    own.write("lineage.yaml", LINEAGE);
    await own.run("ingest", "-c", "shop.yaml");
    await own.run("ingest", "-c", "lineage.yaml");
    const { stdout } = await own.run("impact", "orders.amount");
    expect(stdout).toContain("! sales.paid  view · 2 steps away\n    reads sales.spent()\n");
    for (const name of ["spent", "sales.spent", "sales.spent()"])
      expect(await own.run("impact", name)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`${name} is shop.shop.sales.spent()`),
      });
    expect((await own.run("impact", "other.spent")).code).toBe(2);
  });
});

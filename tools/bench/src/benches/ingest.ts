import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, type Figures, type OptionValues, UsageError } from "../bench.ts";
import { catalogWrites } from "../catalog-writes.ts";
import { startGenerated } from "../generated-server.ts";
import { headwaterBin } from "../headwater.ts";
import { interleave } from "../interleave.ts";
import { type Cost, measure } from "../measure.ts";
import { median, round } from "../statistics.ts";
import { type Layout, tablesAndViews } from "../tables.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const FLOOR = fileURLToPath(new URL("../floors/postgres.mjs", import.meta.url));
/** Connectors are found from the working folder: this package depends on the one that is measured. */
const WORKING_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** Numbers of tables that can be asked for; 1,000 is for a quick look. */
const SIZES = ["1000", "10000", "50000"];
const SKEW = "skew";

const bench: Bench = {
  about: "headwater ingest of generated PostgreSQL databases, first and unchanged, beside six bare queries",
  options: { sizes: { type: "string", default: `10000,50000,${SKEW}` }, runs: { type: "string" } },
  help: [
    `--sizes LIST  any of ${SIZES.join(", ")} tables, and ${SKEW} (5,245 tables, once even, once 5,000 of them in one schema)`,
    "--runs N      how often each is run (default: 7, and 3 for 50,000 tables)",
  ],
  async run(values: OptionValues): Promise<Figures> {
    const sizes = String(values["sizes"]).split(",");
    for (const size of sizes)
      if (!SIZES.includes(size) && size !== SKEW)
        throw new UsageError(`--sizes knows ${[...SIZES, SKEW].join(", ")}, not "${size}".`);
    const runs = values["runs"] === undefined ? null : Number(values["runs"]);
    if (runs !== null && !(Number.isInteger(runs) && runs > 0))
      throw new UsageError(`--runs is a whole number above 0, not "${String(values["runs"])}".`);
    const figures: Figures = {};
    for (const size of sizes)
      Object.assign(
        figures,
        size === SKEW
          ? await measureSkew(runs ?? 7)
          : await measureSize(Number(size), runs ?? (size === "50000" ? 3 : 7)),
      );
    return figures;
  },
};

export default bench;

/** Floor, first and unchanged second ingest of so many tables. */
async function measureSize(tables: number, runs: number): Promise<Figures> {
  const layout = evenly(tables, tables / 200);
  const server = await startGenerated({ even: layout });
  const source: Source = { url: server.url("even"), objects: tablesAndViews(layout) };
  try {
    console.log(`\n${tables.toLocaleString("en")} tables, ${runs} runs of each, wall time in ms`);
    const floor = (): Promise<Cost> =>
      measure(FLOOR, [join(temporaryFolder(), "floor.jsonl")], { env: { DATABASE_URL: source.url } });
    // The first to ask fills the server's caches.
    await floor();
    const results = await interleave(runs, { floor, ingest: () => ingestTwice(source) });
    const cold = results.ingest.map((pair) => pair.cold);
    const warm = results.ingest.map((pair) => pair.warm);
    const floorMs = print("floor", results.floor, null);
    const coldMs = print("first ingest", cold, floorMs);
    const warmMs = print("unchanged ingest", warm, floorMs);
    const queries = median(cold.map((one) => one.queries));
    const writes = Object.entries(await unchangedWrites(source)).filter(([, count]) => count > 0);
    console.log(
      `  ${queries} queries of the first ingest; rows written by the unchanged one: ` +
        (writes.length === 0 ? "none" : writes.map(([table, count]) => `${count} of ${table}`).join(", ")),
    );
    const k = `${tables / 1_000}k`;
    return {
      [`cold${k}.ratio`]: round(coldMs / floorMs, 3),
      [`warm${k}.ratio`]: round(warmMs / floorMs, 3),
      [`warm${k}.writes`]: writes.reduce((total, [, count]) => total + count, 0),
      [`rss${k}.mb`]: round(Math.max(...[...cold, ...warm].map((one) => one.rssMb)), 1),
      [`queries${k}`]: queries,
    };
  } finally {
    await server.stop();
  }
}

/** First ingest of the same tables, once spread evenly over the schemas, once nearly all in one. */
async function measureSkew(runs: number): Promise<Figures> {
  const even = evenly(5_245, 50);
  const skewed: Layout = { ...even, spread: "skewed" };
  const server = await startGenerated({ even, skewed });
  try {
    console.log(`\n5,245 tables in 50 schemas, even and skewed, ${runs} runs of each, wall time in ms`);
    const first = (database: string) => (): Promise<Ingest> =>
      withNewCatalog((catalog) =>
        ingest({ url: server.url(database), objects: tablesAndViews(even) }, catalog, "created"),
      );
    await first("even")();
    await first("skewed")();
    const results = await interleave(runs, { even: first("even"), skewed: first("skewed") });
    const evenMs = print("even", results.even, null);
    return { "skew.ratio": round(print("skewed", results.skewed, evenMs) / evenMs, 3) };
  } finally {
    await server.stop();
  }
}

const evenly = (tables: number, schemas: number): Layout => ({ tables, schemas, spread: "even" });

/** What is ingested. */
interface Source {
  url: string;
  /** How many tables and views it has. */
  objects: number;
}

/** What an ingest cost, and how many queries it says it made. */
interface Ingest extends Cost {
  queries: number;
}

/** What is read of the report of an ingest. */
interface Report {
  runs: [{ queries: { total: number }; result: { counts: { table: { created: number; unchanged: number } } } }];
}

/** A first ingest into a new catalog and an unchanged second one. */
function ingestTwice(source: Source): Promise<{ cold: Ingest; warm: Ingest }> {
  return withNewCatalog(async (catalog) => ({
    cold: await ingest(source, catalog, "created"),
    warm: await ingest(source, catalog, "unchanged"),
  }));
}

function unchangedWrites(source: Source): Promise<Record<string, number>> {
  return withNewCatalog(async (catalog) => {
    await ingest(source, catalog, "created");
    return catalogWrites(catalog, async () => {
      await ingest(source, catalog, "unchanged");
    });
  });
}

async function withNewCatalog<T>(work: (catalog: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(temporaryFolder(), "catalog-"));
  try {
    return await work(join(folder, "catalog.db"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All that can be read of a database, and nothing derived from it: a bare URL would derive lineage too, which has a bench of its own. */
function metadataWorkflow(url: string): object {
  const { username, password, host, pathname } = new URL(url);
  const config = { type: "Postgres", username, authType: { password }, hostPort: host, database: pathname.slice(1) };
  const all = { includeDDL: true, includeOwners: true, includeTags: true, includeStoredProcedures: true };
  return {
    source: {
      type: "postgres",
      serviceName: "generated",
      serviceConnection: { config },
      sourceConfig: { config: { type: "DatabaseMetadata", ...all } },
    },
    workflowConfig: {},
  };
}

/** Ingests and measures it. Throws when not every table and view of the source came out as expected. */
async function ingest(source: Source, catalog: string, expected: "created" | "unchanged"): Promise<Ingest> {
  const report = `${catalog}.report.json`;
  const workflow = `${catalog}.workflow.json`;
  writeFileSync(workflow, JSON.stringify(metadataWorkflow(source.url)));
  const args = ["ingest", "-c", workflow, "--catalog", catalog, "--report", report];
  const cost = await measure(headwaterBin(), args, { cwd: WORKING_FOLDER });
  const { queries, result } = (JSON.parse(readFileSync(report, "utf8")) as Report).runs[0];
  const found = result.counts.table[expected];
  if (found !== source.objects)
    throw new Error(`${source.objects} tables and views should be ${expected}, but ${found} were.`);
  return { ...cost, queries: queries.total };
}

/** Prints one line of costs and returns the median wall time. */
function print(what: string, costs: readonly Cost[], floorMs: number | null): number {
  const ms = median(costs.map((cost) => cost.ms));
  const all = costs.map((cost) => Math.round(cost.ms)).join(" ");
  const ratio = floorMs === null ? "" : ` = ${(ms / floorMs).toFixed(2)} x`;
  const cpu = `CPU ${Math.round(median(costs.map((cost) => cost.cpuMs)))}`;
  const rss = `peak ${Math.round(Math.max(...costs.map((cost) => cost.rssMb)))} MB`;
  console.log(`  ${what.padEnd(17)} ${String(Math.round(ms)).padStart(6)}${ratio.padEnd(9)}  ${cpu}, ${rss}  (${all})`);
  return ms;
}

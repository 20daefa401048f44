import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PostgresServer } from "@headwater/test-servers";
import { type Bench, type Figures, type OptionValues, UsageError } from "../bench.ts";
import { catalogWrites } from "../catalog-writes.ts";
import { startGenerated } from "../generated-server.ts";
import { headwaterBin } from "../headwater.ts";
import { interleave } from "../interleave.ts";
import { type Cost, measure } from "../measure.ts";
import { median, round } from "../statistics.ts";
import type { Layout } from "../tables.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const FLOOR = fileURLToPath(new URL("../floors/postgres.mjs", import.meta.url));

/** Numbers of tables that can be asked for; 1,000 is for a quick look and for tests. */
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
    const figures: Figures[] = [];
    for (const size of sizes)
      figures.push(
        size === SKEW
          ? await measureSkew(runs ?? 7)
          : await measureSize(Number(size), runs ?? (size === "50000" ? 3 : 7)),
      );
    return Object.assign({}, ...figures) as Figures;
  },
};

export default bench;

/** Floor, first and unchanged second ingest of so many tables. */
async function measureSize(tables: number, runs: number): Promise<Figures> {
  const server = await startGenerated({ even: evenly(tables, tables / 200) });
  try {
    console.log(`\n${tables.toLocaleString("en")} tables, ${runs} runs of each, wall time in ms`);
    const floor = (): Promise<Cost> =>
      measure(FLOOR, [join(temporaryFolder(), "floor.jsonl")], { env: { DATABASE_URL: server.url("even") } });
    // The server's caches are cold only once.
    await floor();
    const results = await interleave(runs, { floor, ingest: () => ingestTwice(server, "even") });
    const cold = results.ingest.map((pair) => pair.cold);
    const warm = results.ingest.map((pair) => pair.warm);
    const floorMs = print("floor", results.floor, null);
    const coldMs = print("first ingest", cold, floorMs);
    const warmMs = print("unchanged ingest", warm, floorMs);
    const writes = await unchangedWrites(server, "even");
    const rows = Object.entries(writes).filter(([, count]) => count > 0);
    console.log(
      `  rows written by the unchanged ingest: ${rows.length === 0 ? "none" : rows.map(([table, count]) => `${count} ${table}`).join(", ")}`,
    );
    const queries = cold[0]?.queries ?? 0;
    console.log(`  queries of the first ingest: ${queries}`);
    const k = `${tables / 1_000}k`;
    return {
      [`cold${k}.ratio`]: round(coldMs / floorMs, 3),
      [`warm${k}.ratio`]: round(warmMs / floorMs, 3),
      [`warm${k}.writes`]: rows.reduce((total, [, count]) => total + count, 0),
      [`rss${k}.mb`]: round(Math.max(...cold.map((cost) => cost.rssMb), ...warm.map((cost) => cost.rssMb)), 1),
      [`queries${k}`]: queries,
    };
  } finally {
    await server.stop();
  }
}

/** First ingest of the same tables, once spread evenly over the schemas, once nearly all in one. */
async function measureSkew(runs: number): Promise<Figures> {
  const server = await startGenerated({
    even: evenly(5_245, 50),
    skewed: { tables: 5_245, schemas: 50, spread: "skewed" },
  });
  try {
    console.log(`\n5,245 tables in 50 schemas, even and skewed, ${runs} runs of each, wall time in ms`);
    const first = (database: string) => async (): Promise<Cost> => (await ingestTwice(server, database)).cold;
    await first("even")();
    const results = await interleave(runs, { even: first("even"), skewed: first("skewed") });
    const even = print("even", results.even, null);
    return { "skew.ratio": round(print("skewed", results.skewed, even) / even, 3) };
  } finally {
    await server.stop();
  }
}

const evenly = (tables: number, schemas: number): Layout => ({ tables, schemas, spread: "even" });

/** What an ingest cost, and how many queries it says it made. */
interface Ingest extends Cost {
  queries: number;
}

/** A first ingest into a new catalog and an unchanged second one. */
async function ingestTwice(server: PostgresServer, database: string): Promise<{ cold: Ingest; warm: Ingest }> {
  return withNewCatalog(async (catalog) => {
    const cold = await ingest(server, database, catalog);
    return { cold, warm: await ingest(server, database, catalog) };
  });
}

async function unchangedWrites(server: PostgresServer, database: string): Promise<Record<string, number>> {
  return withNewCatalog(async (catalog) => {
    await ingest(server, database, catalog);
    return catalogWrites(catalog, async () => {
      await ingest(server, database, catalog);
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

async function ingest(server: PostgresServer, database: string, catalog: string): Promise<Ingest> {
  const report = `${catalog}.report.json`;
  const cost = await measure(headwaterBin(), [
    "ingest",
    server.url(database),
    "--catalog",
    catalog,
    "--report",
    report,
  ]);
  const { queries } = JSON.parse(readFileSync(report, "utf8")) as { queries: number };
  return { ...cost, queries };
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

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, type Figures, type OptionValues, UsageError } from "../bench.ts";
import { startGenerated } from "../generated-server.ts";
import { headwaterBin } from "../headwater.ts";
import { type Cost, measure } from "../measure.ts";
import { type LogLayout, statementOf, writeLog } from "../query-log.ts";
import { median, round } from "../statistics.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const ENGINE = fileURLToPath(new URL("../floors/engine.mjs", import.meta.url));
const TABLES = 10_000;
const SCHEMAS = 50;
const MB = 1_000_000;

const bench: Bench = {
  about: "headwater over a generated query log of 10,000 tables, beside the SQL engine alone",
  options: {
    statements: { type: "string", default: "1000000" },
    shapes: { type: "string", default: "20000" },
    runs: { type: "string", default: "7" },
  },
  help: [
    "--statements N  statements in the log (default 1,000,000)",
    "--shapes N      different ones, literals aside (default 20,000)",
    "--runs N        how often each is run (default 7)",
  ],
  async run(values: OptionValues): Promise<Figures> {
    const [statements, shapes, runs] = ["statements", "shapes", "runs"].map((name) => {
      const number = Number(values[name]);
      if (!Number.isInteger(number) || number <= 0) throw new UsageError(`--${name} is a whole number above 0.`);
      return number;
    }) as [number, number, number];
    return measureLog({ statements, shapes, tables: TABLES, schemas: SCHEMAS }, runs);
  },
};

export default bench;

async function measureLog(layout: LogLayout, runs: number): Promise<Figures> {
  const folder = temporaryFolder();
  const project = makeProject(join(folder, "project"));
  const read = join(folder, "read.db");
  const server = await startGenerated({ even: { tables: TABLES, schemas: SCHEMAS, spread: "even" } });
  try {
    await measure(headwaterBin(), ["ingest", server.url("even"), "--service", "bench", "--catalog", read, "-q"], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
    });
  } finally {
    await server.stop();
  }
  const logs = {
    whole: join(folder, "whole.csv"),
    distinct: join(folder, "distinct.csv"),
    none: join(folder, "none.csv"),
  };
  const bytes = await writeLog(logs.whole, layout);
  await writeLog(logs.distinct, { ...layout, statements: layout.shapes });
  await writeLog(logs.none, { ...layout, statements: 1, shapes: 1 });
  const engineInput = join(folder, "engine.json");
  writeFileSync(engineInput, JSON.stringify(engineWork(layout)));

  const run = async (log: string, before: string): Promise<Cost> => {
    const catalog = join(folder, "catalog.db");
    for (const end of ["", "-wal", "-shm"]) rmSync(catalog + end, { force: true });
    copyFileSync(before, catalog);
    writeFileSync(join(project, "lineage.yaml"), workflow(log));
    return measure(headwaterBin(), ["ingest", "-c", "lineage.yaml", "--catalog", catalog, "-q"], { cwd: project });
  };
  await run(logs.distinct, read);
  const known = join(folder, "known.db");
  renameSync(join(folder, "catalog.db"), known);

  const results = {
    whole: [] as Cost[],
    known: [] as Cost[],
    distinct: [] as Cost[],
    none: [] as Cost[],
    engine: [] as number[],
  };
  for (let turn = 0; turn < runs; turn += 1) {
    results.whole.push(await run(logs.whole, read));
    results.known.push(await run(logs.whole, known));
    results.distinct.push(await run(logs.distinct, read));
    results.none.push(await run(logs.none, read));
    const said = execFileSync(process.execPath, [ENGINE, engineInput], { encoding: "utf8" });
    results.engine.push((JSON.parse(said) as { ms: number }).ms);
  }
  const ms = (costs: readonly Cost[]): number => median(costs.map((cost) => cost.ms));
  const addedMs = ms(results.whole) - ms(results.known);
  const distinctMs = ms(results.distinct) - ms(results.none);
  const engineMs = median(results.engine);
  const rss = Math.max(...results.whole.map(({ rssMb }) => rssMb));
  const perSecond = (each: number): number => Math.round((layout.shapes * 1_000) / each);
  const seconds = (each: number): string => (each / 1_000).toFixed(1);
  console.log(`\n${layout.statements.toLocaleString("en")} statements, ${layout.shapes.toLocaleString("en")} shapes, ${(bytes / MB).toFixed(0)} MB, ${runs} runs
  whole log                    ${seconds(ms(results.whole))} s, peak ${rss.toFixed(0)} MB
  with all statements known    ${seconds(ms(results.known))} s
  new statements of it         ${perSecond(addedMs)} a second, read, named and kept
  a log of new ones alone      ${perSecond(distinctMs)} a second
  engine alone                 ${perSecond(engineMs)} a second`);
  return {
    "log.mbPerSecond": round(bytes / MB / (ms(results.whole) / 1_000), 1),
    "log.toEngine": round(engineMs / addedMs, 3),
    "log.newAloneToEngine": round(engineMs / distinctMs, 3),
    "log.rssMb": round(rss, 1),
  };
}

/** A project of its own with the connector for logs. */
function makeProject(folder: string): string {
  mkdirSync(join(folder, "node_modules/@headwater"), { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    '{"private": true, "dependencies": {"@headwater/connector-query-log": "*"}}',
  );
  const connector = dirname(fileURLToPath(import.meta.resolve("@headwater/connector-query-log/package.json")));
  symlinkSync(connector, join(folder, "node_modules/@headwater/connector-query-log"), "dir");
  return folder;
}

const workflow = (log: string): string => `source:
  type: query-log-lineage
  serviceName: bench
  serviceConnection: {config: {type: Postgres}}
  sourceConfig: {config: {type: DatabaseLineage, processViewLineage: false, processStoredProcedureLineage: false, queryLogFilePath: ${JSON.stringify(log)}}}
`;

/** What the engine reads alone: each shape once, over the same tables. */
function engineWork(layout: LogLayout): { tables: Record<string, string[]>; statements: string[] } {
  const columns = [
    "id",
    "code",
    "parent_id",
    "status",
    "quantity",
    "amount",
    "due_on",
    "is_active",
    "attributes",
    "changed_at",
  ];
  const tables: Record<string, string[]> = {};
  for (let at = 0; at < layout.tables; at += 1)
    tables[`even.area_${at % layout.schemas}.record_${String(at).padStart(5, "0")}`] = columns;
  const statements = Array.from({ length: layout.shapes }, (_, at) => statementOf(at, at, layout));
  return { tables, statements };
}

/** Reads a database into a catalog in memory, as `headwater ingest URL` does. */
import { CatalogStore, type Database, openDatabase } from "@headwater/catalog";
import { clickhouse } from "@headwater/connector-clickhouse";
import { mysql } from "@headwater/connector-mysql";
import { postgres } from "@headwater/connector-postgres";
import {
  type Clock,
  type Connector,
  type RunEvent,
  runMetadata,
  splitFqn,
  systemClock,
  workflowFromUrl,
} from "@headwater/core";
import { dialectNamed, type LineageResult, type LogSource, runLineage } from "@headwater/lineage";

/** The service everything is read as. */
export const SERVICE = "proof";

/** The connector that reads what a URL means. */
export function connectorOf(url: string): Connector {
  const all = [postgres, mysql, clickhouse] as unknown as Connector[];
  const scheme = new URL(url).protocol.slice(0, -1);
  const found = all.find(({ manifest }) => manifest.urlSchemes?.includes(scheme));
  if (found === undefined) throw new Error(`No connector reads ${scheme}.`);
  return found;
}

/** The connection a URL means, as its connector wants it. */
export function configOf(url: string): unknown {
  const connector = connectorOf(url);
  const { type: _type, ...config } = connector.fromUrl?.(new URL(url)) ?? {};
  const parsed = connector.config.safeParse(config);
  if (!parsed.success) throw new Error("The URL is no connection.");
  return parsed.data;
}

/** A new catalog with a database's metadata in it. */
export async function readMetadata(url: string, db: Database = openDatabase(":memory:")): Promise<Database> {
  const workflow = workflowFromUrl(
    new URL(url),
    { connector: connectorOf(url), version: "1.0.0" },
    { service: SERVICE },
  );
  const result = await runMetadata({
    ...workflow,
    config: workflow.connection?.config,
    fresh: true,
    store: new CatalogStore(db),
    clock: systemClock,
    signal: new AbortController().signal,
    emit: () => undefined,
  });
  if (result.exit !== 0) throw new Error(result.message);
  return db;
}

/** Derives the lineage of what a catalog holds, and of a query log where there is one. */
export async function readLineage(
  db: Database,
  events: RunEvent[] = [],
  log: (Pick<LogSource, "connector" | "config" | "path"> & Partial<LogSource>) | null = null,
  { manifest }: Pick<Connector, "manifest"> = postgres,
  clock: Clock = systemClock,
): Promise<LineageResult> {
  return runLineage({
    db,
    service: SERVICE,
    otherServices: [],
    pipelineName: "lineage",
    pipelineFacts: { pipelineType: "lineage" },
    serviceFacts: { serviceType: "CustomDatabase" },
    connector: `${manifest.id}@1.0.0`,
    dialect: dialectNamed(manifest.sql?.dialect),
    searchPath: manifest.sql?.searchPath ?? [],
    views: true,
    procedures: true,
    covers: () => true,
    complete: true,
    log:
      log === null
        ? null
        : {
            capability: "lineage",
            days: 1,
            pageRows: 1_000,
            maxQueries: null,
            filter: null,
            databases: undefined,
            threads: 1,
            parsingTimeoutMs: 10_000,
            ...log,
          },
    forgetAfterDays: 30,
    all: false,
    allowEmpty: false,
    clock,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  });
}

/** Every live edge of the catalog as a line: `sales.a.x > mart.b.y`, tables and columns. Names are without service and database. */
export function edgesOf(db: Database, origins: readonly string[]): string[] {
  const end = (fqn: string, column: string): string => {
    const name = splitFqn(fqn).slice(2).join(".");
    return column === "" ? name : `${name}.${column}`;
  };
  return db
    .all<{ source: string; from: string; target: string; to: string }>(
      `SELECT DISTINCT s.fqn AS source, c.source_column AS "from", t.fqn AS target, c.target_column AS "to"
       FROM claim c JOIN statement x ON x.id = c.statement AND x.ended IS NULL
       JOIN place s ON s.id = c.source JOIN place t ON t.id = c.target
       WHERE x.origin IN (SELECT value FROM json_each(?)) AND (c.target_column <> '' OR c.source_column = '')`,
      JSON.stringify(origins),
    )
    .map(({ source, from, target, to }) => `${end(source, from)} > ${end(target, to)}`)
    .toSorted();
}

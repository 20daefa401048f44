import { CatalogStore, type Database } from "@headwater/catalog";
import { clickhouse } from "@headwater/connector-clickhouse";
import { mysql } from "@headwater/connector-mysql";
import { postgres } from "@headwater/connector-postgres";
import {
  type Clock,
  readWorkflow,
  type RunEvent,
  runMetadata,
  type RunOptions,
  type RunResult,
  systemClock,
  type UsableConnector,
  workflowFromUrl,
} from "@headwater/core";

const POSTGRES: UsableConnector = { connector: postgres, version: "0.0.0" };
const MYSQL: UsableConnector = { connector: mysql, version: "0.0.0" };
const CLICKHOUSE: UsableConnector = { connector: clickhouse, version: "0.0.0" };

/** A run with everything that happened. */
export interface Ingested extends RunResult {
  events: RunEvent[];
}

/** Time that does not make a test wait. */
export const hurriedClock: Clock = { now: () => systemClock.now(), sleep: async () => undefined };

/**
 * Ingests as the command does, within this process: a URL, or the text of a workflow file. Throws what ends a run without a
 * result of its own.
 */
export async function ingest(
  db: Database,
  source: string,
  settings: {
    service?: string;
    options?: Partial<RunOptions>;
    fresh?: boolean;
    allowEmpty?: boolean;
    clock?: Clock;
  } = {},
): Promise<Ingested> {
  const { service = "shop", options = {}, fresh = false, allowEmpty = false, clock = hurriedClock } = settings;
  const [, named = "postgres"] = /^(?:source:\s+type: )?(clickhouse|mysql|mariadb)/.exec(source) ?? [];
  const connector = named === "clickhouse" ? CLICKHOUSE : named === "postgres" ? POSTGRES : MYSQL;
  const workflow = /^\w+:\/\//.test(source)
    ? workflowFromUrl(new URL(source), connector, { service })
    : readWorkflow(source, "workflow.yaml", {
        env: {},
        readFile: (path) => {
          throw new Error(`Nothing is to be read from ${path}.`);
        },
        connectorFor: () => connector,
      });
  if (workflow.kind !== "metadata") throw new Error(`It is a ${workflow.kind} workflow.`);
  const events: RunEvent[] = [];
  const result = await runMetadata({
    ...workflow,
    config: workflow.connection?.config,
    options: { ...workflow.options, ...options },
    fresh,
    allowEmpty,
    store: new CatalogStore(db),
    clock,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  });
  return { ...result, events };
}

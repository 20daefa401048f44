import {
  type Connector,
  defineConnector,
  type Manifest,
  onlyRow,
  type ServerFacts,
  type Session,
} from "@headwater/core/connector";
import manifest from "../manifest.json" with { type: "json" };
import { check } from "./check.ts";
import { configFromUrl, configSchema, type PostgresConfig } from "./config.ts";
import { identifier } from "./escape.ts";
import { metadata } from "./metadata.ts";
import { queryLog } from "./query-log.ts";
import { REQUESTS, type Requests } from "./requests.ts";
import { connect } from "./session.ts";

/** The connector for PostgreSQL. */
export const postgres: Connector<PostgresConfig, Requests> = defineConnector({
  manifest: manifest as Manifest,
  config: configSchema,
  fromUrl: configFromUrl,
  requests: REQUESTS,
  connect,
  hello,
  grantName: (_placeholder, name) => identifier(name),
  check,
  metadata,
  lineage: queryLog,
  usage: queryLog,
});

async function hello(session: Session<Requests>): Promise<ServerFacts> {
  const server = await onlyRow(session, "server");
  const [system] = server.identifies ? await session.all("systemIdentifier") : [];
  return {
    // A managed server may keep its identifier to itself; then its address has to do.
    identity: system === undefined ? `address ${server.address}` : `system identifier ${system.identifier}`,
    version: server.version,
    now: server.now,
    names: { unquoted: "lower", caseSensitive: true },
    connectionsLeft: Math.max(0, server.connectionsLeft),
  };
}

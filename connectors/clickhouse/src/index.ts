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
import { type ClickHouseConfig, configFromUrl, configSchema } from "./config.ts";
import { identifier } from "./escape.ts";
import { metadata } from "./metadata.ts";
import { serverLog } from "./query-log.ts";
import { REQUESTS, type Requests } from "./requests.ts";
import { connect } from "./session.ts";

/** The connector for ClickHouse. */
export const clickhouse: Connector<ClickHouseConfig, Requests> = defineConnector({
  manifest: manifest as Manifest,
  config: configSchema,
  fromUrl: configFromUrl,
  requests: REQUESTS,
  stateless: true,
  connect,
  hello,
  check,
  grantName: (_placeholder, name) => identifier(name),
  metadata,
  lineage: { kind: "timed", log: serverLog },
  usage: { kind: "timed", log: serverLog },
});

const NO_UUID = "00000000-0000-0000-0000-000000000000";

async function hello(session: Session<Requests>): Promise<ServerFacts> {
  const server = await onlyRow(session, "server");
  // Each replica has an identifier of its own, and a load balancer sends us to any of them: then the address has to do.
  const known = server.uuid !== NO_UUID && server.replicas <= 1;
  return {
    identity: known ? `server ${server.uuid}` : `address ${server.address}`,
    version: server.version,
    now: server.now,
    names: { unquoted: "kept", caseSensitive: true },
  };
}

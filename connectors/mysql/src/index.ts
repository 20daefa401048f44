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
import { configFromUrl, configSchema, type MysqlConfig } from "./config.ts";
import { account, identifier } from "./escape.ts";
import { productOf } from "./flavour.ts";
import { metadata } from "./metadata.ts";
import { chooseLog } from "./query-log.ts";
import { REQUESTS, type Requests } from "./requests.ts";
import { connect } from "./session.ts";

/** The connector for MySQL and MariaDB. */
export const mysql: Connector<MysqlConfig, Requests> = defineConnector({
  manifest: manifest as Manifest,
  config: configSchema,
  fromUrl: configFromUrl,
  requests: REQUESTS,
  connect,
  hello,
  check,
  grantName: (placeholder, name) => (placeholder === "role" ? account(name) : identifier(name)),
  metadata,
  lineage: { kind: "chosen", choose: chooseLog },
  usage: { kind: "chosen", choose: chooseLog },
});

async function hello(session: Session<Requests>): Promise<ServerFacts> {
  const server = await onlyRow(session, "server");
  return {
    // MariaDB has no number of its own; its address has to do.
    identity: server.serverUuid === null ? `address ${server.address}` : `server uuid ${server.serverUuid}`,
    version: productOf(server.version),
    now: server.now,
    names: {
      unquoted: server.lowerCaseTableNames === 1 ? "lower" : "kept",
      caseSensitive: server.lowerCaseTableNames === 0,
    },
    connectionsLeft: Math.max(0, server.connectionsLeft),
  };
}

import { type Connector, defineConnector, type Manifest } from "@headwater/core/connector";
import manifest from "../manifest.json" with { type: "json" };
import { check } from "./check.ts";
import { type AcmeConfig, configFromUrl, configSchema } from "./config.ts";
import { hello, metadata } from "./metadata.ts";
import { REQUESTS, type Requests } from "./requests.ts";
import { connect } from "./session.ts";

/** The connector: wiring only. */
export const acmeConnector: Connector<AcmeConfig, Requests> = defineConnector({
  manifest: manifest as Manifest,
  config: configSchema,
  fromUrl: configFromUrl,
  requests: REQUESTS,
  connect,
  hello,
  check,
  metadata,
});

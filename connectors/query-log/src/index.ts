import { type Connector, defineConnector, type Manifest, z } from "@headwater/core/connector";
import manifest from "../manifest.json" with { type: "json" };
import { fileLog } from "./query-log.ts";
import { REQUESTS, type Requests } from "./requests.ts";
import { connect } from "./session.ts";

/** The connector for query logs in files. */
export const queryLog: Connector<Record<string, never>, Requests> = defineConnector({
  manifest: manifest as Manifest,
  config: z.strictObject({}),
  requests: REQUESTS,
  connect,
  hello: async (session) => ({
    identity: null,
    version: "1",
    now: (await session.all("server"))[0]?.now ?? "",
    names: { unquoted: "kept", caseSensitive: true },
  }),
  check: [],
  lineage: { kind: "files", log: fileLog },
  usage: { kind: "files", log: fileLog },
});

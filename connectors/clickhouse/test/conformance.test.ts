import { dirname } from "node:path";
import { startClickHouse } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { conformance } from "@headwater/testkit/vitest";
import { clickhouse } from "../src/index.ts";
import { clickhouseFixture } from "./conformance-fixture.ts";

await describeWith(
  "ClickHouse",
  async () => {
    // Whether there is one here at all; every source of the suite is a server of its own.
    const server = await startClickHouse();
    await server.stop();
    return server.version;
  },
  (version) => {
    const source = `ClickHouse ${version.split(".").slice(0, 2).join(".")}`;
    const fixture = { ...clickhouseFixture(source), package: dirname(import.meta.dirname) };
    conformance(clickhouse, fixture, { report: "../../../docs/conformance/clickhouse.md" });
  },
);

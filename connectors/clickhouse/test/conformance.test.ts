import { dirname } from "node:path";
import { startClickHouse } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { conformance } from "@headwater/testkit/vitest";
import { afterAll } from "vitest";
import { clickhouse } from "../src/index.ts";
import { clickHouseFixture } from "./conformance-fixture.ts";

await describeWith("ClickHouse", startClickHouse, (server) => {
  afterAll(() => server.stop());
  const fixture = { ...clickHouseFixture(server), package: dirname(import.meta.dirname) };
  conformance(clickhouse, fixture, { report: "../../../docs/conformance/clickhouse.md" });
});

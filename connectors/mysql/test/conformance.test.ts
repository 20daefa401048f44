import { dirname } from "node:path";
import { startFaultProxy, startMysql } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { conformance } from "@headwater/testkit/vitest";
import { afterAll } from "vitest";
import { mysql } from "../src/index.ts";
import { mysqlFixture } from "./conformance-fixture.ts";

// A server of its own: a connection reads all schemas of one.
await describeWith(
  "MySQL 8.0",
  async () => {
    const server = await startMysql({ release: "MySQL 8.0" });
    return { server, proxy: await startFaultProxy(server) };
  },
  ({ server, proxy }) => {
    afterAll(async () => {
      await proxy.stop();
      await server.stop();
    });
    const fixture = { ...mysqlFixture("MySQL 8.0", server, proxy), package: dirname(import.meta.dirname) };
    // The soak tries more rules than the report tells of: a large source takes its time.
    const report = process.env["HEADWATER_SOAK"] === "1" ? {} : { report: "../../../docs/conformance/mysql.md" };
    conformance(mysql, fixture, report);
  },
);

import { dirname } from "node:path";
import { startFaultProxy } from "@headwater/test-servers";
import { describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { conformance } from "@headwater/testkit/vitest";
import { afterAll } from "vitest";
import { postgres } from "../src/index.ts";
import { postgresFixture } from "./conformance-fixture.ts";

await describeWith(
  "PostgreSQL 18",
  async () => {
    const server = await sharedPostgres(18);
    return { server, proxy: await startFaultProxy(server) };
  },
  ({ server, proxy }) => {
    afterAll(() => proxy.stop());
    const fixture = { ...postgresFixture("PostgreSQL 18", server, proxy), package: dirname(import.meta.dirname) };
    conformance(postgres, fixture, { report: "../../../docs/conformance/postgres.md" });
  },
);

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificates, startPostgres } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, expect, test } from "vitest";
import { keys, refusal, seen } from "./connecting.ts";
import { openPool } from "./reading.ts";

await describeWith(
  "PostgreSQL with and without TLS",
  async () => ({
    tls: await startPostgres({ tls: true }),
    plain: await startPostgres(),
    named: await startPostgres({ tls: { hosts: ["db.example"] } }),
    only: await startPostgres({
      tls: true,
      hba: ["local all all trust", "hostssl all all 127.0.0.1/32 scram-sha-256"],
    }),
  }),
  ({ tls, plain, named, only }) => {
    afterAll(() => Promise.all([tls, plain, named, only].map((server) => server.stop())));
    const { ca, client, stranger } = tls.certificates as Certificates;
    const caCertificate = ca.cert;

    test.each([
      ["disable", {}, false],
      ["allow", {}, false],
      ["prefer", {}, true],
      ["require", {}, true],
      ["require", { caCertificate }, true],
      ["verify-ca", { caCertificate }, true],
      ["verify-full", { caCertificate }, true],
      ["verify-full", { caCertificate, sslCertificate: client.cert, sslKey: client.key }, true],
    ])("sslMode %s with a server that has it (%#)", async (sslMode, sslConfig, ssl) => {
      expect(await seen(keys(tls, { sslMode, sslConfig }))).toEqual({ ssl, application_name: "headwater" });
    });

    test.each([["disable"], ["allow"], ["prefer"]])("sslMode %s with a server that has none", async (sslMode) => {
      expect((await seen(keys(plain, { sslMode }))).ssl).toBe(false);
    });

    test.each([["require"], ["verify-ca"], ["verify-full"]])("sslMode %s needs TLS", async (sslMode) => {
      const error = await refusal(keys(plain, { sslMode, sslConfig: { caCertificate } }));
      expect(error.code).toBe("unreachable");
      expect(error.message).toContain("does not support SSL");
    });

    test("sslMode allow takes TLS where nothing else is accepted, and disable says so", async () => {
      const pool = await openPool(keys(only, { sslMode: "allow" }));
      await pool.close();
      const error = await refusal(keys(only, { sslMode: "disable" }));
      expect(error).toMatchObject({ code: "signIn", sourceCode: "28000" });
      expect(error.hint).toContain("sslMode");
    });

    test.each([
      ["verify-ca", { caCertificate: stranger.cert }],
      ["verify-full", { caCertificate: stranger.cert }],
      ["require", { caCertificate: stranger.cert }],
      ["verify-full", {}],
    ])("sslMode %s refuses a certificate of nobody it knows (%#)", async (sslMode, sslConfig) => {
      const error = await refusal(keys(tls, { sslMode, sslConfig }));
      expect(error.code).toBe("unreachable");
      expect(error.hint).toContain("caCertificate");
    });

    test("verify-full checks the host's name, verify-ca does not", async () => {
      const config = { caCertificate: named.certificates?.ca.cert };
      expect((await seen(keys(named, { sslMode: "verify-ca", sslConfig: config }))).ssl).toBe(true);
      const error = await refusal(keys(named, { sslMode: "verify-full", sslConfig: config }));
      expect(error.message).toMatch(/certificate's altnames/);
      expect(error.hint).toContain("check the host name");
    });

    test("certificates may be files", async () => {
      const folder = mkdtempSync(join(tmpdir(), "hw-certs-"));
      const file = join(folder, "ca.pem");
      writeFileSync(file, caCertificate);
      expect((await seen(keys(tls, { sslMode: "verify-full", sslConfig: { caCertificate: file } }))).ssl).toBe(true);
      rmSync(folder, { recursive: true });
      const error = await refusal(keys(tls, { sslMode: "verify-full", sslConfig: { caCertificate: file } }));
      expect(error.message).toBe("The file of sslConfig.caCertificate cannot be read (ENOENT).");
    });
  },
);

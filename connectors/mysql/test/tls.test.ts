import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificates, MYSQL_PASSWORD, runMysql, startMysql } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, refusal } from "./reading.ts";

for (const release of ["MySQL 8.0", "MariaDB 10.11"] as const)
  await describeWith(
    `${release} with and without TLS`,
    async () => ({
      tls: await startMysql({ release, tls: true }),
      plain: await startMysql({ release }),
      named: await startMysql({ release, tls: { hosts: ["db.example"] } }),
    }),
    ({ tls, plain, named }) => {
      const { ca, client, stranger } = tls.certificates as Certificates;
      const caCertificate = ca.cert;
      const keys = (server: { port: number }, more: Record<string, unknown>): Record<string, unknown> => ({
        username: "root",
        password: MYSQL_PASSWORD,
        hostPort: `localhost:${server.port}`,
        ...more,
      });
      const connects = async (connection: Record<string, unknown>): Promise<boolean> => {
        await (await openPool(connection)).close();
        return true;
      };
      beforeAll(() =>
        runMysql(
          tls.url(),
          `CREATE USER encrypted IDENTIFIED BY '${MYSQL_PASSWORD}' REQUIRE SSL; CREATE USER certified IDENTIFIED BY '${MYSQL_PASSWORD}' REQUIRE X509`,
        ),
      );
      afterAll(() => Promise.all([tls, plain, named].map((server) => server.stop())));

      test.each([
        ["prefer", {}],
        ["require", {}],
        ["require", { caCertificate: stranger.cert }],
        ["verify-ca", { caCertificate }],
        ["verify-full", { caCertificate }],
        [undefined, {}],
        [undefined, { caCertificate }],
      ])("sslMode %s encrypts where the server can (%#)", async (sslMode, sslConfig) => {
        expect(
          await connects(
            keys(tls, { username: "encrypted", ...(sslMode === undefined ? {} : { sslMode }), sslConfig }),
          ),
        ).toBe(true);
      });

      test("sslMode disable does not, and is told when it must", async () => {
        expect(await connects(keys(tls, { sslMode: "disable" }))).toBe(true);
        expect((await refusal(keys(tls, { username: "encrypted", sslMode: "disable" }))).code).toBe("signIn");
      });

      test("a client's certificate is shown", async () => {
        const sslConfig = { caCertificate, sslCertificate: client.cert, sslKey: client.key };
        expect(await connects(keys(tls, { username: "certified", sslConfig }))).toBe(true);
        expect((await refusal(keys(tls, { username: "certified", sslConfig: { caCertificate } }))).code).toBe("signIn");
      });

      test.each([["disable"], ["prefer"], [undefined]])(
        "sslMode %s goes without where there is none",
        async (sslMode) => {
          expect(await connects(keys(plain, sslMode === undefined ? {} : { sslMode }))).toBe(true);
        },
      );

      test.each([["require"], ["verify-ca"], ["verify-full"]])("sslMode %s needs TLS", async (sslMode) => {
        const error = await refusal(keys(plain, { sslMode, sslConfig: { caCertificate } }));
        expect(error).toMatchObject({ code: "unreachable", sourceCode: "HANDSHAKE_NO_SSL_SUPPORT" });
        expect(error.hint).toContain("set sslMode to prefer or disable");
      });

      test("an authority that nobody knows, and a name that is another's, are refused where they are checked", async () => {
        for (const sslMode of ["verify-ca", "verify-full"])
          expect(await refusal(keys(tls, { sslMode, sslConfig: { caCertificate: stranger.cert } }))).toMatchObject({
            code: "unreachable",
            hint: expect.stringContaining("certificate is not trusted") as unknown,
          });
        const own = named.certificates?.ca.cert ?? "";
        expect(await connects(keys(named, { sslMode: "verify-ca", sslConfig: { caCertificate: own } }))).toBe(true);
        const error = await refusal(keys(named, { sslMode: "verify-full", sslConfig: { caCertificate: own } }));
        expect(error.hint).toContain("host name");
      });

      test("certificates may be files, and a file that is not there is named", async () => {
        const folder = mkdtempSync(join(tmpdir(), "hw-tls-"));
        const file = join(folder, "ca.pem");
        writeFileSync(file, caCertificate);
        expect(await connects(keys(tls, { username: "encrypted", connectionArguments: { ssl_ca: file } }))).toBe(true);
        rmSync(folder, { recursive: true });
        const error = await refusal(keys(tls, { sslConfig: { caCertificate: file } }));
        expect(error).toMatchObject({
          code: "signIn",
          message: "The file of sslConfig.caCertificate cannot be read (ENOENT).",
        });
      });
    },
  );

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Secret, secret } from "@headwater/core";
import { POSTGRES_PASSWORD } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { afterEach, expect, test, vi } from "vitest";
import { postgres } from "../src/index.ts";
import { keys, refusal } from "./connecting.ts";
import { configOf } from "./reading.ts";

await describePostgres((server) => {
  afterEach(() => vi.unstubAllEnvs());
  const without = keys(server, { authType: undefined });
  const connects = async (
    connection: Record<string, unknown>,
    prompt?: () => Promise<Secret | null>,
  ): Promise<boolean> => {
    const driver = await postgres.connect(configOf(connection), {
      intent: "metadata",
      group: "",
      signal: new AbortController().signal,
      ...(prompt ? { prompt } : {}),
    });
    await driver.close();
    return true;
  };
  const asSecret = (value: string) => secret().parse(value);

  test("comes from the workflow before PGPASSWORD", async () => {
    vi.stubEnv("PGPASSWORD", "wrong");
    expect(await connects(keys(server))).toBe(true);
    vi.stubEnv("PGPASSWORD", POSTGRES_PASSWORD);
    expect(await connects(without)).toBe(true);
  });

  test("comes from the pgpass file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hw-pgpass-"));
    const file = join(folder, "pgpass");
    writeFileSync(file, `localhost:${server.port}:*:postgres:${POSTGRES_PASSWORD}\n`);
    chmodSync(file, 0o600);
    vi.stubEnv("PGPASSFILE", file);
    expect(await connects(without)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  test("is asked for once, and only where the server wants one", async () => {
    vi.stubEnv("PGPASSFILE", "/nowhere");
    const prompt = vi.fn<() => Promise<Secret>>(async () => asSecret(POSTGRES_PASSWORD));
    const config = configOf(without);
    const options = { intent: "metadata", group: "", signal: new AbortController().signal, prompt } as const;
    const drivers = [await postgres.connect(config, options), await postgres.connect(config, options)];
    expect(prompt).toHaveBeenCalledExactlyOnceWith("Password for postgres at localhost");
    await Promise.all(drivers.map((driver) => driver.close()));
    const hostPort = `${server.socketFolder}:${server.port}`;
    const unasked = vi.fn<() => Promise<null>>(async () => null);
    expect(await connects({ ...without, hostPort }, unasked)).toBe(true);
    expect(unasked).not.toHaveBeenCalled();
  });

  test("that nobody has is asked for in words", async () => {
    vi.stubEnv("PGPASSFILE", "/nowhere");
    const error = await refusal(without);
    expect(error.code).toBe("signIn");
    expect(error.message).toBe("The server asks for the password of postgres, and none was given.");
    expect(error.hint).toContain("PGPASSWORD");
  });
});

import { isSourceError, type SourceError } from "@headwater/core";
import { POSTGRES_PASSWORD, postgresUrl, runSql } from "@headwater/test-servers";
import { postgres } from "../src/index.ts";
import { configOf, openPool } from "./reading.ts";

/** The error of a connection that must not come about. */
export async function refusal(connection: string | Record<string, unknown>): Promise<SourceError> {
  try {
    await (await openPool(connection)).close();
  } catch (error) {
    if (isSourceError(error)) return error;
    throw error;
  }
  throw new Error("It connected.");
}

/** How the server sees a connection that is opened with these keys. */
export async function seen(connection: Record<string, unknown>): Promise<{ ssl: boolean; application_name: string }> {
  const driver = await postgres.connect(configOf(connection), {
    intent: "metadata",
    group: "",
    signal: new AbortController().signal,
  });
  const { hostPort } = connection as { hostPort: string };
  const port = Number(/\d+$/.exec(hostPort)?.[0]);
  const [row] = await runSql<{ ssl: boolean; application_name: string }>(
    postgresUrl(port),
    `SELECT s.ssl, a.application_name FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
     WHERE a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'`,
  );
  await driver.close();
  if (row === undefined) throw new Error("The server sees no connection.");
  return row;
}

/** Keys of a workflow file for a server, as its superuser. */
export const keys = (server: { port: number }, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  username: "postgres",
  authType: { password: POSTGRES_PASSWORD },
  hostPort: `localhost:${server.port}`,
  database: "postgres",
  ...more,
});

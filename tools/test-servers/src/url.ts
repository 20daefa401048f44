import type { ClientConfig } from "pg";

/** The password of the superuser `postgres` of every server that is started here. */
export const POSTGRES_PASSWORD = "headwater-test";

/** The URL of a database of a server on this machine, as the superuser or as a role with its password. */
export function postgresUrl(
  port: number,
  database = "postgres",
  role: { user: string; password?: string } = { user: "postgres", password: POSTGRES_PASSWORD },
): string {
  const password = role.password === undefined ? "" : `:${encodeURIComponent(role.password)}`;
  return `postgres://${encodeURIComponent(role.user)}${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** A URL as the driver's settings. The driver's own reading of a URL leaves `%3B` and the like in database names. */
export function connectionOf(url: string): ClientConfig {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const options = searchParams.get("options");
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(options === null ? {} : { options }),
  };
}

import { describe, test } from "vitest";
import { type PostgresMajor, POSTGRES_MAJORS } from "./binaries.ts";
import { Unavailable } from "./binaries.ts";
import type { Lent, Wanted } from "./broker.ts";
import type { MysqlAddress } from "./mysql.ts";
import { MYSQL_RELEASES, type MysqlRelease } from "./mysql-binaries.ts";
import { BROKER_VARIABLE, note } from "./notes.ts";
import type { PostgresAddress } from "./postgres.ts";

/** The majors tests run on: 12 and 18, all of them in `npm run soak`, or those in `HEADWATER_POSTGRES_MAJORS` (`12,13,14`). */
export function testedMajors(): PostgresMajor[] {
  const wanted = process.env["HEADWATER_POSTGRES_MAJORS"];
  if (wanted === undefined || wanted === "")
    return process.env["HEADWATER_SOAK"] === "1" ? [...POSTGRES_MAJORS] : [12, 18];
  const numbers = wanted.split(",").map(Number);
  return POSTGRES_MAJORS.filter((major) => numbers.includes(major));
}

/**
 * The server of a major version that all test files share. Make a database of your own on it (`createDatabase`), and do not
 * stop it. Throws {@link Unavailable} when it cannot be had here; needs the package's global set-up.
 */
export function sharedPostgres(major: PostgresMajor = 18): Promise<PostgresAddress> {
  return borrow<PostgresAddress>({ postgres: major }, `PostgreSQL ${major}`);
}

/** As {@link sharedPostgres}: the server of a release of MySQL or MariaDB. Make a schema of your own on it (`createSchema`). */
export function sharedMysql(release: MysqlRelease = "MySQL 8.0"): Promise<MysqlAddress> {
  return borrow<MysqlAddress>({ mysql: release }, release);
}

async function borrow<Address>(wanted: Wanted, name: string): Promise<Address> {
  const broker = process.env[BROKER_VARIABLE];
  if (broker === undefined)
    throw new Error('Servers are shared by vitest\'s globalSetup: add "@headwater/test-servers/global-setup" to it.');
  const response = await fetch(`${broker}/servers`, { method: "POST", body: JSON.stringify(wanted) });
  if (!response.ok) throw new Error(`${name} did not start: ${await response.text()}`);
  const lent = (await response.json()) as Lent<Address>;
  if ("unavailable" in lent) throw new Unavailable(lent.unavailable);
  return lent.address;
}

/**
 * Describes tests that need a server. Where it cannot be had, they are skipped with the reason in their name and in the list at
 * the end of the run. `start` may return anything, say several servers at once. Await it at the top of a test file.
 */
export async function describeWith<Server>(
  server: string,
  start: () => Promise<Server>,
  define: (server: Server) => void,
): Promise<void> {
  const began = await start().then(
    (started) => ({ started }),
    (error: unknown) => {
      if (error instanceof Unavailable) return error.message;
      throw error;
    },
  );
  if (typeof began === "string") return cannotRun(server, began);
  // oxlint-disable-next-line vitest/valid-title -- the title is a string
  describe(server, () => {
    define(began.started);
  });
}

async function cannotRun(server: string, reason: string): Promise<void> {
  await note({ server, ran: false, reason });
  // oxlint-disable-next-line vitest/expect-expect -- it stands in the report for all that could not run
  test(`${server} can be had`, ({ skip }) => skip(reason));
}

/** Describes tests once for each tested major version of PostgreSQL, each on the server that all files share. */
export async function describePostgres(
  define: (server: PostgresAddress) => void,
  majors: readonly PostgresMajor[] = testedMajors(),
): Promise<void> {
  for (const major of majors) await describeWith(`PostgreSQL ${major}`, () => sharedPostgres(major), define);
}

/**
 * Releases of MySQL and MariaDB that tests run on: both MySQLs and the older MariaDB in `npm test`, all of them in `npm run soak`, or those in
 * `HEADWATER_MYSQL_RELEASES` (`MySQL 9,MariaDB 11.8`).
 */
export function testedReleases(): MysqlRelease[] {
  const wanted = process.env["HEADWATER_MYSQL_RELEASES"];
  if (wanted !== undefined && wanted !== "") {
    const names = wanted.split(",").map((name) => name.trim());
    return MYSQL_RELEASES.filter((release) => names.includes(release));
  }
  return process.env["HEADWATER_SOAK"] === "1" ? [...MYSQL_RELEASES] : ["MySQL 8.0", "MySQL 9", "MariaDB 10.11"];
}

/** Describes tests once for each tested release of MySQL and MariaDB, each on the server that all files share. */
export async function describeMysql(
  define: (server: MysqlAddress) => void,
  releases: readonly MysqlRelease[] = testedReleases(),
): Promise<void> {
  for (const release of releases) await describeWith(release, () => sharedMysql(release), define);
}

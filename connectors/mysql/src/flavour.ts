import { SourceError } from "@headwater/core/connector";

/** Which server it is, as far as that decides how it is asked. */
export interface Flavour {
  mariaDb: boolean;
  /** As one number: 8.0.15 is 80015, 10.11.18 is 101118. */
  release: number;
}

/** The product and its version, from what `@@version` tells: `MySQL 8.0.15`, `MariaDB 10.11.18`. */
export function productOf(version: string): string {
  if (!/mariadb/i.test(version)) return `MySQL ${version}`;
  return `MariaDB ${version.replace(/^5\.5\.5-/, "").replace(/-.*/s, "")}`;
}

const OLDEST = { mysql: 80_000, mariaDb: 100_600 } as const;

/**
 * What `@@version` tells: `8.0.15`, `9.7.4-2`, `10.11.18-MariaDB-0+deb12u1`, `5.5.5-10.6.4-MariaDB`. Throws a `SourceError` for a server that is
 * older than what is read here.
 */
export function flavourOf(version: string): Flavour {
  const mariaDb = /mariadb/i.test(version);
  // MariaDB before 11 puts a version before its own, for clients that expect MySQL.
  const numbers = (mariaDb ? version.replace(/^5\.5\.5-/, "") : version).match(/\d+/g) ?? [];
  const [major = 0, minor = 0, patch = 0] = numbers.slice(0, 3).map(Number);
  const release = major * 10_000 + minor * 100 + patch;
  if (release < (mariaDb ? OLDEST.mariaDb : OLDEST.mysql))
    throw new SourceError("refused", `The server is ${mariaDb ? "MariaDB" : "MySQL"} ${version}, which is too old.`, {
      hint: "MySQL is read from 8.0 on, MariaDB from 10.6 on.",
    });
  return { mariaDb, release };
}

/** What `SHOW GRANTS` says: which rights a role has, and a digest that changes with them. */
import { createHash } from "node:crypto";

/** One line of `SHOW GRANTS`. */
interface Grant {
  /** Whether it takes rights away again (MySQL's partial revokes). */
  revokes: boolean;
  /** In capitals. Those that are limited to some columns are left out. */
  privileges: ReadonlySet<string>;
  /** `null` for everything. */
  schema: RegExp | null;
  /** `null` for everything in the schema. */
  object: string | null;
}

/** The rights of the session's account with its active roles. */
export interface Grants {
  /** A hash of all rights. It does not change with the password. */
  digest: string;
  /** Whether the account has one of some privileges on a whole schema (`object` is `null`) or on one object in it. */
  allow: (schema: string, object: string | null, ...privileges: string[]) => boolean;
}

const QUOTED = "`(?:[^`]|``)*`";
const LINE = new RegExp(
  `^(GRANT|REVOKE) ((?:[^\`]|${QUOTED})+?) ON (?:(?:TABLE|FUNCTION|PROCEDURE|PACKAGE BODY|PACKAGE|SEQUENCE) )?(\\*|${QUOTED})\\.(\\*|${QUOTED}) (?:TO|FROM) `,
);
const PRIVILEGE = new RegExp(`([A-Z][A-Z_ ]*[A-Z])(\\s*\\((?:[^\`)]|${QUOTED})*\\))?`, "g");

/** Reads the lines of `SHOW GRANTS`, which are those of the account and of its active roles. */
export function readGrants(lines: readonly string[]): Grants {
  const grants = lines.flatMap(readLine);
  const given = (revokes: boolean, schema: string, object: string | null, privilege: string): boolean =>
    grants.some(
      (grant) =>
        grant.revokes === revokes &&
        (grant.schema === null || grant.schema.test(schema)) &&
        (grant.object === null || grant.object === object) &&
        (grant.privileges.has(privilege) || grant.privileges.has("ALL PRIVILEGES")),
    );
  return {
    digest: createHash("sha256").update(lines.map(withoutPassword).toSorted().join("\n")).digest("hex").slice(0, 32),
    allow: (schema, object, ...privileges) =>
      privileges.some(
        (privilege) => given(false, schema, object, privilege) && !given(true, schema, object, privilege),
      ),
  };
}

/** MariaDB shows the hash of the password, which is nobody's business. */
const withoutPassword = (line: string): string => line.replace(/ (?:IDENTIFIED|REQUIRE|WITH) .*$/, "");

function readLine(line: string): Grant[] {
  const [, word, privileges = "", schema = "", object = ""] = LINE.exec(line) ?? [];
  // A role that is granted, or a proxy: what they bring has lines of its own.
  if (word === undefined) return [];
  const whole = new Set<string>();
  for (const [, privilege = "", columns] of privileges.matchAll(PRIVILEGE))
    if (columns === undefined) whole.add(privilege);
  return [
    {
      revokes: word === "REVOKE",
      privileges: whole,
      schema: schema === "*" ? null : pattern(unquoted(schema)),
      object: object === "*" ? null : unquoted(object),
    },
  ];
}

const unquoted = (name: string): string => name.slice(1, -1).replaceAll("``", "`");

/** The name of a schema in a GRANT is a pattern: `_` is any character, `%` any number of them. */
function pattern(text: string): RegExp {
  const parts = text.replaceAll(
    /\\([\\%_])|([%_])|([^%_\\]+|\\)/g,
    (_, escaped?: string, wild?: string, plain?: string) =>
      wild === undefined ? escapedForRegExp(escaped ?? plain ?? "") : wild === "%" ? ".*" : ".",
  );
  return new RegExp(`^${parts}$`, "su");
}

const escapedForRegExp = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");

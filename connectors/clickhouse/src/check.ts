import { type CheckStep, onlyRow, SourceError } from "@headwater/core/connector";
import { identifier } from "./escape.ts";
import { visibility } from "./read-tables.ts";
import type { Requests } from "./requests.ts";

const RIGHTS = "SHOW DATABASES, SHOW TABLES, SHOW COLUMNS, SHOW DICTIONARIES";

/** The error of a user that lacks a right, with the statement that gives it. */
function missing(message: string, user: string): SourceError {
  return new SourceError("denied", message, { hint: `GRANT ${RIGHTS} ON *.* TO ${identifier(user)};` });
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

/** The steps of `headwater check`. */
export const check: readonly CheckStep<Requests>[] = [
  {
    name: "Sign in",
    required: true,
    loses: "nothing can be read",
    run: async ({ server }) => `ClickHouse ${server.version}`,
  },
  {
    name: "List the databases",
    required: true,
    loses: "nothing can be read",
    run: async (session) => {
      const databases = await session.all("schemas");
      const wanted = databases.filter((row) => row.wanted);
      if (wanted.length > 0) return `${wanted.length} to read: ${wanted.map(({ name }) => name).join(", ")}`;
      const [seen] = await session.all("visible");
      throw missing(
        databases.length === 0
          ? "The user sees no database."
          : `The user does not see the database of databaseSchema; it sees ${databases.map(({ name }) => name).join(", ")}.`,
        seen?.user ?? "",
      );
    },
  },
  {
    name: "Read tables and columns",
    required: true,
    loses: "tables and views cannot be read",
    run: async (session) => {
      const seen = await onlyRow(session, "visible");
      if (seen.tables > 0 && seen.withColumns === 0)
        throw missing(`The user sees ${count(seen.tables, "table")} and no column of any of them.`, seen.user);
      if (seen.tables === 0)
        throw missing(`The user sees ${count(seen.databases, "database")} and no table in any of them.`, seen.user);
      return `${count(seen.tables, "table")} in ${count(seen.databases, "database")}, as far as they were granted to ${seen.user}`;
    },
  },
  {
    name: "Read user-defined functions",
    required: false,
    loses: "functions cannot be read",
    run: async (session) => count((await session.all("functions")).length, "function"),
  },
  {
    name: "Know whether the grants have changed",
    required: false,
    loses: "what is gone is marked deleted only when two runs have missed it",
    run: async (session) => {
      const { digest } = await visibility(session);
      if (digest === undefined)
        throw new SourceError("refused", "The server does not answer SHOW GRANTS FINAL.", {
          hint: "Servers after 24.8 answer it to everybody.",
        });
    },
  },
];

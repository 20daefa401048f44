import { type CheckStep, type Session, SourceError } from "@headwater/core/connector";
import { account, identifier } from "./escape.ts";
import { flavourOf } from "./flavour.ts";
import { readGrants, type Grants } from "./grants.ts";
import { chooseLog } from "./query-log.ts";
import type { Requests } from "./requests.ts";

/** What a step of the check needs on every schema that is read. */
interface Needs {
  name: string;
  required: boolean;
  loses: string;
  /** One of these is enough. */
  privileges: readonly string[];
  /** What to grant on a schema. */
  grant: string;
}

const NEEDS: readonly Needs[] = [
  {
    name: "Read tables and columns",
    required: true,
    loses: "an account sees only what it has some right on",
    privileges: ["SELECT", "INSERT", "UPDATE", "REFERENCES"],
    grant: "SELECT",
  },
  {
    name: "Read the definitions of views",
    required: false,
    loses: "views are read without their queries",
    privileges: ["SHOW VIEW"],
    grant: "SHOW VIEW",
  },
  {
    name: "Read triggers",
    required: false,
    loses: "tables are read without their triggers",
    privileges: ["TRIGGER"],
    grant: "TRIGGER",
  },
  {
    name: "Read events",
    required: false,
    loses: "events are not seen",
    privileges: ["EVENT"],
    grant: "EVENT",
  },
];

/** The release of MySQL that brought SHOW_ROUTINE; before it, only SELECT on everything shows the texts of routines. */
const HAS_SHOW_ROUTINE = 80_020;

/** The steps of `headwater check`. */
export const check: readonly CheckStep<Requests>[] = [
  {
    name: "Sign in",
    required: true,
    loses: "nothing can be read",
    run: async ({ server }) => server.version,
  },
  {
    name: "List the schemas",
    required: true,
    loses: "nothing can be read",
    run: async (session) => {
      const schemas = await wantedSchemas(session);
      if (schemas.length > 0) return `${schemas.length} to read: ${schemas.join(", ")}`;
      throw new SourceError("denied", "The account sees no schema that is to be read.", {
        hint: `GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO ${account(await accountOf(session))};\nOr name a schema in the place of *, and check databaseSchema.`,
      });
    },
  },
  ...NEEDS.map(({ name, required, loses, privileges, grant }) => ({
    name,
    required,
    loses,
    run: async (session: Session<Requests>) => {
      const grants = await grantsOf(session);
      const lacking = (await wantedSchemas(session)).filter((schema) => !grants.allow(schema, null, ...privileges));
      if (lacking.length === 0) return;
      const to = account(await accountOf(session));
      throw new SourceError("denied", `The account has no ${grant} on ${lacking.join(", ")}.`, {
        hint: lacking.map((schema) => `GRANT ${grant} ON ${identifier(schema)}.* TO ${to};`).join("\n"),
        sourceCode: "1142",
      });
    },
  })),
  {
    name: "Read routines with their texts",
    required: false,
    loses: "routines are not seen, or without their texts",
    run: async (session) => {
      const grants = await grantsOf(session);
      const { mariaDb, release } = flavourOf(session.server.version);
      // SHOW CREATE ROUTINE is MariaDB's from 11.3 on; before, mysql.proc had to be readable.
      const sufficient = mariaDb
        ? grants.allow("mysql", "proc", "SELECT") ||
          (await wantedSchemas(session)).every((schema) => grants.allow(schema, null, "SHOW CREATE ROUTINE"))
        : grants.allow("", null, "SELECT", "SHOW_ROUTINE");
      if (sufficient) return;
      const to = account(await accountOf(session));
      throw new SourceError("denied", "The account may not see the texts of routines that are not its own.", {
        hint: mariaDb
          ? `GRANT SELECT ON mysql.proc TO ${to};`
          : `GRANT ${release >= HAS_SHOW_ROUTINE ? "SHOW_ROUTINE" : "SELECT"} ON *.* TO ${to};`,
        sourceCode: "1370",
      });
    },
  },
  {
    name: "Read a log of what was run",
    required: false,
    loses: "lineage and usage of queries; those of views and routines do not need it",
    run: async (session) => (await chooseLog(session)).note?.message,
  },
];

async function wantedSchemas(session: Session<Requests>): Promise<string[]> {
  return (await session.all("schemas")).filter(({ wanted }) => wanted).map(({ name }) => name);
}

async function grantsOf(session: Session<Requests>): Promise<Grants> {
  return readGrants((await session.all("grants")).map(({ line }) => line));
}

async function accountOf(session: Session<Requests>): Promise<string> {
  const [server] = await session.all("server");
  return server?.account ?? "";
}

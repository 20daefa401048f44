import { type Secret, SourceError } from "@headwater/core/connector";
import type { PostgresConfig } from "./config.ts";

/** Asks the person at the terminal. */
export type Prompt = (question: string) => Promise<Secret | null>;

// What a person typed is asked for once, however many sessions a run opens.
const TYPED = new WeakMap<PostgresConfig, Promise<Secret | null>>();

/**
 * The password, wanted only when the server asks for one: from the workflow, from PGPASSWORD, from the pgpass file, from the
 * person at the terminal. Throws a `SourceError` (`signIn`) when nobody has it.
 */
export async function findPassword(config: PostgresConfig, database: string, prompt?: Prompt): Promise<string> {
  if (config.password !== null) return config.password.reveal();
  const fromEnvironment = process.env["PGPASSWORD"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  const fromFile = await lookUp(config, database);
  if (fromFile !== undefined) return fromFile;
  if (prompt !== undefined) {
    const typed = TYPED.get(config) ?? prompt(`Password for ${config.username} at ${config.address.host}`);
    TYPED.set(config, typed);
    const secret = await typed;
    if (secret !== null) return secret.reveal();
  }
  throw new SourceError("signIn", `The server asks for the password of ${config.username}, and none was given.`, {
    hint: "Give authType.password (as ${VARIABLE}), set PGPASSWORD, or add a line to the pgpass file.",
  });
}

/** libpq's password file: PGPASSFILE, else ~/.pgpass. Source: PostgreSQL's manual, "The Password File". */
async function lookUp({ address, username }: PostgresConfig, database: string): Promise<string | undefined> {
  const { default: pgpass } = await import("pgpass");
  return new Promise((resolve) =>
    pgpass({ host: address.host, port: address.port, user: username, database }, (password) => resolve(password)),
  );
}

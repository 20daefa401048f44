import { readFile } from "node:fs/promises";
import type { ClientBase } from "pg";

/**
 * Makes the sample database in the empty database that `connection` is connected to as a superuser: seven schemas, their rows,
 * and seven roles without sign-in where the server does not have them yet. All of it or, on an error, nothing.
 * PostgreSQL 12 and later; takes about a second.
 */
export async function loadSampleDatabase(connection: Pick<ClientBase, "query">): Promise<void> {
  await connection.query((await script("schema.sql")) + (await script("rows.sql")));
}

/** Changes the sample database as a week of ordinary work does: `sql/week-later.sql`. All of it or, on an error, nothing. */
export async function applyWeekLater(connection: Pick<ClientBase, "query">): Promise<void> {
  await connection.query(await script("week-later.sql"));
}

// One text of several statements is one transaction: https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
function script(name: string): Promise<string> {
  return readFile(new URL(`../sql/${name}`, import.meta.url), "utf8");
}

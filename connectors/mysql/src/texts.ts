/**
 * The texts of routines, events and triggers. information_schema has them with the escapes in their literals already resolved: `'it''s'`
 * stands there as `'it's'` in MySQL, `'\\'` as `'\'` in both. `SHOW CREATE` has them as they were written.
 */
import { isSourceError } from "@headwater/core/connector";
import type { MysqlSession, Shown } from "./requests.ts";

/** A text, and whether it is the whole statement that creates the object. */
export interface ReadText {
  text: string;
  isWhole: boolean;
}

/**
 * Whether a text of information_schema may differ from what was written: with a backslash in it, and in MySQL with more quotes than one
 * literal or name has.
 */
export function isDoubtful(text: string, mariaDb: boolean): boolean {
  return text.includes("\\") || (!mariaDb && (text.match(/['"`]/g)?.length ?? 0) > 2);
}

/** The texts of objects as they were written, asked for only where those of information_schema are doubtful: at most one request. */
export async function readTexts(
  session: MysqlSession,
  objects: readonly (Shown & { text: string })[],
): Promise<Map<Shown, ReadText>> {
  const mariaDb = isMariaDb(session);
  const doubtful = objects.filter(({ text }) => isDoubtful(text, mariaDb));
  const statements = await readStatements(session, doubtful);
  return new Map(
    objects.map((object) => {
      // Without the right to see it, what is shown has to do.
      const statement = statements.get(object) ?? null;
      return [object, statement === null ? { text: object.text, isWhole: false } : { text: statement, isWhole: true }];
    }),
  );
}

/** The statements that create objects; those that are gone by now are left out. At most one request, unless some are gone. */
export async function readStatements(
  session: MysqlSession,
  objects: readonly Shown[],
): Promise<Map<Shown, string | null>> {
  if (objects.length === 0) return new Map();
  const asked = objects.map(({ kind, schema, name }): Shown => ({ kind, schema, name }));
  try {
    const rows = await session.all("statements", { objects: asked });
    return new Map(objects.map((object, at) => [object, rows[at]?.statement ?? null]));
  } catch (error) {
    if (!isSourceError(error) || error.code !== "refused") throw error;
    // One of them was dropped since it was listed; the others are not to suffer for it.
    if (objects.length === 1) return new Map();
    const middle = Math.ceil(objects.length / 2);
    return new Map([
      ...(await readStatements(session, objects.slice(0, middle))),
      ...(await readStatements(session, objects.slice(middle))),
    ]);
  }
}

/** Whether a session is one with MariaDB. */
export const isMariaDb = (session: MysqlSession): boolean => /mariadb/i.test(session.server.version);

import { type Gap, analyze } from "@headwater/sql-lineage";
import { type PlainStatement, dialectFor } from "../data.ts";

/** The kinds of statements that move rows: those that have to be read to the last token. */
export const READ_KINDS: ReadonlySet<string> = new Set([
  "select",
  "insert",
  "update",
  "delete",
  "merge",
  "create-as",
  "view",
  "ctas",
  "ctas/view",
]);

export interface ReadResult {
  readonly statement: PlainStatement;
  readonly gaps: readonly Gap[];
}

/** Reads all statements that move rows; those with no gap were fully read. */
export async function measureRead(statements: readonly PlainStatement[]): Promise<ReadResult[]> {
  const results: ReadResult[] = [];
  for (const statement of statements) {
    if (!READ_KINDS.has(statement.kind)) continue;
    const script = await analyze(statement.sql, { dialect: dialectFor(statement.dialect) });
    const gaps = script.statements.flatMap((one) => one.gaps);
    if (script.statements.length === 0)
      gaps.push({ span: [0, statement.sql.length], reason: "unread", detail: "no statement was found" });
    results.push({ statement, gaps });
  }
  return results;
}

import {
  analyze,
  type Dialect,
  type SchemaProvider,
  type ScriptLineage,
  type StatementLineage,
  type TableWrite,
  splitName,
} from "@headwater/sql-lineage";
import { comparable, type Answer, type RawEdge } from "../answer.ts";

/** Writes that put rows somewhere. */
export function putsRows({ mode }: TableWrite): boolean {
  return mode !== "drop" && mode !== "truncate" && mode !== "delete" && mode !== "rename";
}

/** What the engine says of one statement, as every system is asked to say it. */
export async function askOurs(sql: string, dialect: Dialect, schema?: SchemaProvider): Promise<Answer> {
  const script = await analyze(sql, { dialect, ...(schema === undefined ? {} : { schema }) });
  // All systems count the columns of `OVER (PARTITION BY a)`; few follow a name to a WINDOW clause.
  return answerOf(script, /\bwindow\s+\w+\s+as\b/i.test(sql));
}

/** One answer for all statements of a text; `namedWindows`: it has a WINDOW clause. */
export function answerOf(script: ScriptLineage, namedWindows = false): Answer {
  const statements = script.statements.filter(({ kind }) => kind !== "delete");
  // Others know functions in FROM by their alias or not at all.
  const functions = new Set(
    statements.flatMap(({ reads }) => reads.filter(({ kind }) => kind === "function").map(({ id }) => id)),
  );
  const columns: RawEdge[] = statements.flatMap((statement) =>
    statement.columns
      .filter(({ from }) => !functions.has(from.table ?? ""))
      .map(({ from, to, transformations }) => ({
        source: from.table === null ? null : splitName(from.table),
        column: from.column,
        target: to.table === null ? null : splitName(to.table),
        targetColumn: isNamed(statement, to.table, to.column) ? to.column : "<expr>",
        ordering: transformations.every(({ subtype }) => subtype === "SORT" || (subtype === "WINDOW" && namedWindows)),
      })),
  );
  return comparable({
    sources: statements.flatMap(({ reads }) =>
      reads.filter(({ id }) => !functions.has(id)).map(({ id }) => splitName(id)),
    ),
    targets: statements.flatMap(({ writes }) => writes.filter(putsRows).map(({ id }) => splitName(id))),
    columns,
    sure: script.statements.every(isSure),
  });
}

function isNamed(statement: StatementLineage, table: string | null, column: string): boolean {
  if (table !== null || statement.outputs === null) return true;
  return statement.outputs.find(({ name }) => name === column)?.named ?? true;
}

/** A statement is sure when it was read to the end and nothing in it can mean something else. A star counts as an answer. */
export function isSure({ gaps, columns }: StatementLineage): boolean {
  return gaps.length === 0 && columns.every(({ confidence }) => confidence === "exact" || confidence === "star");
}

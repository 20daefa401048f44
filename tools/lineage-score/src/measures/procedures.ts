import { analyze } from "@headwater/sql-lineage";
import { type PlainStatement, dialectFor } from "../data.ts";

export interface ProcedureResult {
  readonly statement: PlainStatement;
  readonly expected: Readonly<Record<Dml, number>>;
  readonly found: Readonly<Record<Dml, number>>;
}

export type Dml = "insert" | "update" | "delete" | "merge";

const KINDS: readonly Dml[] = ["insert", "update", "delete", "merge"];

/** Counts the INSERT, UPDATE, DELETE and MERGE statements inside procedural code that are found, against a count of words. */
export async function measureProcedures(statements: readonly PlainStatement[]): Promise<ProcedureResult[]> {
  const results: ProcedureResult[] = [];
  for (const statement of statements) {
    if (statement.kind !== "proc" && statement.kind !== "block") continue;
    const expected = countWords(statement.sql);
    if (KINDS.every((kind) => expected[kind] === 0)) continue;
    const script = await analyze(statement.sql, { dialect: dialectFor(statement.dialect) });
    const found = { insert: 0, update: 0, delete: 0, merge: 0 };
    for (const { kind, writes } of script.statements) {
      if (kind === "insert" || kind === "update" || kind === "delete" || kind === "merge") {
        // A multi-table insert counts once for each table.
        found[kind] +=
          kind === "insert"
            ? Math.max(1, writes.filter(({ mode }) => mode === "insert" || mode === "overwrite").length)
            : 1;
      }
    }
    results.push({ statement, expected, found });
  }
  return results;
}

/** How many of the expected ones were found. */
export function recall(results: readonly ProcedureResult[]): { found: number; expected: number } {
  let found = 0;
  let expected = 0;
  for (const result of results)
    for (const kind of KINDS) {
      expected += result.expected[kind];
      found += Math.min(result.found[kind], result.expected[kind]);
    }
  return { found, expected };
}

/**
 * Counts statements by their words alone, knowing nothing of any grammar: what stands outside comments and strings (bodies in
 * strings apart) and is not an event, a lock, a privilege or a branch of a MERGE.
 */
export function countWords(sql: string): Record<Dml, number> {
  const text = ` ${withoutStrings(sql)} `;
  const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
  return {
    insert: count(
      /(?<!\b(?:then|when\s+not\s+matched|before|after|or|of|for|on|grant|revoke|,|instead\s+of|as)\s*)\binsert\s+(?:ignore\s+)?(?:into|overwrite|all|first)\b/gi,
    ),
    update: count(
      /(?<!\b(?:then|before|after|or|of|for|on|do|key|grant|revoke|no\s+key|instead\s+of)\s+|,\s*)\bupdate\s+(?:only\s+|top\s*\(\s*\w+\s*\)\s+)?(?!set\b|of\b|on\b|nowait\b|skip\b|statistics\b)[^;]{1,200}?\bset\b/gi,
    ),
    delete: count(/(?<!\b(?:then|before|after|or|of|for|on|grant|revoke|instead\s+of)\s+|,\s*)\bdelete\s+from\b/gi),
    merge: count(/(?<!\b(?:inner|left|right|full|outer)\s+)\bmerge\s+into\b/gi),
  };
}

/** The text without comments and without strings that are no bodies. */
function withoutStrings(sql: string): string {
  const noComments = sql.replaceAll(/'(?:[^'\\]|''|\\.)*'|--[^\n]*|\/\*[^]*?\*\//g, (match) =>
    match.startsWith("'") ? match : " ",
  );
  return noComments.replaceAll(
    /(\b(?:as|is|do)\s+)?'((?:[^']|'')*)'/gi,
    (_match, before: string | undefined, body: string) =>
      before !== undefined && /\b(?:begin|select|insert|update|merge|delete)\b/i.test(body)
        ? `${before} ${body} `
        : `${before ?? ""} '' `,
  );
}

import { type ScriptLineage, analyze, schemaOf } from "@headwater/sql-lineage";
import { same, tableName, targetName } from "../answer.ts";
import { type LabelledCase, dialectFor } from "../data.ts";
import { answerOf, putsRows } from "../systems/ours.ts";
import { splitName } from "@headwater/sql-lineage";

export interface LabelledResult {
  readonly case: LabelledCase;
  readonly exact: boolean;
  readonly got: readonly string[];
  readonly wanted: readonly string[];
}

/** Reads every labelled case; exact means: the same set, no more and no less. */
export async function measureLabelled(cases: readonly LabelledCase[]): Promise<LabelledResult[]> {
  const results: LabelledResult[] = [];
  for (const one of cases) {
    const base = dialectFor(one.dialect);
    const dialect =
      one.config["SQLLINEAGE_LATERAL_COLUMN_ALIAS_REFERENCE"] === undefined
        ? base
        : { ...base, features: { ...base.features, lateralAliases: true } };
    const script = await analyze(one.sql, {
      dialect,
      ...(one.schema === null ? {} : { schema: schemaOf(one.schema) }),
    });
    const [got, wanted] =
      one.kind === "split" ? splits(script, one) : one.kind === "table" ? tables(script, one) : columns(script, one);
    results.push({ case: one, exact: same(got, wanted), got, wanted });
  }
  return results;
}

function splits(script: ScriptLineage, one: LabelledCase): [string[], string[]] {
  return [[String(script.statements.filter(({ within }) => within === null).length)], [String(one.statements)]];
}

/**
 * The tables a whole script reads from and writes to. What is dropped or renamed on the way does not count, and neither does
 * what one statement writes and another one reads: the conventions of the suite the cases come from.
 */
function tables(script: ScriptLineage, one: LabelledCase): [string[], string[]] {
  const read = new Set<string>();
  const written = new Set<string>();
  let statements = 0;
  for (const statement of script.statements) {
    const sources = statement.reads.filter(({ kind }) => kind !== "function").map((table) => id(table.id));
    if (statement.kind === "rename") {
      statement.writes.forEach((table, i) => {
        const from = sources[i];
        if (from === undefined) return;
        for (const set of [read, written]) if (set.delete(from)) set.add(id(table.id));
      });
      continue;
    }
    for (const table of statement.writes)
      if (table.mode === "drop" && !read.has(id(table.id))) written.delete(id(table.id));
    if (statement.kind === "delete" || statement.kind === "drop" || statement.kind === "truncate") continue;
    const targets = statement.writes.filter(putsRows).map((table) => id(table.id));
    if (sources.length > 0 || targets.length > 0) statements++;
    for (const table of sources) read.add(table);
    for (const table of targets) written.add(table);
  }
  if (statements > 1) {
    for (const table of read) if (written.delete(table)) read.delete(table);
  }
  return [
    [...[...read].toSorted().map((table) => `< ${table}`), ...[...written].toSorted().map((table) => `> ${table}`)],
    [
      ...(one.sources ?? [])
        .map(entryName)
        .toSorted()
        .map((table) => `< ${table}`),
      ...(one.targets ?? [])
        .map(entryName)
        .toSorted()
        .map((table) => `> ${table}`),
    ],
  ];
}

function id(text: string): string {
  return tableName(splitName(text));
}

function entryName(entry: { readonly table?: string; readonly path?: string }): string {
  return tableName([entry.table ?? entry.path ?? ""]);
}

function columns(script: ScriptLineage, one: LabelledCase): [string[], string[]] {
  const wanted = (one.columns ?? [])
    .filter(([[, column], [, target]]) => column !== "*" || target === "*")
    .map(
      ([[table, column], [target, targetColumn]]) =>
        `${table === null ? "?" : tableName([table])}.${tableName([column])}>${tableName([target])}.${targetName(targetColumn)}`,
    );
  const { columns: found, ordering } = answerOf(script);
  // Whether what only orders a list belongs to it is left to the label.
  const got = (found ?? []).filter((edge) => !ordering.includes(edge) || wanted.includes(edge));
  return [got, [...new Set(wanted)].toSorted()];
}

/** Share of the pairs that were found which are right, and of the right ones that were found. */
export function pairs(results: readonly LabelledResult[]): { precision: number; recall: number } {
  let found = 0;
  let right = 0;
  let wanted = 0;
  for (const result of results) {
    const set = new Set(result.wanted);
    found += result.got.length;
    wanted += result.wanted.length;
    right += result.got.filter((pair) => set.has(pair)).length;
  }
  return { precision: found === 0 ? 1 : right / found, recall: wanted === 0 ? 1 : right / wanted };
}

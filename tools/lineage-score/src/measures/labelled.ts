import { type ScriptLineage, type StatementLineage, analyze, schemaOf, splitName } from "@headwater/sql-lineage";
import { same, tableName, targetName } from "../answer.ts";
import { type LabelledCase, dialectFor } from "../data.ts";
import { answerOf, putsRows } from "../systems/ours.ts";

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
    const dialect = isOn(one, "LATERAL_COLUMN_ALIAS_REFERENCE")
      ? { ...base, features: { ...base.features, lateralAliases: true } }
      : base;
    const schemaName = switchOf(one, "DEFAULT_SCHEMA");
    const script = await analyze(one.sql, {
      dialect,
      ...(schemaName === undefined ? {} : { defaults: { searchPath: [schemaName] } }),
      ...(one.schema === null ? {} : { schema: schemaOf(one.schema) }),
    });
    const [got, wanted] =
      one.kind === "split" ? splits(script, one) : one.kind === "table" ? tables(script, one) : columns(script, one);
    results.push({ case: one, exact: same(got, wanted), got, wanted });
  }
  return results;
}

/** A switch of the suite the case comes from. */
function switchOf({ config }: LabelledCase, name: string): string | undefined {
  return config[`SQLLINEAGE_${name}`] ?? config[name];
}

function isOn(one: LabelledCase, name: string): boolean {
  return /^(?:1|true|yes|on)$/i.test(switchOf(one, name) ?? "");
}

function splits(script: ScriptLineage, one: LabelledCase): [string[], string[]] {
  return [[String(script.statements.filter(({ within }) => within === null).length)], [String(one.statements)]];
}

/**
 * The tables a whole script reads from and writes to, by the conventions of the suite the labels come from. Each statement (a routine
 * is one) leads from every table it reads to every table it writes; what only leads on from one to another is neither a source nor
 * a target of the whole, unless a statement reads it and writes nothing, writes it and reads nothing, or does both to it. What is
 * dropped counts if anything leads to it or from it, and a table that is renamed has its new name all along. Whether what is deleted
 * or truncated counts as written is left to the label.
 */
function tables(script: ScriptLineage, one: LabelledCase): [string[], string[]] {
  const sources = (one.sources ?? []).map(entryName);
  const targets = (one.targets ?? []).map(entryName);
  const flow = new TableFlow();
  for (const unit of units(script)) {
    const from = new Set<string>();
    const into = new Set<string>();
    for (const statement of unit) {
      const reads = statement.reads.filter(({ kind }) => kind !== "function").map((table) => id(table.id));
      const writes = statement.writes.map((table) => id(table.id));
      if (statement.kind === "rename") {
        for (const [i, to] of writes.entries()) if (reads[i] !== undefined) flow.rename(reads[i], to);
        continue;
      }
      if (statement.kind === "drop") for (const table of writes) flow.drop(table);
      if (UNCOUNTED.has(statement.kind)) {
        for (const table of writes) if (targets.includes(table)) into.add(table);
        for (const table of reads) if (sources.includes(table)) from.add(table);
        continue;
      }
      for (const table of reads) from.add(table);
      for (const table of statement.writes.filter(putsRows)) into.add(id(table.id));
    }
    flow.add(from, into);
  }
  const list = (from: Iterable<string>, into: Iterable<string>): string[] => [
    ...[...new Set(from)].toSorted().map((table) => `< ${table}`),
    ...[...new Set(into)].toSorted().map((table) => `> ${table}`),
  ];
  // A table variable leads from one table to another, and is none itself.
  const named = (found: ReadonlySet<string>): string[] => [...found].filter((table) => !/^@\w+$/.test(table));
  return [list(named(flow.sources()), named(flow.targets())), list(sources, targets)];
}

/** Which tables of a script lead to which. */
class TableFlow {
  private edges: { from: string; to: string }[] = [];
  private readonly looked = new Set<string>();
  private readonly filled = new Set<string>();
  private readonly both = new Set<string>();

  add(from: ReadonlySet<string>, into: ReadonlySet<string>): void {
    if (into.size === 0) for (const table of from) this.looked.add(table);
    if (from.size === 0) for (const table of into) this.filled.add(table);
    for (const table of from) if (into.has(table)) this.both.add(table);
    for (const source of from) for (const target of into) this.edges.push({ from: source, to: target });
  }

  drop(table: string): void {
    if (this.edges.some(({ from, to }) => from === table || to === table)) return;
    for (const set of [this.looked, this.filled, this.both]) set.delete(table);
  }

  rename(was: string, is: string): void {
    for (const set of [this.looked, this.filled, this.both]) if (set.delete(was)) set.add(is);
    const name = (table: string): string => (table === was ? is : table);
    this.edges = this.edges.map(({ from, to }) => ({ from: name(from), to: name(to) }));
  }

  sources(): Set<string> {
    const led = new Set(this.edges.map(({ to }) => to));
    return new Set([
      ...this.edges.map(({ from }) => from).filter((table) => !led.has(table)),
      ...this.looked,
      ...this.both,
    ]);
  }

  targets(): Set<string> {
    const leading = new Set(this.edges.map(({ from }) => from));
    return new Set([
      ...this.edges.map(({ to }) => to).filter((table) => !leading.has(table)),
      ...this.filled,
      ...this.both,
    ]);
  }
}

/** Statements that put no rows anywhere, or only in a cache of the session. */
const UNCOUNTED: ReadonlySet<string> = new Set(["delete", "drop", "truncate", "cache"]);

/** The statements that are judged together: those of a routine, else each by itself. */
function units({ statements }: ScriptLineage): StatementLineage[][] {
  const result: StatementLineage[][] = [];
  const unitOf = new Map<number, StatementLineage[]>();
  statements.forEach((statement, index) => {
    const outer = statement.within === null ? undefined : unitOf.get(statement.within);
    const unit = outer ?? [];
    if (outer === undefined) result.push(unit);
    unit.push(statement);
    const isRoutine = statement.kind === "procedure" || statement.kind === "function" || statement.kind === "trigger";
    if (outer !== undefined || isRoutine) unitOf.set(index, unit);
  });
  return result;
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
        `${table === null ? "?" : tableName([table])}.${tableName([column])}>${target === null ? "" : tableName([target])}.${targetName(targetColumn)}`,
    );
  const toResults = wanted.some((edge) => edge.includes(">."));
  const found = endToEnd(script).filter((edge) => toResults || !edge.includes(">."));
  const { ordering } = answerOf(script);
  // Whether what only orders a list belongs to it is left to the label.
  const got = found.filter((edge) => !ordering.includes(edge) || wanted.includes(edge));
  return [[...new Set(got)].toSorted(), [...new Set(wanted)].toSorted()];
}

/** The edges of a script from where data comes to where it ends: a column that a later statement reads on is neither. */
function endToEnd(script: ScriptLineage): string[] {
  const origins = new Map<string, Set<string>>();
  const passedOn = new Set<string>();
  for (const statement of script.statements) {
    const made = new Map<string, Set<string>>();
    for (const edge of answerOf({ ...script, statements: [statement] }).columns ?? []) {
      const arrow = edge.indexOf(">");
      const from = edge.slice(0, arrow);
      const to = edge.slice(arrow + 1);
      const known = origins.get(from);
      if (known !== undefined) passedOn.add(from);
      const set = made.get(to) ?? new Set(to.startsWith(".") ? [] : origins.get(to));
      for (const origin of known ?? [from]) set.add(origin);
      made.set(to, set);
    }
    for (const [to, set] of made) origins.set(to, set);
  }
  return [...origins].flatMap(([to, set]) => (passedOn.has(to) ? [] : [...set].map((from) => `${from}>${to}`)));
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

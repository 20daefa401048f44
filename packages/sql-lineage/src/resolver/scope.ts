import type { Dialect } from "../dialect.ts";
import { AMBIGUOUS, type How, IDENTITY, TRANSFORMATION, compose } from "../how.ts";
import { type Cte, type Name, type TargetTable, VARIABLE_NAME, WINDOW_NAME } from "../ir.ts";
import type { Budget } from "./budget.ts";
import { type Flow, FlowSet, type Output, Source } from "./flow.ts";
import { type Table, foldPart } from "./tables.ts";

/** A relation in FROM, as names see it. */
export interface Visible {
  /** Alias in lower case; a table without one is found by its own name. */
  readonly alias: string | null;
  /** The parts of a table's name in lower case. */
  readonly path: readonly string[] | null;
  /** A base table; its columns are looked up there. */
  readonly table: Table | null;
  /** The columns of anything else. */
  readonly outputs: readonly Output[] | null;
  /** Not part of `*`. */
  readonly hidden: boolean;
  /** Columns that USING or NATURAL merges with those before, in lower case. */
  readonly merged: ReadonlySet<string> | null;
  /** What the whole relation is made of, for functions: its alias can stand for its value. */
  readonly value: readonly Flow[] | null;
}

/** What names mean at one place. */
export interface Scope {
  readonly relations: Visible[];
  readonly parent: Scope | null;
  /** Columns of the SELECT that can be used in itself, in lower case. */
  aliases: Map<string, Output> | null;
  /** Values of a WITH: each SELECT below reads them over its own relations. */
  scalars: readonly Cte[] | null;
  /** Named windows, in lower case. */
  windows: Map<string, readonly Flow[]> | null;
  /** The tables whose columns are not known, once somebody asked; worth keeping because every unqualified name asks. */
  openTables: readonly Table[] | null;
  /** The relations by what they are called, once there are many. */
  index: RelationIndex | null;
}

/** Relations by alias and by the last part of their table's name, in lower case. */
interface RelationIndex {
  readonly byName: Map<string, Visible[]>;
  /** How many of the scope's relations are in it. */
  count: number;
}

export function newScope(parent: Scope | null): Scope {
  return { relations: [], parent, aliases: null, scalars: null, windows: null, openTables: null, index: null };
}

const INDEX_FROM = 16;

/** The relations that may be called `lower`: all of them while they are few. */
function called(scope: Scope, lower: string): readonly Visible[] {
  const { relations } = scope;
  if (relations.length < INDEX_FROM) return relations;
  if (scope.index === null || scope.index.count > relations.length) scope.index = { byName: new Map(), count: 0 };
  const { byName } = scope.index;
  for (; scope.index.count < relations.length; scope.index.count++) {
    const relation = relations[scope.index.count]!;
    const { alias } = relation;
    const last = relation.path?.at(-1);
    for (const name of alias === last ? [alias] : [alias, last]) {
      if (name == null) continue;
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [relation]);
      else same.push(relation);
    }
  }
  return byName.get(lower) ?? NO_RELATIONS;
}

const NO_RELATIONS: readonly Visible[] = [];

/** `$2`: the second column, whatever its name (Snowflake). */
function atPosition(outputs: readonly Output[], lower: string): readonly Flow[] | null {
  const position = Number(lower.slice(1));
  if (!(position >= 1) || outputs.slice(0, position).some(({ star }) => star !== null)) return null;
  return outputs[position - 1]?.flows ?? null;
}

/** Where variables' values come from, by name in lower case. */
export interface Variables {
  readonly get: (name: string) => VariableValue | undefined;
}

export interface VariableValue {
  readonly flows: readonly Flow[];
  /** The fields of a record, in lower case. What is assigned to one is put in here: a copy for each would be one too many. */
  readonly fields: Map<string, readonly Flow[]> | null;
  /** The table it is a row of (a trigger's NEW): its fields are the table's columns, and what was assigned to them besides. */
  readonly table?: Table;
  /** What is assigned to its fields goes into the table. */
  readonly goesIn?: boolean;
}

/** Finds what columns' names mean. */
export class ColumnFinder {
  private readonly dialect: Dialect;
  private readonly variables: Variables;
  private readonly budget: Budget;
  private readonly unresolved = new Map<string, Source[]>();

  constructor(dialect: Dialect, variables: Variables, budget: Budget) {
    this.dialect = dialect;
    this.variables = variables;
    this.budget = budget;
  }

  /** The flows of a column's name. `aliasFirst`: an alias of the SELECT goes before a column (ORDER BY). */
  find(name: Name, scope: Scope, aliasFirst: boolean): readonly Flow[] {
    const { parts } = name;
    if (parts.length === 1) return this.unqualified(parts[0]!, (name.quoted & 1) !== 0, scope, aliasFirst);
    return this.qualified(name, scope);
  }

  /** The rows that were put into a variable; undefined when nothing was. */
  rowsOfVariable(name: string): VariableValue | undefined {
    return this.variables.get(name.toLowerCase());
  }

  /** All flows of `alias.*`, or of every relation when `name` is just a star. */
  all(parts: readonly string[], scope: Scope): readonly Flow[] {
    const set = new FlowSet();
    const lower = parts.map((part) => part.toLowerCase());
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      const found = lower.length === 0 ? at.relations : this.matching(at, lower);
      if (found.length === 0) continue;
      for (const relation of found) {
        if (relation.table !== null) {
          const { table } = relation;
          if (table.columns === null) set.add(table.source("*").by(IDENTITY));
          else for (const column of table.columns) set.add(table.source(column).by(IDENTITY));
        } else for (const output of relation.outputs ?? []) set.addAll(output.flows);
      }
      return set.items;
    }
    return set.items;
  }

  /** Relations a qualifier names: by alias, else by the end of a table's name. */
  matching(scope: Scope, qualifier: readonly string[]): Visible[] {
    const relations = called(scope, qualifier.at(-1)!);
    if (qualifier.length === 1) {
      const [only] = qualifier;
      const aliased = relations.filter((relation) => relation.alias === only);
      if (aliased.length > 0) return aliased;
    }
    const byName = relations.filter(({ path }) => path !== null && endsPath(path, qualifier));
    if (byName.length > 0)
      return byName.some(({ alias }) => alias === null) ? byName.filter(({ alias }) => alias === null) : byName;
    if (qualifier.length > 1)
      return relations.filter(
        ({ path, alias }) =>
          path !== null && alias === null && path.length < qualifier.length && endsPath(qualifier, path),
      );
    return [];
  }

  /** An unqualified name; of unknown origin when nothing here can have it. */
  private unqualified(text: string, quoted: boolean, scope: Scope, aliasFirst: boolean): readonly Flow[] {
    const lower = text.toLowerCase();
    if (this.dialect.features.aliasesBeforeColumns) {
      for (let at: Scope | null = scope; at !== null; at = at.parent) {
        const alias = at.aliases?.get(lower);
        if (alias !== undefined) return alias.flows;
      }
    }
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      if (aliasFirst && at === scope) {
        const alias = at.aliases?.get(lower);
        if (alias !== undefined) return alias.flows;
      }
      const found = this.inScope(at, text, lower, quoted);
      if (found !== null) return found;
    }
    const variable = this.variables.get(lower);
    if (variable !== undefined) return variable.flows;
    const row = wholeRow(scope, lower);
    if (row !== null) return row;
    const [only] = scope.relations;
    // The only table there is: more likely the schema is old than the SQL is wrong.
    if (scope.relations.length === 1 && scope.parent === null && only!.table !== null)
      return [only!.table.source(text).by(IDENTITY | AMBIGUOUS)];
    return [this.unknown(text, candidatesOf(scope)).by(IDENTITY)];
  }

  private inScope(scope: Scope, text: string, lower: string, quoted: boolean): readonly Flow[] | null {
    const { relations } = scope;
    this.budget.spend(relations.length);
    if (relations.length === 1 && scope.aliases === null && scope.parent === null) {
      // Most queries: one table, and we know its columns or nothing about them.
      const { table } = relations[0]!;
      if (table !== null && table.columns === null && this.variables.get(lower) === undefined)
        return [table.source(text).by(IDENTITY)];
    }
    if (!relations.some(isHidden)) return this.among(relations, scope, text, lower, quoted);
    // What is only there to be compared with comes last.
    const hidden = relations.filter(isHidden);
    const shown = relations.filter((relation) => !relation.hidden);
    return this.among(shown, scope, text, lower, quoted) ?? this.among(hidden, scope, text, lower, quoted);
  }

  private among(
    relations: readonly Visible[],
    scope: Scope,
    text: string,
    lower: string,
    quoted: boolean,
  ): readonly Flow[] | null {
    let definite: readonly Flow[] | null = null;
    let owners: Visible[] | null = null;
    let merged = false;
    for (const relation of relations) {
      if (relation.merged?.has(lower) === true) merged = true;
      const flows = this.definite(relation, text, lower, quoted);
      if (flows === null) continue;
      if (definite === null) definite = flows;
      (owners ??= []).push(relation);
    }
    if (merged) return this.mergedColumn(relations, text, quoted);
    if (owners !== null && owners.length > 1) {
      // The same column twice is an error in SQL.
      const tables = owners.flatMap(({ table }) => table ?? []);
      if (tables.length === owners.length) return [this.unknown(text, tables).by(IDENTITY)];
      const set = new FlowSet();
      for (const owner of owners) set.addAll(this.definite(owner, text, lower, quoted) ?? [], IDENTITY | AMBIGUOUS);
      return set.items;
    }
    if (definite !== null) return definite;
    for (const relation of relations) if (relation.value !== null && relation.alias === lower) return relation.value;
    const open = relations.filter((relation) => canHold(relation, lower) === STRONG);
    const alias = scope.aliases?.get(lower);
    if (alias !== undefined) return this.aliasOrColumn(alias, open, text);
    const variable = this.variables.get(lower);
    if (variable !== undefined) return this.variableOrColumn(variable, open, text, lower);
    if (open.length === 1) {
      const flows = assume(open[0]!, text, lower);
      const elsewhere = scope.parent === null ? null : this.definiteAbove(scope.parent, text, lower, quoted);
      if (elsewhere === null) return flows;
      // The inner table may have it or not; the outer one does.
      return [this.unknown(text, tablesOf([...flows, ...elsewhere])).by(IDENTITY)];
    }
    if (open.length > 1) {
      const tables = openTables(scope, open) ?? open.flatMap((relation) => tablesOf(assume(relation, text, lower)));
      return [this.unknown(text, tables).by(IDENTITY)];
    }
    const weak = relations.filter((relation) => canHold(relation, lower) === WEAK);
    if (weak.length === 0) return null;
    const set = new FlowSet();
    for (const relation of weak)
      set.addAll(assume(relation, text, lower), weak.length === 1 ? IDENTITY : IDENTITY | AMBIGUOUS);
    return set.items;
  }

  /** A name that is a variable, and perhaps a column of a table nobody told us of. */
  private variableOrColumn(
    variable: VariableValue,
    open: readonly Visible[],
    text: string,
    lower: string,
  ): readonly Flow[] {
    const { conflictingNames } = this.dialect.features;
    if (open.length !== 1 || conflictingNames === "variable") return variable.flows;
    if (conflictingNames === "column") return assume(open[0]!, text, lower);
    const set = new FlowSet();
    set.addAll(variable.flows, IDENTITY | AMBIGUOUS);
    set.addAll(assume(open[0]!, text, lower), IDENTITY | AMBIGUOUS);
    return set.items;
  }

  /** A name that is an alias of the same SELECT, and perhaps a column too. */
  private aliasOrColumn(alias: Output, open: readonly Visible[], text: string): readonly Flow[] {
    if (open.length === 0) return alias.flows;
    if (open.length === 1) {
      const column = assume(open[0]!, text, alias.lower);
      // Made from the column of its own name: that column is what is meant, and both readings end at the same place.
      if (
        column.every((flow) => alias.flows.some((made) => made.source === flow.source)) &&
        alias.flows.every((made) => column.some((flow) => flow.source === made.source))
      )
        return column;
    }
    const set = new FlowSet();
    for (const { source, how } of alias.flows) set.add(source.by(how | AMBIGUOUS));
    return set.items;
  }

  private definiteAbove(scope: Scope, text: string, lower: string, quoted: boolean): readonly Flow[] | null {
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      for (const relation of at.relations) {
        const flows = relation.table === null ? null : this.definite(relation, text, lower, quoted);
        if (flows !== null) return flows;
      }
    }
    return null;
  }

  /** A column that USING or NATURAL made of one on each side. */
  mergedColumn(relations: readonly Visible[], text: string, quoted = false): readonly Flow[] {
    this.budget.spend(relations.length);
    const lower = text.toLowerCase();
    const set = new FlowSet();
    const left: Visible[] = [];
    let joined = false;
    for (const relation of relations) {
      const flows = this.definite(relation, text, lower, quoted);
      if (relation.merged?.has(lower) === true) {
        if (!joined) {
          joined = true;
          const certain = left.filter((one) => this.definite(one, text, lower, quoted) !== null);
          const side = certain.length > 0 ? certain : left.filter((one) => canHold(one, lower) !== NO);
          if (side.length === 1)
            set.addAll(this.definite(side[0]!, text, lower, quoted) ?? assume(side[0]!, text, lower));
          else if (side.length > 1) {
            if (certain.length > 0) for (const one of side) set.addAll(this.definite(one, text, lower, quoted)!);
            else
              set.add(
                this.unknown(
                  text,
                  side.flatMap((one) => tablesOf(assume(one, text, lower))),
                ).by(IDENTITY),
              );
          }
        }
        set.addAll(flows ?? assume(relation, text, lower));
      } else if (!joined) left.push(relation);
    }
    return set.items;
  }

  private qualified(name: Name, scope: Scope): readonly Flow[] {
    const { parts } = name;
    if (parts[0] === VARIABLE_NAME) {
      const variable = this.variables.get(parts[1]!.toLowerCase());
      if (variable === undefined) return [];
      return parts[2] === undefined ? variable.flows : this.fieldOf(variable, parts[2], (name.quoted & 4) !== 0);
    }
    if (parts.length === 2 && parts[1] !== "*") {
      const relation = byAlias(scope, parts[0]!.toLowerCase());
      if (relation !== null) {
        const flows = this.columnOf(relation, parts[1]!, parts[1]!.toLowerCase(), (name.quoted & 2) !== 0);
        if (flows !== null) return flows;
      }
    }
    const lower = parts.map((part) => part.toLowerCase());
    if (lower[0] === WINDOW_NAME) return this.window(lower[1]!, scope);
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      for (let length = Math.min(parts.length - 1, 4); length >= 1; length--) {
        const relations = this.matching(at, lower.slice(0, length));
        if (relations.length === 0) continue;
        const relation = relations[0]!;
        const text = parts[length]!;
        if (text === "*") return this.all(parts.slice(0, length), at);
        const how = length < parts.length - 1 ? TRANSFORMATION : IDENTITY;
        const flows = this.columnOf(relation, text, lower[length]!, (name.quoted & (1 << length)) !== 0);
        if (flows !== null) return withHow(flows, how);
        if (length === 1 && parts.length > 2) continue;
        return [];
      }
    }
    if (lower[0] === "session" && parts.length === 2) {
      // session.variable (Databricks, Variables)
      const variable = this.variables.get(lower[1]!);
      if (variable !== undefined) return variable.flows;
    }
    const record = this.variables.get(lower[0]!);
    if (parts.at(-1) === "*") return record?.table === undefined ? [] : record.flows;
    if (record !== undefined) return this.fieldOf(record, parts[1]!, (name.quoted & 2) !== 0);
    // No relation is called that: a field of a column's value.
    if (this.dialect.features.structFields || parts.length === 1) {
      return withHow(this.unqualified(parts[0]!, (name.quoted & 1) !== 0, scope, false), TRANSFORMATION);
    }
    return [this.unknown(parts.at(-1)!, []).by(IDENTITY)];
  }

  /** The row of a table that a variable is, for `NEW.*`. */
  rowOf({ parts }: Name): Visible | null {
    const table = parts.length === 1 ? this.variables.get(parts[0]!.toLowerCase())?.table : undefined;
    return table === undefined ? null : rowsOf(table);
  }

  /** A field of a record. */
  private fieldOf({ table, fields, flows }: VariableValue, text: string, quoted: boolean): readonly Flow[] {
    const lower = text.toLowerCase();
    if (table === undefined) {
      const field = fields?.get(lower);
      if (field !== undefined) return field;
      // A row of a table whose columns nobody told us has any.
      const rows = fields === null ? flows : fields.get("*");
      if (rows === undefined) return flows;
      return rows.map((flow) => {
        const { source, how } = flow;
        return source.column === "*" && source.table !== null ? source.table.source(text).by(how) : flow;
      });
    }
    const column = this.columnOf(rowsOf(table), text, lower, quoted) ?? [];
    const assigned = fields?.get(lower);
    return assigned === undefined ? column : [...column, ...assigned];
  }

  private window(name: string, scope: Scope): readonly Flow[] {
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      const flows = at.windows?.get(name);
      if (flows !== undefined) return flows;
    }
    return [];
  }

  /** A column of a relation that was named; null when it cannot have it. */
  columnOf(relation: Visible, text: string, lower: string, quoted: boolean): readonly Flow[] | null {
    const definite = this.definite(relation, text, lower, quoted);
    if (definite !== null) return definite;
    if (canHold(relation, lower) !== NO) return assume(relation, text, lower);
    // The schema does not know it: more likely the schema is old than the SQL is wrong.
    if (relation.table !== null) return [relation.table.source(text).by(IDENTITY | AMBIGUOUS)];
    if (relation.value !== null) return relation.value;
    return null;
  }

  /** The flows of a column a relation is known to have. */
  private definite(relation: Visible, text: string, lower: string, quoted: boolean): readonly Flow[] | null {
    const { table, outputs } = relation;
    if (table !== null) {
      if (table.columns === null) return null;
      const spelling = table.spelling(lower);
      if (spelling === undefined) return null;
      if (spelling !== null) return [table.source(spelling).by(IDENTITY)];
      const folded = foldPart(text, quoted ? this.dialect.names.quoted : this.dialect.names.unquoted);
      if (table.columns.includes(folded)) return [table.source(folded).by(IDENTITY)];
      return [table.source(text).by(IDENTITY | AMBIGUOUS)];
    }
    if (outputs === null) return null;
    let found: Output | null = null;
    let several: Output[] | null = null;
    for (const output of outputs) {
      if (output.lower !== lower || output.star !== null) continue;
      if (found === null) found = output;
      else (several ??= [found]).push(output);
    }
    if (several === null) {
      if (found !== null) return found.flows;
      return lower.charCodeAt(0) === 36 ? atPosition(outputs, lower) : null;
    }
    // Columns that differ in case only, or two of the same name: exact, else all of them.
    const folded = foldPart(text, quoted ? this.dialect.names.quoted : this.dialect.names.unquoted);
    const exact = several.filter((output) => output.name === folded || output.name === text);
    const set = new FlowSet();
    for (const output of exact.length > 0 ? exact : several)
      set.addAll(output.flows, several.length > 1 && exact.length !== 1 ? IDENTITY | AMBIGUOUS : IDENTITY);
    return set.items;
  }

  /** A column that cannot be placed. */
  unknown(column: string, candidates: readonly Table[]): Source {
    const key = column.toLowerCase();
    const same = this.unresolved.get(key);
    const kept = same?.find((source) => source.candidates === candidates);
    if (kept !== undefined) return kept;
    const tables =
      candidates.length < 2 || new Set(candidates).size === candidates.length ? candidates : [...new Set(candidates)];
    const known = same?.find(
      (source) =>
        source.candidates!.length === tables.length && tables.every((table, i) => source.candidates![i] === table),
    );
    if (known !== undefined) return known;
    const source = new Source(null, column, tables);
    if (same === undefined) this.unresolved.set(key, [source]);
    else same.push(source);
    return source;
  }
}

function isHidden({ hidden }: Visible): boolean {
  return hidden;
}

/** A table as a relation without a name. */
function rowsOf(table: Table): Visible {
  return { alias: null, path: null, table, outputs: null, hidden: false, merged: null, value: null };
}

/** The relation an alias names in the innermost scope that has it; null when there is none, or it needs a closer look. */
function byAlias(scope: Scope, lower: string): Visible | null {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    for (const relation of called(at, lower)) {
      if (relation.alias === lower) return relation;
      if (relation.alias === null && relation.path?.at(-1) === lower) return null;
    }
  }
  return null;
}

/** The tables of the relations that may have any column, when they are all base tables; kept with the scope. */
function openTables(scope: Scope, open: readonly Visible[]): readonly Table[] | null {
  const kept = scope.openTables;
  if (kept !== null && kept.length === open.length && open.every(({ table }, i) => table === kept[i])) return kept;
  const tables: Table[] = [];
  for (const { table } of open) {
    if (table === null || tables.includes(table)) return null;
    tables.push(table);
  }
  scope.openTables = tables;
  return tables;
}

const NO = 0;
/** A function whose columns are not known: takes a name only when nothing else does. */
const WEAK = 1;
const STRONG = 2;

/** Whether a relation can have a column nobody told us of. */
function canHold(relation: Visible, lower: string): number {
  const { table, outputs } = relation;
  if (table !== null) return table.columns === null ? STRONG : NO;
  let result = NO;
  for (const output of outputs ?? []) {
    if (output.star === null || output.star.except?.has(lower) === true) continue;
    if (!output.star.whole) return STRONG;
    result = WEAK;
  }
  return result;
}

/** The flows of a column, taking for granted that the relation has it. */
function assume(relation: Visible, text: string, lower: string): readonly Flow[] {
  const { table, outputs } = relation;
  if (table !== null) return [table.source(text).by(IDENTITY)];
  const set = new FlowSet();
  const stars = (outputs ?? []).filter(({ star }) => star !== null && star.except?.has(lower) !== true);
  const named = stars.filter(({ star }) => star?.whole === false);
  const ambiguous = named.length > 1 ? AMBIGUOUS : 0;
  for (const output of named.length > 0 ? named : stars) set.addAll(columnThrough(output, text), IDENTITY | ambiguous);
  return set.items;
}

/** All columns of the relation of this name, when it is known to have no column called so: `to_json(t)` is of a row of t. */
function wholeRow(scope: Scope, lower: string): readonly Flow[] | null {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const relation = called(at, lower).find(
      ({ alias, path }) => alias === lower || (alias === null && path?.at(-1) === lower),
    );
    if (relation === undefined) continue;
    const set = new FlowSet();
    if (relation.table !== null)
      for (const column of relation.table.columns ?? []) set.add(relation.table.source(column).by(TRANSFORMATION));
    else for (const output of relation.outputs ?? []) set.addAll(output.flows, TRANSFORMATION);
    return set.items;
  }
  return null;
}

/** A column of one name out of a star. */
export function columnThrough(output: Output, text: string): readonly Flow[] {
  if (output.star?.whole !== false) return output.flows;
  return output.flows.map(({ source, how }) =>
    source.column === "*" && source.table !== null ? source.table.source(text).by(how) : source.by(how | AMBIGUOUS),
  );
}

function withHow(flows: readonly Flow[], how: How): readonly Flow[] {
  if (how === IDENTITY) return flows;
  return flows.map((flow) => flow.source.by(compose(flow.how, how)));
}

function tablesOf(flows: readonly Flow[]): Table[] {
  return flows.flatMap(({ source }) => (source.table === null ? [...(source.candidates ?? [])] : [source.table]));
}

function candidatesOf(scope: Scope): Table[] {
  return scope.relations.flatMap(({ table }) => (table === null ? [] : [table]));
}

function endsPath(path: readonly string[], ending: readonly string[]): boolean {
  if (ending.length > path.length) return false;
  for (let i = 1; i <= ending.length; i++) if (path.at(-i) !== ending.at(-i)) return false;
  return true;
}

/** A target as a relation whose columns can be named. */
export function targetRelation(target: TargetTable, table: Table): Visible {
  const path = target.name.parts.filter((part) => part !== "").map((part) => part.toLowerCase());
  return { alias: null, path, table, outputs: null, hidden: false, merged: null, value: null };
}

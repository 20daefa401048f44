import type { Dialect } from "../dialect.ts";
import type { AssignStatement, QueryStatement, Returning, Statement, TargetTable } from "../ir.ts";
import type { DatasetEdge, Gap, OutputColumn, Rule, StatementKind, TableWrite } from "../result.ts";
import { Budget } from "./budget.ts";
import { deleteRows, merge, update } from "./changes.ts";
import { copy, create, rename } from "./definitions.ts";
import { datasetEdges, Edges } from "./edges.ts";
import { type Flow, FlowSet, type Output } from "./flow.ts";
import { InfluenceSet } from "./influences.ts";
import { insertRows } from "./insert.ts";
import { named } from "./outputs.ts";
import { type Env, QueryResolver } from "./query.ts";
import { ColumnFinder, newScope, type Scope, type Variables, type VariableValue, targetRelation } from "./scope.ts";
import type { Table, Tables } from "./tables.ts";

/** The value of a variable that nothing is known of. */
export const NO_VALUE: VariableValue = { flows: [], fields: null };

/** The lineage of one statement while it is put together. */
export class Draft {
  kind: StatementKind | null = null;
  readonly writes: TableWrite[] = [];
  outputs: OutputColumn[] | null = null;
  readonly budget: Budget = new Budget();
  readonly edges: Edges = new Edges(this.budget);
  readonly dataset: DatasetEdge[] = [];
  readonly gaps: Gap[] = [];
  /** What the session remembers, once the statement is done. */
  readonly after: (() => void)[] = [];
}

/** Puts one statement's lineage together: what all kinds of statements share. */
export class OneStatement {
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly text: string;
  readonly draft: Draft;
  private readonly variables: Map<string, VariableValue>;
  readonly finder: ColumnFinder;
  readonly queries: QueryResolver;
  /** Tables of a WITH around the statement. */
  env: Env | null = null;

  constructor(dialect: Dialect, tables: Tables, text: string, variables: Map<string, VariableValue>, draft: Draft) {
    this.dialect = dialect;
    this.tables = tables;
    this.text = text;
    this.draft = draft;
    this.variables = variables;
    const lookup: Variables = {
      get: (name) => variables.get(name) ?? (name.startsWith("@") || name.startsWith(":") ? NO_VALUE : undefined),
    };
    this.finder = new ColumnFinder(dialect, lookup, draft.budget);
    this.queries = new QueryResolver(dialect, tables, this.finder, draft.budget, (statement, env) => {
      this.inner(statement, env);
    });
  }

  get reads(): ReadonlySet<Table> {
    return this.queries.reads;
  }

  /** A statement inside a WITH: what it writes is written by the whole. */
  private inner(statement: Statement, env: Env | null): void {
    const { kind, outputs } = this.draft;
    const { env: outer } = this;
    const saved = this.queries.influences;
    this.queries.influences = new InfluenceSet();
    this.env = env;
    this.read(statement);
    this.env = outer;
    this.queries.influences = saved;
    this.draft.kind = kind;
    this.draft.outputs = outputs;
  }

  read(statement: Statement): void {
    switch (statement.kind) {
      case "query":
        return this.query(statement);
      case "insert":
        return insertRows(this, statement);
      case "update":
        return update(this, statement);
      case "delete":
        return deleteRows(this, statement);
      case "merge":
        return merge(this, statement);
      case "create":
        return create(this, statement);
      case "copy":
        return copy(this, statement);
      case "drop":
        this.draft.kind = statement.what;
        for (const target of statement.tables) {
          this.write(target, statement.what, "statement");
          if (statement.what === "drop") this.draft.after.push(() => this.tables.drop(target.name));
        }
        return;
      case "rename":
        this.draft.kind = "rename";
        for (const { from, to } of statement.pairs) rename(this, from, to, statement);
        return;
      case "use":
        this.draft.kind = "use";
        this.draft.after.push(() => this.tables.use(statement.catalog, statement.schemas));
        return;
      case "many":
        for (const one of statement.statements) {
          this.queries.influences = new InfluenceSet();
          this.read(one);
        }
        return;
      case "record":
        return;
      case "assign":
        return this.assignRefs(statement);
      case "call":
        this.draft.kind = "call";
        this.queries.reads.add(this.tables.function(statement.routine));
        return;
      case "utility":
        if (statement.command !== "") this.draft.kind = "utility";
        return;
      case "block":
        // Blocks are taken apart before they come here; one inside a statement gives nothing to its caller.
        for (const { statement: one } of statement.body) this.read(one);
        return;
    }
  }

  write(
    target: TargetTable,
    mode: TableWrite["mode"],
    columnNames: TableWrite["columnNames"],
    temporary = false,
  ): Table {
    const table = temporary
      ? this.tables.temporary(target.name, target.source)
      : this.tables.find(target.name, target.source);
    if (
      target.name.parts.length > 0 &&
      !this.draft.writes.some((write) => write.id === table.use.id && write.mode === mode)
    )
      this.draft.writes.push({ ...table.use, temporary: table.use.temporary || temporary, mode, columnNames });
    return table;
  }

  decided(table: Table | null): void {
    datasetEdges(this.queries.influences.items, table, this.draft.dataset);
  }

  /** The name a column without one is known by: the text of its expression. */
  nameOf(output: Output): string {
    return output.named || output.name !== ""
      ? output.name
      : this.text.slice(output.start, output.end).replaceAll(/\s+/g, " ").trim();
  }

  /** A target column in the schema's spelling, where that knows it. */
  spelled(table: Table | null, output: Output): string {
    if (output.star !== null) return "*";
    const name = this.nameOf(output);
    return table?.spelling(name.toLowerCase()) ?? name;
  }

  private query(statement: QueryStatement): void {
    this.draft.kind = "select";
    const outputs = this.queries.query(statement.query, this.env, null);
    if (statement.into !== null) {
      const target: TargetTable = {
        name: statement.into.name,
        source: statement.into.name.parts[0]!.startsWith("@") ? "variable" : "table",
      };
      this.draft.kind = "create table";
      this.filled(target, "create", outputs, null, "created as", statement.into.temporary);
      return;
    }
    const assigned = outputs.filter(({ name }) => name.startsWith("@"));
    if (assigned.length > 0 && assigned.length === outputs.length) {
      // SELECT @a = x, @b = y (T-SQL)
      for (const output of outputs) {
        this.assign([output.name], null, [output]);
        this.draft.edges.addOutput(null, output.name, output, "variable");
      }
      this.decided(null);
      return;
    }
    if (statement.variables !== null || statement.record !== undefined) {
      const row = this.assign(statement.variables ?? [], statement.record ?? null, outputs);
      for (const output of outputs) this.draft.edges.addOutput(null, this.nameOf(output), output, "variable");
      this.decided(row);
      return;
    }
    this.draft.outputs = outputs.map((output) => ({
      name: this.nameOf(output),
      named: output.named,
      star: output.star !== null,
    }));
    for (const output of outputs) this.draft.edges.addOutput(null, this.nameOf(output), output, "select item");
    this.decided(null);
  }

  private assignRefs({ name, refs, start, end }: AssignStatement): void {
    const scope = newScope(null);
    const set = new FlowSet();
    for (const ref of refs) set.addAll(this.finder.find(ref.name, scope, false), ref.how);
    this.assign([name], null, [{ name: "", lower: "", named: false, flows: set.items, star: null, start, end }]);
  }

  /** Gives variables what was found. Gives back the table whose row was changed by it, if one was. */
  private assign(names: readonly string[], record: string | null, outputs: readonly Output[]): Table | null {
    if (record !== null) {
      const fields = new Map(outputs.map((output) => [output.lower, output.flows]));
      const set = new FlowSet();
      for (const output of outputs) set.addAll(output.flows);
      this.variables.set(record.toLowerCase(), { flows: set.items, fields });
    }
    let changed: Table | null = null;
    names.forEach((name, i) => {
      const key = name.toLowerCase();
      // One record for all columns, or a variable for each.
      const given = names.length === 1 ? outputs : outputs.slice(i, i + 1);
      const dot = key.indexOf(".", 1);
      const whole = dot < 0 ? undefined : this.variables.get(key.slice(0, dot));
      if (whole !== undefined) {
        if (this.assignField(whole, name.slice(0, dot), name.slice(dot + 1), given)) changed = whole.table ?? null;
        return;
      }
      const known = this.variables.get(key);
      const flows = merged(known?.flows ?? [], given);
      if (known?.table !== undefined) return;
      const fields =
        names.length === 1 && (outputs.length > 1 || outputs[0]?.star != null)
          ? new Map(outputs.map((output) => [output.lower, output.flows]))
          : null;
      this.variables.set(key, { flows, fields });
    });
    return changed;
  }

  /** Gives a field of a record what was found; true when it is a column of a row that goes into its table. */
  private assignField(record: VariableValue, name: string, field: string, given: readonly Output[]): boolean {
    const { table, goesIn, flows, fields } = record;
    const lower = field.toLowerCase();
    const changed = fields ?? new Map<string, readonly Flow[]>();
    changed.set(lower, merged(changed.get(lower) ?? [], given));
    const all = table === undefined ? merged(flows, given) : flows;
    this.variables.set(name.toLowerCase(), { ...record, flows: all, fields: changed });
    if (table === undefined || goesIn !== true) return false;
    this.draft.kind ??= "update";
    this.writeTable(table, "update");
    for (const output of given) this.draft.edges.addOutput(table, table.spelling(lower) ?? field, output, "update set");
    return true;
  }

  /** A table that a query makes: its columns are the query's, under the names of the list if there is one. */
  filled(
    target: TargetTable,
    mode: TableWrite["mode"],
    outputs: readonly Output[],
    columns: readonly string[] | null,
    rule: Rule,
    temporary = false,
  ): Table {
    const table = this.write(target, mode, "statement", temporary);
    const outs = named(outputs, columns);
    for (const output of outs) this.draft.edges.addOutput(table, this.spelled(table, output), output, rule);
    const known = outs.every(({ star }) => star === null) ? outs.map((output) => this.nameOf(output)) : null;
    this.draft.after.push(() => this.tables.define(target.name, target.source, known, temporary));
    this.decided(table);
    return table;
  }

  /** Outputs under the names of the columns they fill. */
  placed(outputs: readonly Output[], columns: readonly string[] | null): Output[] {
    if (columns === null) return [...outputs];
    const star = outputs.findIndex((output) => output.star !== null);
    return outputs.map((output, i) => {
      if (output.star !== null) return output;
      // Behind a star of unknown width positions are counted from the end.
      const position = star < 0 || i < star ? i : columns.length - (outputs.length - i);
      const several =
        star >= 0 && i > star && outputs.filter((other) => other.star !== null).length > 1 && i < lastStar(outputs);
      const name = several ? undefined : columns[position];
      return name === undefined ? output : { ...output, name, lower: name.toLowerCase(), named: true };
    });
  }

  /** A column of the target in the schema's spelling, else as spelled. */
  columnName(table: Table, text: string): string {
    return table.spelling(text.toLowerCase()) ?? text;
  }

  /** RETURNING and OUTPUT: the target's rows, to the caller or into another table. */
  returning(returning: Returning, table: Table, target: TargetTable, scope: Scope | null): void {
    const { into, variables } = returning;
    if (into === null && variables === undefined) return;
    const inner = newScope(scope);
    inner.relations.push(
      targetRelation(target, table),
      { ...targetRelation(target, table), alias: "inserted", path: null, hidden: true },
      { ...targetRelation(target, table), alias: "deleted", path: null, hidden: true },
      { ...targetRelation(target, table), alias: "new", path: null, hidden: true },
      { ...targetRelation(target, table), alias: "old", path: null, hidden: true },
    );
    const outputs = this.queries.items(returning.items, inner, null);
    if (variables !== undefined) this.assign(variables, null, outputs);
    if (into === null) return;
    const other = this.tables.find(into.name, into.source);
    const columns = returning.columns ?? other.columns;
    this.write(
      into,
      "insert",
      returning.columns !== null ? "statement" : other.columns !== null ? "schema" : "assumed",
    );
    for (const output of this.placed(outputs, columns))
      this.draft.edges.addOutput(other, this.spelled(other, output), output, "returning");
  }

  writeTable(table: Table, mode: TableWrite["mode"]): void {
    if (!this.draft.writes.some((write) => write.id === table.use.id && write.mode === mode))
      this.draft.writes.push({ ...table.use, mode, columnNames: "statement" });
  }
}

/** What a variable may hold: what it held, and what it was given. */
function merged(before: readonly Flow[], given: readonly Output[]): readonly Flow[] {
  const set = new FlowSet();
  set.addAll(before);
  for (const output of given) set.addAll(output.flows);
  return set.items;
}

function lastStar(outputs: readonly Output[]): number {
  return outputs.findLastIndex((output) => output.star !== null);
}

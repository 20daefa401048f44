import type { Dialect } from "../dialect.ts";
import { AMBIGUOUS, IDENTITY } from "../how.ts";
import type {
  Assignment,
  Conflict,
  CopyStatement,
  CreateStatement,
  DeleteStatement,
  Expr,
  InsertStatement,
  MergeAction,
  MergeStatement,
  Name,
  ParsedStatement,
  Query,
  QueryStatement,
  RecordStatement,
  Relation,
  Returning,
  Statement,
  TargetTable,
  TriggerRows,
  UpdateStatement,
} from "../ir.ts";
import type { DatasetEdge, Gap, OutputColumn, Rule, StatementKind, StatementLineage, TableWrite } from "../result.ts";
import { Budget, ResolveLimit } from "./budget.ts";
import { Edges, datasetEdges } from "./edges.ts";
import { type Flow, FlowSet, type Output, through } from "./flow.ts";
import { InfluenceSet } from "./influences.ts";
import { type Env, QueryResolver, derived, named, tableOutputs } from "./query.ts";
import { ColumnFinder, type Scope, type VariableValue, type Variables, type Visible, newScope } from "./scope.ts";
import type { Table, Tables } from "./tables.ts";

/** Turns what was read of a script's statements into their lineage. */
export class StatementResolver {
  private readonly dialect: Dialect;
  private readonly tables: Tables;
  private readonly text: string;
  private readonly variables = new Map<string, VariableValue>();

  constructor(dialect: Dialect, tables: Tables, text: string) {
    this.dialect = dialect;
    this.tables = tables;
    this.text = text;
  }

  /** Resolves a statement and those inside it; appends them to `out`. */
  resolve(parsed: ParsedStatement, within: number | null, out: StatementLineage[]): void {
    const { statement } = parsed;
    if (statement.kind === "block") {
      const index = out.length;
      // A block without a statement in it is a command: DECLARE, SET, PRINT …
      const kind = statement.what === "block" && statement.body.length === 0 ? "utility" : statement.what;
      const own: StatementLineage = { ...this.empty(parsed, within), kind };
      out.push(own);
      const outer = new Map(this.variables);
      for (const name of statement.variables) if (!this.variables.has(name)) this.variables.set(name, NO_VALUE);
      const resolveBody = (): void => {
        for (const inner of statement.body) this.resolve(inner, index, out);
      };
      const { rows } = statement;
      if (rows === null) resolveBody();
      else this.resolveTrigger(rows, resolveBody, out);
      if (statement.scope) {
        for (const name of this.variables.keys())
          if (statement.what !== "block" || !name.startsWith("@")) this.variables.delete(name);
        for (const [name, value] of outer) if (!this.variables.has(name)) this.variables.set(name, value);
      }
      return;
    }
    if (statement.kind === "record") {
      this.bind(statement);
      return;
    }
    const draft = new Draft();
    const one = new OneStatement(this.dialect, this.tables, this.text, this.variables, draft);
    try {
      one.read(statement);
    } catch (error) {
      const span = [parsed.start, parsed.end] as const;
      // The stack's end or the budget's: nothing of the statement is known then.
      const gap: Gap =
        error instanceof ResolveLimit
          ? { span, reason: "work", detail: error.message }
          : error instanceof RangeError
            ? { span, reason: "nesting", detail: "it nests too deeply to be resolved" }
            : { span, reason: "defect", detail: `resolving it failed: ${String(error)}` };
      out.push({
        ...this.empty(parsed, within),
        kind: "unknown",
        gaps: [...parsed.gaps, gap],
      });
      return;
    }
    out.push({
      ...this.empty(parsed, within),
      kind:
        draft.kind ??
        (parsed.gaps.some(
          ({ reason }) =>
            reason === "unknown statement" ||
            reason === "size" ||
            reason === "nesting" ||
            reason === "work" ||
            reason === "unclosed",
        ) && draft.writes.length === 0
          ? "unknown"
          : "utility"),
      reads: [...one.reads].filter((table) => !draft.notRead.has(table)).map((table) => table.use),
      writes: draft.writes,
      outputs: draft.outputs,
      columns: draft.edges.items,
      dataset: draft.dataset,
      gaps: draft.gaps.length === 0 ? parsed.gaps : [...parsed.gaps, ...draft.gaps],
    });
    for (const change of draft.after) change();
  }

  /** Resolves a trigger's body, where some names mean rows of its table. */
  private resolveTrigger(rows: TriggerRows, resolveBody: () => void, out: StatementLineage[]): void {
    const from = out.length;
    const table = this.tables.find(rows.table.name, rows.table.source);
    const value: VariableValue = { flows: [table.source("*").by(IDENTITY)], fields: null, table };
    for (const name of rows.records) this.variables.set(name, value);
    this.tables.aliased(rows.tables, table, resolveBody);
    for (let i = from; i < out.length; i++) out[i] = readingRows(out[i]!, table);
  }

  /** Gives variables what a cursor holds. */
  private bind({ names, whole, of }: RecordStatement): void {
    const cursor = this.variables.get(of.toLowerCase());
    if (cursor === undefined) return;
    const fields = [...(cursor.fields?.values() ?? [])];
    names.forEach((name, i) => {
      const value = whole ? cursor : { flows: fields[i] ?? cursor.flows, fields: null };
      this.variables.set(name.toLowerCase(), value);
    });
  }

  private empty(parsed: ParsedStatement, within: number | null): StatementLineage {
    const gaps: readonly Gap[] = parsed.gaps;
    return {
      kind: "utility",
      span: [parsed.start, parsed.end],
      within,
      fingerprint: parsed.fingerprint,
      reads: [],
      writes: [],
      outputs: null,
      columns: [],
      dataset: [],
      gaps,
    };
  }
}

/** A trigger's statement that uses the rows reads the table they are of. */
function readingRows(statement: StatementLineage, { use }: Table): StatementLineage {
  const uses = [...statement.columns, ...statement.dataset].some(({ from }) => from.table === use.id);
  const listed = [...statement.reads, ...statement.writes].some(({ id }) => id === use.id);
  return !uses || listed ? statement : { ...statement, reads: [...statement.reads, use] };
}

const NO_VALUE: VariableValue = { flows: [], fields: null };

/** The lineage of one statement while it is put together. */
class Draft {
  kind: StatementKind | null = null;
  readonly writes: TableWrite[] = [];
  outputs: OutputColumn[] | null = null;
  readonly budget = new Budget();
  readonly edges: Edges = new Edges(this.budget);
  readonly dataset: DatasetEdge[] = [];
  readonly gaps: Gap[] = [];
  /** Tables that are only written, although the statement names them where others are read. */
  readonly notRead = new Set<Table>();
  /** What the session remembers, once the statement is done. */
  readonly after: (() => void)[] = [];
}

class OneStatement {
  private readonly dialect: Dialect;
  private readonly tables: Tables;
  private readonly text: string;
  private readonly draft: Draft;
  private readonly variables: Map<string, VariableValue>;
  private readonly finder: ColumnFinder;
  private readonly queries: QueryResolver;
  /** Tables of a WITH around the statement. */
  private env: Env | null = null;

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
        return this.insert(statement);
      case "update":
        return this.update(statement);
      case "delete":
        return this.delete(statement);
      case "merge":
        return this.merge(statement);
      case "create":
        return this.create(statement);
      case "copy":
        return this.copy(statement);
      case "drop":
        this.draft.kind = statement.what;
        for (const target of statement.tables) {
          this.write(target, statement.what, "statement");
          if (statement.what === "drop") this.draft.after.push(() => this.tables.drop(target.name));
        }
        return;
      case "rename":
        this.draft.kind = "rename";
        for (const { from, to } of statement.pairs) this.rename(from, to, statement);
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

  // --- writing

  private write(
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

  private decided(table: Table | null): void {
    datasetEdges(this.queries.influences.items, table, this.draft.dataset);
  }

  /** The name a column without one is known by: the text of its expression. */
  private nameOf(output: Output): string {
    return output.named || output.name !== ""
      ? output.name
      : this.text.slice(output.start, output.end).replaceAll(/\s+/g, " ").trim();
  }

  /** A target column in the schema's spelling, where that knows it. */
  private spelled(table: Table | null, output: Output): string {
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
      this.assign(statement.variables ?? [], statement.record ?? null, outputs);
      for (const output of outputs) this.draft.edges.addOutput(null, this.nameOf(output), output, "variable");
      this.decided(null);
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

  private assign(names: readonly string[], record: string | null, outputs: readonly Output[]): void {
    if (record !== null) {
      const fields = new Map(outputs.map((output) => [output.lower, output.flows]));
      const set = new FlowSet();
      for (const output of outputs) set.addAll(output.flows);
      this.variables.set(record.toLowerCase(), { flows: set.items, fields });
    }
    names.forEach((name, i) => {
      const key = name.toLowerCase();
      // One record for all columns, or a variable for each.
      const flows = names.length === 1 ? outputs : outputs.slice(i, i + 1);
      const set = new FlowSet();
      set.addAll(this.variables.get(key)?.flows ?? []);
      for (const output of flows) set.addAll(output.flows);
      const fields =
        names.length === 1 && outputs.length > 1
          ? new Map(outputs.map((output) => [output.lower, output.flows]))
          : null;
      this.variables.set(key, { flows: set.items, fields });
    });
  }

  /** A table that a query makes: its columns are the query's, under the names of the list if there is one. */
  private filled(
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

  private insert(statement: InsertStatement): void {
    this.draft.kind = statement.mode === "copy" ? "copy" : "insert";
    const { target } = statement;
    const table = this.tables.find(target.name, target.source);
    const names = this.targetColumns(statement, table);
    this.write(target, statement.mode, names.from);
    let inserted: Output[] = [];
    const values = statement.query?.body.kind === "values";
    if (statement.query !== null) {
      const outputs = this.queries.query(statement.query, this.env, null);
      inserted = this.placed(outputs, statement.byName ? null : names.columns);
      const rule: Rule = values
        ? "values"
        : statement.byName
          ? "insert by name"
          : statement.mode === "copy"
            ? "copy"
            : "insert by position";
      for (const output of inserted) {
        if (values && !output.named) {
          // A position of a table whose columns nobody told us: it has no name but the text of what goes in.
          const flows = through(output.flows, IDENTITY | AMBIGUOUS);
          this.draft.edges.add(table, this.nameOf({ ...output, name: "" }), flows, output, rule);
          continue;
        }
        this.draft.edges.addOutput(table, this.spelled(table, output), output, rule);
      }
    }
    if (statement.conflict !== null) this.onConflict(statement, statement.conflict, table, inserted);
    this.decided(table);
    if (statement.returning !== null) this.returning(statement.returning, table, target, null);
  }

  /** The columns an insert fills, in order, as far as they are known. */
  private targetColumns(
    statement: InsertStatement,
    table: Table,
  ): { columns: readonly string[] | null; from: TableWrite["columnNames"] } {
    const { partitions } = statement;
    if (statement.byName) return { columns: null, from: "statement" };
    const except = new Set(statement.except.map((name) => name.toLowerCase()));
    const listed = statement.columns ?? table.columns?.filter((name) => !except.has(name.toLowerCase())) ?? null;
    if (listed === null) return { columns: null, from: "assumed" };
    const partitioned = new Set(partitions.map(({ name }) => name.toLowerCase()));
    const columns =
      partitions.length === 0
        ? listed
        : [
            ...listed.filter((name) => !partitioned.has(name.toLowerCase())),
            ...partitions.filter(({ dynamic }) => dynamic).map(({ name }) => name),
          ];
    return { columns, from: statement.columns !== null ? "statement" : "schema" };
  }

  /** Outputs under the names of the columns they fill. */
  private placed(outputs: readonly Output[], columns: readonly string[] | null): Output[] {
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

  private onConflict(statement: InsertStatement, conflict: Conflict, table: Table, inserted: readonly Output[]): void {
    const { sourceVisible, row } = conflict;
    const scope = newScope(null);
    const alias = statement.alias?.toLowerCase() ?? null;
    scope.relations.push({ ...targetRelation(statement.target, table), alias });
    // The row that was to be inserted: `excluded` in PostgreSQL; VALUES(column) is read as if it said so.
    scope.relations.push({ ...derived("excluded", inserted), hidden: true });
    if (row !== null)
      scope.relations.push({ ...derived(row.alias.toLowerCase(), named(inserted, row.columns)), hidden: true });
    const sources = sourceVisible ? this.sourcesOf(statement.query) : [];
    scope.relations.push(...sources.map((relation) => ({ ...relation, hidden: true })));
    // A name the target has cannot be a column of the query's too; one that the query is sure to have is no column of the target.
    const own = new Set([...(statement.columns ?? []), ...(table.columns ?? [])].map((name) => name.toLowerCase()));
    const ofSource = newScope(null);
    ofSource.relations.push(...sources);
    for (const { column, expr } of conflict.assignments) {
      const set = new FlowSet();
      for (const { name, how } of expr.refs) {
        const lower = name.parts[0]!.toLowerCase();
        const fromSource =
          name.parts.length === 1 && !own.has(lower) && sources.some((relation) => hasColumn(relation, lower));
        set.addAll(this.finder.find(name, fromSource ? ofSource : scope, false), how);
      }
      for (const { query, how } of expr.queries)
        for (const output of this.queries.query(query, null, scope)) set.addAll(output.flows, how);
      this.draft.edges.add(table, this.columnName(table, column), set.items, expr, "on conflict");
    }
    this.queries.influence(conflict.condition, scope, null);
  }

  /** The relations of the query whose rows are inserted. */
  private sourcesOf(query: Query | null): readonly Visible[] {
    if (query?.body.kind !== "select") return [];
    const scope = newScope(null);
    this.queries.from(query.body.from, scope, this.queries.withCtes(query.ctes, this.env, null));
    return scope.relations;
  }

  /** A column of the target in the schema's spelling, else as spelled. */
  private columnName(table: Table, column: Name, field = false): string {
    const text = field ? column.parts[0]! : column.parts.at(-1)!;
    return table.spelling(text.toLowerCase()) ?? text;
  }

  /** RETURNING and OUTPUT: the target's rows, to the caller or into another table. */
  private returning(returning: Returning, table: Table, target: TargetTable, scope: Scope | null): void {
    const { into } = returning;
    if (into === null) return;
    const inner = newScope(scope);
    inner.relations.push(
      targetRelation(target, table),
      { ...targetRelation(target, table), alias: "inserted", path: null, hidden: true },
      { ...targetRelation(target, table), alias: "deleted", path: null, hidden: true },
      { ...targetRelation(target, table), alias: "new", path: null, hidden: true },
      { ...targetRelation(target, table), alias: "old", path: null, hidden: true },
    );
    const outputs = this.queries.items(returning.items, inner, null);
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

  // --- UPDATE, DELETE, MERGE

  private update(statement: UpdateStatement): void {
    this.draft.kind = "update";
    const env = this.queries.withCtes(statement.ctes, this.env, null);
    const scope = newScope(null);
    this.queries.from(statement.select.from, scope, env);
    const first = scope.relations[0];
    const target = this.updated(statement.target, scope, columnsOf(statement.assignments));
    const reads = this.queries.reads;
    const listed = [...reads];
    reads.clear();
    for (const assignment of statement.assignments) {
      const owner = this.owner(assignment.column, scope);
      const into = owner?.table == null ? target : { table: owner.table, outputs: null };
      if (into !== null) this.assignColumn(into, assignment, scope, env, "update set");
    }
    if (target !== null && this.draft.writes.length === 0) this.writeTable(target.table, "update");
    if (target === null) this.unresolvedTarget(statement.target);
    this.queries.influence(statement.select.influence, scope, env);
    // The table that is changed counts as read only where it is joined to itself, or a subquery reads it.
    const nested = [...reads];
    reads.clear();
    for (const table of listed)
      if (
        !this.draft.writes.some(({ id }) => id === table.use.id) ||
        !scope.relations.some((relation) => relation.table === table) ||
        this.joinedToItself(scope, table, first)
      )
        reads.add(table);
    for (const table of nested) reads.add(table);
    this.decided(target?.table ?? null);
    if (statement.returning !== null && target !== null && statement.target.kind === "table")
      this.returning(statement.returning, target.table, statement.target, scope);
  }

  private unresolvedTarget({ start, end }: Relation): void {
    this.draft.gaps.push({
      span: [start, Math.max(start, end)],
      reason: "unresolved",
      detail: `which table is changed behind ${this.text.slice(start, Math.min(end, start + 60))}`,
    });
  }

  private writeTable(table: Table, mode: TableWrite["mode"]): void {
    if (!this.draft.writes.some((write) => write.id === table.use.id && write.mode === mode))
      this.draft.writes.push({ ...table.use, mode, columnNames: "statement" });
  }

  /** What an UPDATE changes: the first relation, or the one in FROM that its name is the alias of. */
  private updated(target: Relation, scope: Scope, columns: ReadonlySet<string>): Changed | null {
    const first = scope.relations[0] ?? null;
    if (target.kind === "table" && target.name.parts.length === 1 && target.alias === null) {
      const lower = target.name.parts[0]!.toLowerCase();
      const others = scope.relations.slice(1);
      const other =
        others.find((relation) => relation.alias === lower) ??
        others.find(({ table, path, alias }) => table !== null && path?.at(-1) === lower && alias === null);
      if (other !== undefined) {
        // `UPDATE a SET … FROM t AS a`: the name is only an alias, and no table of its own.
        if (first?.table != null && first.table !== other.table) this.queries.reads.delete(first.table);
        scope.relations.shift();
        return changed(other, columns);
      }
    }
    return first === null ? null : changed(first, columns);
  }

  private joinedToItself(scope: Scope, table: Table, first: Visible | undefined): boolean {
    const same = scope.relations.filter((relation) => relation.table === table);
    return same.length > 1 && same.some((relation) => relation !== first && relation.alias !== null);
  }

  /** The relation an assignment's qualifier names. */
  private owner(column: Name, scope: Scope): Visible | null {
    if (column.parts.length < 2) return null;
    const qualifier = column.parts.slice(0, -1).map((part) => part.toLowerCase());
    return this.finder.matching(scope, qualifier).find(({ table }) => table !== null) ?? null;
  }

  private assignColumn(
    { table, outputs: view }: Changed,
    { column, expr, position }: Assignment,
    scope: Scope,
    env: Env | null,
    rule: Rule,
  ): void {
    let flows: readonly Flow[];
    if (position !== null && expr.queries.length === 1 && expr.refs.length === 0) {
      const outputs = this.queries.query(expr.queries[0]!.query, env, scope);
      const output = outputs.some(({ star }) => star !== null) ? undefined : outputs[position];
      flows = output?.flows ?? outputs.flatMap((one) => one.flows);
    } else flows = this.queries.outputOf(expr, null, scope, env).flows;
    this.writeTable(table, rule === "update set" ? "update" : "merge");
    // `SET a.b = …` with no relation called a: a field of the column a.
    const field = column.parts.length > 1 && this.owner(column, scope) === null;
    const name = this.columnName(table, column, field);
    const behind = view
      ?.find(({ lower }) => lower === name.toLowerCase())
      ?.flows.find(({ source }) => source.table === table);
    this.draft.edges.add(table, behind?.source.column ?? name, flows, expr, rule);
  }

  private delete(statement: DeleteStatement): void {
    this.draft.kind = "delete";
    const env = this.queries.withCtes(statement.ctes, this.env, null);
    const scope = newScope(null);
    this.queries.from(statement.select.from, scope, env);
    const tables: { target: TargetTable | null; table: Table | null }[] = statement.targets
      .filter(({ name }) => name.parts.length > 0)
      .map((target) => ({ target, table: this.deleted(target, scope, env) }));
    const [outer] = scope.relations;
    if (statement.targets.length === 0 && outer !== undefined) {
      // DELETE FROM (SELECT …)
      const table = changed(outer, NO_COLUMNS)?.table ?? null;
      if (table === null) this.unresolvedTarget(statement.select.from[0]!);
      else {
        this.queries.reads.delete(table);
        this.writeTable(table, "delete");
      }
      tables.push({ target: null, table });
    }
    this.queries.influence(statement.select.influence, scope, env);
    for (const { table } of tables) if (table !== null) this.decided(table);
    if (tables.length === 0) this.decided(null);
    const [first] = tables;
    if (statement.returning !== null && first?.table != null && first.target !== null)
      this.returning(statement.returning, first.table, first.target, scope);
  }

  /** The table a DELETE takes rows from. */
  private deleted(target: TargetTable, scope: Scope, env: Env | null): Table | null {
    const { reads } = this.queries;
    const candidates = this.finder.matching(
      scope,
      target.name.parts.map((part) => part.toLowerCase()),
    );
    let relation = candidates.find(({ table }) => table !== null) ?? candidates[0];
    if (relation === undefined) {
      const isRead = reads.has(this.tables.find(target.name, target.source));
      this.queries.from([asRelation(target)], scope, env);
      relation = scope.relations.pop()!;
      scope.relations.unshift(relation);
      scope.index = null;
      if (relation.table !== null && !isRead) reads.delete(relation.table);
    } else if (relation.table !== null) {
      const { table } = relation;
      if (scope.relations.filter((other) => other.table === table).length === 1) reads.delete(table);
    }
    const table = changed(relation, NO_COLUMNS)?.table ?? null;
    if (table === null) this.unresolvedTarget(asRelation(target));
    else this.writeTable(table, "delete");
    return table;
  }

  private merge(statement: MergeStatement): void {
    this.draft.kind = "merge";
    const env = this.queries.withCtes(statement.ctes, this.env, null);
    const scope = newScope(null);
    this.queries.from(statement.select.from, scope, env);
    const sources = [...scope.relations];
    const reads = this.queries.reads;
    const before = new Set(reads);
    this.queries.from([statement.target], scope, env);
    const visible = scope.relations.at(-1);
    const set = statement.actions.flatMap((action) => (action.kind === "update" ? action.assignments : []));
    const target = visible === undefined ? null : changed(visible, columnsOf(set));
    if (target === null) this.unresolvedTarget(statement.target);
    else {
      if (!before.has(target.table)) reads.delete(target.table);
      this.writeTable(target.table, "merge");
      for (const action of statement.actions) this.mergeAction(action, target, scope, sources, env);
    }
    this.queries.influence(statement.select.influence, scope, env);
    this.decided(target?.table ?? null);
    if (statement.returning !== null && target !== null && statement.target.kind === "table")
      this.returning(statement.returning, target.table, statement.target, scope);
  }

  private mergeAction(
    action: MergeAction,
    target: Changed,
    scope: Scope,
    sources: readonly Visible[],
    env: Env | null,
  ): void {
    const { table } = target;
    switch (action.kind) {
      case "update":
        for (const assignment of action.assignments) this.assignColumn(target, assignment, scope, env, "merge update");
        return;
      case "insert": {
        // Only the source's row is there to be inserted.
        const inner: Scope = { ...newScope(null), relations: [...sources] };
        action.values.forEach((expr, i) => {
          const output = this.queries.outputOf(expr, columnNameOf(expr), inner, env);
          const name = (action.columns ?? table.columns)?.[i] ?? this.nameOf(output);
          this.draft.edges.add(table, table.spelling(name.toLowerCase()) ?? name, output.flows, expr, "merge insert");
        });
        return;
      }
      case "row": {
        const except = new Set(action.except.map((name) => name.toLowerCase()));
        for (const source of sources) {
          const outputs = source.table === null ? (source.outputs ?? []) : tableOutputs(source.table, action);
          for (const output of outputs)
            if (!except.has(output.lower))
              this.draft.edges.addOutput(
                table,
                this.spelled(table, output),
                { ...output, start: action.start, end: action.end },
                "merge update",
              );
        }
        return;
      }
      case "delete":
    }
  }

  // --- DDL and copies

  private create(statement: CreateStatement): void {
    const { target, to, model, query, temporary } = statement;
    this.draft.kind = statement.what === "cache" ? "cache" : `create ${statement.what}`;
    for (const read of statement.reads) {
      const table = this.tables.find(read.name, read.source);
      this.queries.reads.add(table);
      const own = this.write(target, "create", "statement", temporary);
      this.draft.edges.add(own, "*", [table.source("*").by(IDENTITY)], statement, "copy", true);
    }
    if (model !== null) {
      const source = this.tables.find(model.table.name, model.table.source);
      this.queries.reads.add(source);
      const own = this.write(target, "create", "statement", temporary);
      if (model.kind !== "like")
        for (const output of tableOutputs(source, statement))
          this.draft.edges.addOutput(own, output.name, output, model.kind);
      const columns = source.columns ?? statement.columns;
      if (query === null) {
        this.draft.after.push(() => this.tables.define(target.name, target.source, columns, temporary));
        return;
      }
    }
    if (query === null) {
      this.write(target, "create", "statement", temporary);
      this.draft.after.push(() => this.tables.define(target.name, target.source, statement.columns, temporary));
      return;
    }
    const outputs = this.queries.query(query, this.env, null);
    if (to === null) {
      const adds = this.dialect.features.createAsAddsColumns && statement.what === "table";
      this.filled(target, "create", outputs, adds ? null : statement.columns, "created as", temporary);
      return;
    }
    // The rows go to another table, by name.
    this.write(target, "create", "statement", temporary);
    const table = this.write(to, "insert", "statement");
    for (const output of named(outputs, statement.columns))
      this.draft.edges.addOutput(table, this.spelled(table, output), output, "insert by name");
    this.decided(table);
  }

  private copy(statement: CopyStatement): void {
    this.draft.kind = "copy";
    const { from, to, query, columns, rule } = statement;
    const target = to === null ? null : this.write(to, "copy", columns === null ? "assumed" : "statement");
    if (query !== null) {
      const outputs = this.queries.query(query, this.env, null);
      if (target === null)
        this.draft.outputs = outputs.map((output) => ({
          name: this.nameOf(output),
          named: output.named,
          star: output.star !== null,
        }));
      for (const output of this.placed(outputs, columns))
        this.draft.edges.addOutput(target, this.spelled(target, output), output, rule);
      this.decided(target);
      return;
    }
    if (from === null) return;
    const source = this.tables.find(from.name, from.source);
    this.queries.reads.add(source);
    if (target === null) return;
    if (columns !== null) {
      // Which part of the file goes where is not said; that it is the file is.
      for (const column of columns)
        this.draft.edges.add(
          target,
          target.spelling(column.toLowerCase()) ?? column,
          [source.source("*").by(IDENTITY)],
          statement,
          rule,
          true,
        );
      return;
    }
    for (const output of tableOutputs(source, statement)) this.draft.edges.addOutput(target, output.name, output, rule);
  }

  private rename(from: TargetTable, to: TargetTable, at: { start: number; end: number }): void {
    const source = this.tables.find(from.name, from.source);
    this.draft.writes.push({ ...this.tables.find(to.name, to.source).use, mode: "rename", columnNames: "statement" });
    this.queries.reads.add(source);
    const { columns } = source;
    const target = this.tables.find(to.name, to.source);
    for (const output of tableOutputs(source, at)) this.draft.edges.addOutput(target, output.name, output, "rename");
    this.draft.after.push(() => {
      const { temporary } = source.use;
      this.tables.drop(from.name);
      this.tables.define(to.name, to.source, columns, temporary);
    });
  }
}

/** A table that is changed, perhaps through a query over it whose columns have names of their own. */
interface Changed {
  readonly table: Table;
  readonly outputs: readonly Output[] | null;
}

/** The name of the column an expression is; null when it is anything else. */
function columnNameOf({ refs, queries, rows }: Expr): string | null {
  const [only] = refs;
  const isColumn = refs.length === 1 && queries.length === 0 && rows === 0 && only!.how === IDENTITY;
  return isColumn ? only!.name.parts.at(-1)! : null;
}

const NO_COLUMNS: ReadonlySet<string> = new Set();

function columnsOf(assignments: readonly Assignment[]): ReadonlySet<string> {
  return new Set(assignments.map(({ column }) => column.parts.at(-1)!.toLowerCase()));
}

/** The one table that is changed by changing `columns` of a relation; null when it may be one of several. */
function changed({ table, outputs }: Visible, columns: ReadonlySet<string>): Changed | null {
  if (table !== null) return { table, outputs: null };
  const tablesOf = (some: readonly Output[]): ReadonlySet<Table> =>
    new Set(some.flatMap(({ flows }) => flows.flatMap(({ source }) => (source.table === null ? [] : [source.table]))));
  const all = outputs ?? [];
  const touched = tablesOf(all.filter(({ lower }) => columns.has(lower)));
  const tables = touched.size === 1 ? touched : tablesOf(all);
  const [only] = tables;
  return tables.size === 1 && only !== undefined ? { table: only, outputs } : null;
}

/** Whether a relation is sure to have a column. */
function hasColumn({ table, outputs }: Visible, lower: string): boolean {
  if (table !== null) return table.spelling(lower) !== undefined;
  return (outputs ?? []).some((output) => output.star === null && output.lower === lower);
}

function asRelation({ name, source }: TargetTable): Relation {
  const { start, end } = name;
  return { kind: "table", name, source, alias: null, columnAliases: null, join: null, start, end };
}

function lastStar(outputs: readonly Output[]): number {
  return outputs.findLastIndex((output) => output.star !== null);
}

/** A target as a relation whose columns can be named. */
function targetRelation(target: TargetTable, table: Table): Visible {
  const path = target.name.parts.filter((part) => part !== "").map((part) => part.toLowerCase());
  return { alias: null, path, table, outputs: null, hidden: false, merged: null, value: null };
}

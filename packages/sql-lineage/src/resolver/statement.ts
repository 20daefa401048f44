import type { Dialect } from "../dialect.ts";
import { AMBIGUOUS, IDENTITY } from "../how.ts";
import type {
  Assignment,
  Conflict,
  CopyStatement,
  CreateStatement,
  DeleteStatement,
  InsertStatement,
  MergeAction,
  MergeStatement,
  Name,
  ParsedStatement,
  QueryStatement,
  RecordStatement,
  Relation,
  Returning,
  Statement,
  TargetTable,
  UpdateStatement,
} from "../ir.ts";
import type { DatasetEdge, Gap, OutputColumn, Rule, StatementKind, StatementLineage, TableWrite } from "../result.ts";
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
      for (const inner of statement.body) this.resolve(inner, index, out);
      if (statement.what !== "block") {
        this.variables.clear();
        for (const [name, value] of outer) this.variables.set(name, value);
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
      // The stack's end: nothing of the statement is known then.
      if (!(error instanceof RangeError)) throw error;
      const span = [parsed.start, parsed.end] as const;
      out.push({
        ...this.empty(parsed, within),
        kind: "unknown",
        gaps: [...parsed.gaps, { span, reason: "nesting", detail: "it nests too deeply to be resolved" }],
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
    });
    for (const change of draft.after) change();
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

const NO_VALUE: VariableValue = { flows: [], fields: null };

/** The lineage of one statement while it is put together. */
class Draft {
  kind: StatementKind | null = null;
  readonly writes: TableWrite[] = [];
  outputs: OutputColumn[] | null = null;
  readonly edges = new Edges();
  readonly dataset: DatasetEdge[] = [];
  /** Tables that are only written, although the statement names them where others are read. */
  readonly notRead = new Set<Table>();
  /** What the session remembers, once the statement is done. */
  readonly after: (() => void)[] = [];
}

class OneStatement {
  private readonly tables: Tables;
  private readonly text: string;
  private readonly draft: Draft;
  private readonly variables: Map<string, VariableValue>;
  private readonly finder: ColumnFinder;
  private readonly queries: QueryResolver;

  constructor(dialect: Dialect, tables: Tables, text: string, variables: Map<string, VariableValue>, draft: Draft) {
    this.tables = tables;
    this.text = text;
    this.draft = draft;
    this.variables = variables;
    const lookup: Variables = {
      get: (name) => variables.get(name) ?? (name.startsWith("@") || name.startsWith(":") ? NO_VALUE : undefined),
    };
    this.finder = new ColumnFinder(dialect, lookup);
    this.queries = new QueryResolver(dialect, tables, this.finder, (statement) => {
      this.inner(statement);
    });
  }

  get reads(): ReadonlySet<Table> {
    return this.queries.reads;
  }

  /** A statement inside a WITH: what it writes is written by the whole. */
  private inner(statement: Statement): void {
    const { kind, outputs } = this.draft;
    const saved = this.queries.influences;
    this.queries.influences = new InfluenceSet();
    this.read(statement);
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
    const table = this.tables.find(target.name, target.source);
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
    const outputs = this.queries.query(statement.query, null, null);
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
      const outputs = this.queries.query(statement.query, null, null);
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
    const listed = statement.columns ?? table.columns;
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
    const scope = newScope(null);
    const alias = statement.alias?.toLowerCase() ?? null;
    scope.relations.push({ ...targetRelation(statement.target, table), alias });
    // The row that was to be inserted: `excluded` in PostgreSQL; VALUES(column) is read as if it said so.
    scope.relations.push({ ...derived("excluded", inserted), hidden: !conflict.rowVisible });
    const fromRow = new Map(inserted.map((output) => [output.lower, output.flows]));
    for (const { column, expr } of conflict.assignments) {
      const set = new FlowSet();
      for (const { name, how } of expr.refs) {
        // A qualifier that names nothing is an alias of the row (MySQL: VALUES (…) AS new).
        const isRow = name.parts.length > 1 && this.finder.matching(scope, [name.parts[0]!.toLowerCase()]).length === 0;
        const found = isRow ? fromRow.get(name.parts.at(-1)!.toLowerCase()) : undefined;
        set.addAll(found ?? this.finder.find(name, scope, false), how);
      }
      for (const { query, how } of expr.queries)
        for (const output of this.queries.query(query, null, scope)) set.addAll(output.flows, how);
      this.draft.edges.add(table, this.columnName(table, column), set.items, expr, "on conflict");
    }
    this.queries.influence(conflict.condition, scope, null);
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
    const env = this.queries.withCtes(statement.ctes, null, null);
    const scope = newScope(null);
    this.queries.from(statement.select.from, scope, env);
    const first = scope.relations[0];
    const target = this.updated(statement.target, scope);
    const reads = this.queries.reads;
    for (const assignment of statement.assignments) {
      const owner = this.owner(assignment.column, scope) ?? target;
      if (owner?.table == null) continue;
      this.assignColumn(owner.table, assignment, scope, env, "update set");
    }
    if (target?.table != null && this.draft.writes.length === 0) this.writeTable(target.table, "update");
    for (const write of this.draft.writes) {
      const table = scope.relations.find((relation) => relation.table?.use.id === write.id)?.table;
      // The table that is changed counts as read only where it is joined to itself.
      if (table != null && !this.joinedToItself(scope, table, first)) reads.delete(table);
    }
    this.queries.influence(statement.select.influence, scope, env);
    this.decided(target?.table ?? null);
    if (statement.returning !== null && target?.table != null && statement.target.kind === "table")
      this.returning(statement.returning, target.table, statement.target, scope);
  }

  private writeTable(table: Table, mode: TableWrite["mode"]): void {
    if (!this.draft.writes.some((write) => write.id === table.use.id && write.mode === mode))
      this.draft.writes.push({ ...table.use, mode, columnNames: "statement" });
  }

  /** The relation an UPDATE changes: the first, or the one in FROM that its name is the alias of. */
  private updated(target: Relation, scope: Scope): Visible | null {
    const first = scope.relations[0] ?? null;
    if (target.kind === "table") {
      if (target.name.parts.length === 1 && target.alias === null) {
        const lower = target.name.parts[0]!.toLowerCase();
        const other =
          scope.relations.slice(1).find((relation) => relation.alias === lower) ??
          scope.relations
            .slice(1)
            .find((relation) => relation.table !== null && relation.path?.at(-1) === lower && relation.alias === null);
        if (other?.table != null) {
          // `UPDATE a SET … FROM t AS a`: the name is only an alias, and no table of its own.
          if (first?.table != null && first.table !== other.table) this.queries.reads.delete(first.table);
          scope.relations.shift();
          return other;
        }
        if (other !== undefined && other.outputs !== null) {
          scope.relations.shift();
          return this.behind(other);
        }
      }
      if (first?.table == null && first !== null) return this.behind(first);
      return first;
    }
    return first === null ? null : this.behind(first);
  }

  /** The one table behind a query that is updated. */
  private behind(relation: Visible): Visible | null {
    const tables = new Set(
      (relation.outputs ?? []).flatMap(({ flows }) =>
        flows.flatMap(({ source }) => (source.table === null ? [] : [source.table])),
      ),
    );
    const [only] = tables;
    if (tables.size !== 1 || only === undefined) return null;
    return { ...relation, table: only, outputs: null };
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
    table: Table,
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
    this.draft.edges.add(table, this.columnName(table, column, field), flows, expr, rule);
  }

  private delete(statement: DeleteStatement): void {
    this.draft.kind = "delete";
    const env = this.queries.withCtes(statement.ctes, null, null);
    const scope = newScope(null);
    this.queries.from(statement.select.from, scope, env);
    const reads = this.queries.reads;
    let table: Table | null = null;
    const { target } = statement;
    if (target.name.parts.length > 0) {
      const lower = target.name.parts.map((part) => part.toLowerCase());
      const known = this.finder.matching(scope, lower).find((relation) => relation.table !== null);
      if (known?.table != null) {
        this.writeTable(known.table, "delete");
        const found = known.table;
        table = found;
        if (scope.relations.filter((relation) => relation.table === found).length === 1) reads.delete(found);
      } else {
        table = this.write(target, "delete", "statement");
        scope.relations.unshift(targetRelation(target, table));
      }
    }
    this.queries.influence(statement.select.influence, scope, env);
    this.decided(table);
    if (statement.returning !== null && table !== null) this.returning(statement.returning, table, target, scope);
  }

  private merge(statement: MergeStatement): void {
    this.draft.kind = "merge";
    const env = this.queries.withCtes(statement.ctes, null, null);
    const scope = newScope(null);
    this.queries.from(statement.select.from, scope, env);
    const sources = [...scope.relations];
    const reads = this.queries.reads;
    const before = new Set(reads);
    this.queries.from([statement.target], scope, env);
    const visible = scope.relations.at(-1) ?? null;
    const target = visible?.table == null && visible !== null ? this.behind(visible) : visible;
    if (target?.table != null) {
      if (!before.has(target.table)) reads.delete(target.table);
      this.writeTable(target.table, "merge");
      for (const action of statement.actions) this.mergeAction(action, target.table, scope, sources, env);
    }
    this.queries.influence(statement.select.influence, scope, env);
    this.decided(target?.table ?? null);
    if (statement.returning !== null && target?.table != null && statement.target.kind === "table")
      this.returning(statement.returning, target.table, statement.target, scope);
  }

  private mergeAction(
    action: MergeAction,
    table: Table,
    scope: Scope,
    sources: readonly Visible[],
    env: Env | null,
  ): void {
    switch (action.kind) {
      case "update":
        for (const assignment of action.assignments) this.assignColumn(table, assignment, scope, env, "merge update");
        return;
      case "insert": {
        // Only the source's row is there to be inserted.
        const inner: Scope = { ...newScope(null), relations: [...sources] };
        action.values.forEach((expr, i) => {
          const output = this.queries.outputOf(expr, expr.label, inner, env);
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
    this.draft.kind =
      statement.what === "table"
        ? "create table"
        : statement.what === "view"
          ? "create view"
          : "create materialized view";
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
      if (model.kind === "clone")
        for (const output of tableOutputs(source, statement))
          this.draft.edges.addOutput(own, output.name, output, "clone");
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
    const outputs = this.queries.query(query, null, null);
    if (to === null) {
      this.filled(target, "create", outputs, statement.columns, "created as", temporary);
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
      const outputs = this.queries.query(query, null, null);
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

function lastStar(outputs: readonly Output[]): number {
  return outputs.findLastIndex((output) => output.star !== null);
}

/** A target as a relation whose columns can be named. */
function targetRelation(target: TargetTable, table: Table): Visible {
  const path = target.name.parts.filter((part) => part !== "").map((part) => part.toLowerCase());
  return { alias: null, path, table, outputs: null, hidden: false, merged: null, value: null };
}

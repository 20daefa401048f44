import type { Dialect } from "../dialect.ts";
import { compose, FILTER, GROUP_BY, IDENTITY, JOIN, kindOf, RECOVERED, SORT, TRANSFORMATION } from "../how.ts";
import type {
  Body,
  Cte,
  Expr,
  Item,
  Name,
  Query,
  Relation,
  Select,
  SetOperation,
  StarItem,
  Statement,
  Values,
} from "../ir.ts";
import type { Budget } from "./budget.ts";
import { type Flow, FlowSet, type Output, through } from "./flow.ts";
import { type Influence, InfluenceSet } from "./influences.ts";
import { named, outputColumn, rowsOf, unnamed, starOutput } from "./outputs.ts";
import { visible } from "./relations.ts";
import { type ColumnFinder, newScope, type Scope, type Visible } from "./scope.ts";
import { combined } from "./set-operations.ts";
import { expandStar } from "./stars.ts";
import type { Table, Tables } from "./tables.ts";

/** Tables of WITH that can be seen from one place. */
export interface Env {
  readonly parent: Env | null;
  readonly name: string;
  readonly entry: CteEntry;
}

export interface CteEntry {
  readonly cte: Cte;
  /** Where its own names are looked up. */
  readonly env: Env | null;
  readonly scope: Scope | null;
  result: Result | null;
  /** While it reads itself: what its first branches give. */
  anchor: readonly Output[] | null;
}

/** What a query gives, and what decided about its rows. */
export interface Result {
  readonly outputs: readonly Output[];
  readonly influences: readonly Influence[];
}

/** Resolves the queries of one statement. */
export class QueryResolver {
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly finder: ColumnFinder;
  readonly budget: Budget;
  /** Statements found inside a query, and the tables of WITH they see; the statement's resolver writes what they write. */
  private readonly onStatement: (statement: Statement, env: Env | null) => void;
  /** Tables read, in the order they came. */
  readonly reads: Set<Table> = new Set<Table>();
  /** What decides about the rows of what is being read. */
  influences: InfluenceSet = new InfluenceSet();

  constructor(
    dialect: Dialect,
    tables: Tables,
    finder: ColumnFinder,
    budget: Budget,
    onStatement: (statement: Statement, env: Env | null) => void,
  ) {
    this.dialect = dialect;
    this.tables = tables;
    this.finder = finder;
    this.budget = budget;
    this.onStatement = onStatement;
  }

  // --- queries

  /** The columns a query gives. What decides about its rows is added to `influences`. */
  query(query: Query, env: Env | null, parent: Scope | null): readonly Output[] {
    for (const statement of query.statements) this.onStatement(statement, env);
    const scope = this.scalarScope(query.ctes, parent);
    const inner = this.withCtes(query.ctes, env, scope);
    const outputs = this.body(query.body, inner, scope);
    if (query.tail !== null) this.tail(query.tail, outputs, inner, scope);
    return outputs;
  }

  /**
   * An environment with the tables of a WITH, resolved in their order: each finds those before it done, so that a chain of a
   * thousand goes no deeper than one.
   */
  withCtes(ctes: readonly Cte[], env: Env | null, scope: Scope | null): Env | null {
    if (ctes.length === 0) return env;
    let inner = env;
    for (const cte of ctes) {
      if (cte.scalar !== null) {
        if (scope === null) continue;
        const output = this.outputOf(cte.scalar, cte.name, scope, inner);
        scope.aliases?.set(output.lower, output);
        this.addInnerAliases(cte.scalar, scope, inner);
        continue;
      }
      const entry: CteEntry = { cte, env: inner, scope, result: null, anchor: null };
      this.cteResult(entry);
      inner = { parent: inner, name: cte.name.toLowerCase(), entry };
    }
    return inner;
  }

  /** A scope for the values of a WITH, which are seen like columns from everywhere inside; they come in as they are read. */
  private scalarScope(ctes: readonly Cte[], parent: Scope | null): Scope | null {
    const scalars = ctes.filter(({ scalar }) => scalar !== null);
    return scalars.length === 0 ? parent : { ...newScope(parent), aliases: new Map(), scalars };
  }

  cteResult(entry: CteEntry): Result {
    if (entry.result !== null) return entry.result;
    const { cte } = entry;
    const saved = this.influences;
    this.influences = new InfluenceSet();
    let outputs: readonly Output[];
    if (cte.recursive && cte.query.body.kind === "set") outputs = this.recursive(entry, cte.query, cte.query.body);
    else outputs = named(this.query(cte.query, entry.env, entry.scope), cte.columns);
    if (cte.added.length > 0) outputs = withAdded(outputs, cte);
    entry.result = { outputs, influences: this.influences.items };
    this.influences = saved;
    return entry.result;
  }

  /** The first branches say what columns there are; those that read the table itself are gone through until nothing is new. */
  private recursive(entry: CteEntry, query: Query, body: SetOperation): readonly Output[] {
    const { cte } = entry;
    const self: Env = { parent: entry.env, name: cte.name.toLowerCase(), entry };
    const [first] = body.branches;
    if (first === undefined) return [];
    const inner = this.withCtes(query.ctes, self, entry.scope);
    let outputs = named(this.query(first.query, inner, entry.scope), cte.columns);
    for (let round = 0; round < 8; round++) {
      entry.anchor = outputs;
      const before = countFlows(outputs);
      outputs = named(this.body(body, inner, entry.scope), cte.columns);
      if (countFlows(outputs) === before) break;
    }
    entry.anchor = null;
    return outputs;
  }

  private body(body: Body, env: Env | null, parent: Scope | null): readonly Output[] {
    switch (body.kind) {
      case "select":
        return this.select(body, env, parent);
      case "values":
        return this.values(body, env, parent);
      case "set":
        return this.setOperation(body, env, parent);
      default:
        return this.query(body.query, env, parent);
    }
  }

  private values(values: Values, env: Env | null, parent: Scope | null): readonly Output[] {
    const scope = newScope(parent);
    const outputs: Output[] = [];
    for (const expr of values.columns) {
      const row = wholeRow(expr);
      if (row !== null && this.finder.rowOf(row.qualifier) !== null) expandStar(this, row, scope, env, outputs);
      else
        outputs.push({
          ...this.outputOf(expr, `${this.dialect.features.valuesColumn}${outputs.length + 1}`, scope, env),
          named: false,
        });
    }
    return outputs;
  }

  private setOperation(body: SetOperation, env: Env | null, parent: Scope | null): readonly Output[] {
    return combined(
      body.branches.map(({ query, except, byName }) => {
        const outputs = this.query(query, env, parent);
        return {
          outputs: except ? outputs.map((output) => ({ ...output, flows: through(output.flows, FILTER) })) : outputs,
          byName,
        };
      }),
      (outputs, name) => this.finder.columnOf(unnamed(outputs), name, name.toLowerCase(), false),
    );
  }

  /** ORDER BY of a set operation: names of its columns. */
  private tail(tail: Expr, outputs: readonly Output[], env: Env | null, parent: Scope | null): void {
    const scope = newScope(parent);
    scope.relations.push(unnamed(outputs));
    this.influence(tail, scope, env);
  }

  // --- SELECT

  private select(select: Select, env: Env | null, parent: Scope | null): readonly Output[] {
    const scope = newScope(parent);
    this.from(select.from, scope, env);
    for (const { name, scalar } of parent?.scalars ?? []) {
      const output = this.outputOf(scalar!, name, scope, env);
      (scope.aliases ??= new Map()).set(output.lower, output);
    }
    if (select.windows !== null) this.windows(select, scope, env);
    const outputs = this.items(select.items, scope, env);
    this.decide(select, outputs, scope, env);
    return outputs;
  }

  /** Adds relations to a scope, in order: each sees those before it where it may. */
  from(relations: readonly Relation[], scope: Scope, env: Env | null): void {
    for (const relation of relations) {
      const added = this.relation(relation, scope, env);
      scope.relations.push(added);
    }
  }

  /** A relation as names see it; those before it are in the scope. */
  relation(relation: Relation, scope: Scope, env: Env | null): Visible {
    return visible(this, relation, scope, env);
  }

  private windows(select: Select, scope: Scope, env: Env | null): void {
    scope.windows = new Map();
    for (const { name, expr } of select.windows ?? [])
      scope.windows.set(name.toLowerCase(), this.flows(expr, scope, env));
  }

  /** The columns of a select list. */
  items(items: readonly Item[], scope: Scope, env: Env | null): Output[] {
    const outputs: Output[] = [];
    const { lateralAliases, aliasesInsideExpressions } = this.dialect.features;
    if (lateralAliases || aliasesInsideExpressions) scope.aliases ??= new Map();
    if (aliasesInsideExpressions) this.aliasesAhead(items, scope, env);
    for (const item of items) {
      if (item.kind === "star") {
        expandStar(this, item, scope, env, outputs);
        continue;
      }
      const { expr, alias } = item;
      if (expr.inner !== null) this.addInnerAliases(expr, scope, env);
      if (item.fields === true) {
        outputs.push(
          starOutput(through(this.flows(expr, scope, env), TRANSFORMATION), { except: null, whole: true }, expr),
        );
        continue;
      }
      const output = this.outputOf(expr, alias ?? expr.label, scope, env);
      outputs.push(output);
      if (lateralAliases && alias !== null) scope.aliases!.set(output.lower, output);
    }
    return outputs;
  }

  /** Aliases that can be used before they are given (ClickHouse): those that need no others first. */
  private aliasesAhead(items: readonly Item[], scope: Scope, env: Env | null): void {
    for (const item of items) {
      if (item.kind === "star") continue;
      this.addInnerAliases(item.expr, scope, env);
    }
  }

  private addInnerAliases(expr: Expr, scope: Scope, env: Env | null): void {
    if (expr.inner === null) return;
    scope.aliases ??= new Map();
    for (const { name, expr: value } of expr.inner) {
      const output = this.outputOf(value, name, scope, env);
      scope.aliases.set(output.lower, output);
    }
  }

  outputOf(expr: Expr, name: string | null, scope: Scope, env: Env | null): Output {
    let flows = this.flows(expr, scope, env);
    if (expr.recovered) flows = through(flows, IDENTITY | RECOVERED);
    return {
      name: name ?? "",
      lower: name?.toLowerCase() ?? "",
      named: name !== null,
      flows,
      star: null,
      start: expr.start,
      end: expr.end,
    };
  }

  /** What an expression draws on. */
  flows(expr: Expr, scope: Scope, env: Env | null): readonly Flow[] {
    const { refs, queries } = expr;
    if (refs.length < 2 && queries.length === 0 && expr.rows === 0) {
      const [ref] = refs;
      return ref === undefined ? NO_FLOWS : through(this.finder.find(ref.name, scope, false), ref.how);
    }
    const set = new FlowSet();
    for (const { name, how } of refs) set.addAll(this.finder.find(name, scope, false), how);
    for (const nested of queries) {
      const outputs = this.query(nested.query, env, scope);
      if (!nested.exists) for (const output of outputs) set.addAll(output.flows, nested.how);
    }
    if (expr.rows !== 0) for (const flow of rowsOf(scope)) set.add(flow.source.by(compose(flow.how, expr.rows)));
    this.budget.spend(set.items.length);
    return set.items;
  }

  /** What decides about the rows of a SELECT. */
  private decide(select: Select, outputs: readonly Output[], scope: Scope, env: Env | null): void {
    const { influence } = select;
    const seesAliases =
      influence.queries.length > 0 ||
      influence.refs.some(({ how }) => kindOf(how) === SORT || kindOf(how) === GROUP_BY);
    if (!seesAliases) {
      if (influence.refs.length > 0) this.influence(influence, scope, env);
    } else {
      const aliases = scope.aliases;
      scope.aliases = new Map(aliases ?? []);
      for (const output of outputs)
        if (output.named && output.star === null && output.lower !== "" && !scope.aliases.has(output.lower))
          scope.aliases.set(output.lower, output);
      this.influence(influence, scope, env, aliases);
      scope.aliases = aliases;
    }
    for (const { position, how } of select.ordinals ?? []) {
      const output = outputs[position - 1];
      if (output !== undefined && outputs.slice(0, position).every(({ star }) => star === null))
        for (const flow of output.flows)
          this.influences.add(flow.source.by(compose(flow.how, how)), output.start, output.end);
    }
  }

  /** Adds what an expression draws on to what decides about rows. */
  influence(expr: Expr, scope: Scope, env: Env | null, aliasesOfConditions: Scope["aliases"] = scope.aliases): void {
    const { aliases } = scope;
    for (const { name, how } of expr.refs) {
      const kind = kindOf(how);
      // Conditions of WHERE and ON see no aliases, except where the dialect lets them.
      scope.aliases = kind === SORT || kind === GROUP_BY ? aliases : kind === JOIN ? null : aliasesOfConditions;
      for (const flow of this.finder.find(name, scope, kind === SORT))
        this.influences.add(flow.source.by(compose(flow.how, how)), name.start, name.end);
    }
    scope.aliases = aliases;
    for (const { query, how, exists } of expr.queries) {
      const outputs = this.query(query, env, scope);
      if (exists) continue;
      for (const output of outputs)
        for (const flow of output.flows)
          this.influences.add(flow.source.by(compose(flow.how, how)), output.start, output.end);
    }
  }
}

/** The star of `VALUES (NEW.*)`, which stands for as many values as the row has columns. */
function wholeRow({ refs, queries, start, end }: Expr): (StarItem & { readonly qualifier: Name }) | null {
  const [ref] = refs;
  if (ref === undefined || refs.length > 1 || queries.length > 0) return null;
  const { name, how } = ref;
  if (how !== IDENTITY || name.parts.length !== 2 || name.parts[1] !== "*") return null;
  const qualifier: Name = { ...name, parts: name.parts.slice(0, 1) };
  return { kind: "star", qualifier, except: [], replace: [], rename: [], pattern: false, how, start, end };
}

const NO_FLOWS: readonly Flow[] = [];

function countFlows(outputs: readonly Output[]): number {
  return outputs.reduce((sum, { flows }) => sum + flows.length, 0);
}

/** The columns of a recursive table with those that SEARCH and CYCLE put behind them. */
function withAdded(outputs: readonly Output[], { added }: Cte): readonly Output[] {
  return [
    ...outputs,
    ...added.map(({ name, from }) => {
      const names = new Set(from.map((one) => one.toLowerCase()));
      const set = new FlowSet();
      for (const output of outputs) if (names.has(output.lower)) set.addAll(output.flows, TRANSFORMATION);
      return outputColumn(name, set.items, outputs[0] ?? { start: 0, end: 0 });
    }),
  ];
}

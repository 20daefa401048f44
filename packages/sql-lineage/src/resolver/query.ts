import type { Dialect } from "../dialect.ts";
import { FILTER, GROUP_BY, IDENTITY, JOIN, RECOVERED, SORT, TRANSFORMATION, compose, kindOf } from "../how.ts";
import type {
  Body,
  Cte,
  Expr,
  FunctionRelation,
  Item,
  MatchRelation,
  Name,
  PivotRelation,
  Query,
  Relation,
  Select,
  SetOperation,
  StarItem,
  Statement,
  TableRelation,
  UnpivotRelation,
  Values,
} from "../ir.ts";
import type { Budget } from "./budget.ts";
import { type Flow, FlowSet, type Output, type Star, renamed, through } from "./flow.ts";
import { type Influence, InfluenceSet } from "./influences.ts";
import { type ColumnFinder, type Scope, type Visible, newScope } from "./scope.ts";
import { combined } from "./set-operations.ts";
import type { Table, Tables } from "./tables.ts";

/** Tables of WITH that can be seen from one place. */
export interface Env {
  readonly parent: Env | null;
  readonly name: string;
  readonly entry: CteEntry;
}

interface CteEntry {
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
  private readonly dialect: Dialect;
  private readonly tables: Tables;
  private readonly finder: ColumnFinder;
  private readonly budget: Budget;
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

  private cteResult(entry: CteEntry): Result {
    if (entry.result !== null) return entry.result;
    const { cte } = entry;
    const saved = this.influences;
    this.influences = new InfluenceSet();
    let outputs: readonly Output[];
    if (cte.recursive && cte.query.body.kind === "set") outputs = this.recursive(entry, cte.query, cte.query.body);
    else outputs = named(this.query(cte.query, entry.env, entry.scope), cte.columns);
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
    return values.columns.map((expr, i) => ({ ...this.outputOf(expr, `column${i + 1}`, scope, env), named: false }));
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
      const visible = this.relation(relation, scope, env);
      scope.relations.push(visible);
    }
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
        this.star(item, scope, env, outputs);
        continue;
      }
      const { expr, alias } = item;
      if (expr.inner !== null) this.addInnerAliases(expr, scope, env);
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

  private star(item: StarItem, scope: Scope, env: Env | null, outputs: Output[]): void {
    const { qualifier } = item;
    let relations: readonly Visible[];
    if (qualifier === null) relations = scope.relations.filter(({ hidden }) => !hidden);
    else {
      const lower = qualifier.parts.map((part) => part.toLowerCase());
      relations = [];
      for (let at: Scope | null = scope; at !== null && relations.length === 0; at = at.parent)
        relations = this.finder.matching(at, lower);
      if (relations.length === 0) {
        // `column.*`: the fields of a value.
        const flows = through(this.finder.find(qualifier, scope, false), TRANSFORMATION);
        outputs.push({
          name: "*",
          lower: "*",
          named: true,
          flows,
          star: { except: null, whole: true },
          start: item.start,
          end: item.end,
        });
        return;
      }
    }
    const changes: StarChanges = {
      except: new Set(item.except.map((name) => name.toLowerCase())),
      replace: new Map(item.replace.map(({ name, expr }) => [name.toLowerCase(), { name, expr }])),
      rename: new Map(item.rename.map(({ from, to }) => [from.toLowerCase(), to])),
    };
    const first = outputs.length;
    for (const relation of relations)
      this.expand(relation, item, changes, scope, env, outputs, qualifier === null ? first : outputs.length);
    // What is replaced or renamed out of columns nobody told us is known by these words alone.
    this.nameHidden(item, changes, relations, scope, env, outputs, first);
  }

  private expand(
    relation: Visible,
    item: StarItem,
    changes: StarChanges,
    scope: Scope,
    env: Env | null,
    outputs: Output[],
    first: number,
  ): void {
    const push = (name: string, flows: readonly Flow[], named_: boolean): void => {
      const lower = name.toLowerCase();
      if (changes.except.has(lower)) return;
      if (relation.merged?.has(lower) === true) {
        const at = outputs.findIndex((output, i) => i >= first && output.lower === lower && output.star === null);
        if (at >= 0) {
          const set = new FlowSet();
          set.addAll(outputs[at]!.flows);
          set.addAll(flows);
          outputs[at] = { ...outputs[at]!, flows: set.items };
          return;
        }
      }
      const replacement = changes.replace.get(lower);
      if (replacement !== undefined) {
        outputs.push({ ...this.outputOf(replacement.expr, name, scope, env) });
        replacement.done = true;
        return;
      }
      const to = changes.rename.get(lower) ?? name;
      const output: Output = {
        name: to,
        lower: to.toLowerCase(),
        named: named_,
        flows: through(flows, item.how),
        star: null,
        start: item.start,
        end: item.end,
      };
      outputs.push(output);
    };
    const { table } = relation;
    if (table !== null && table.columns !== null) {
      if (item.pattern)
        outputs.push(
          starOutput(
            table.columns.map((column) => table.source(column).by(IDENTITY)),
            { except: null, whole: true },
            item,
          ),
        );
      else for (const column of table.columns) push(column, [table.source(column).by(IDENTITY)], true);
      return;
    }
    const own: readonly Output[] =
      table !== null
        ? [starOutput([table.source("*").by(IDENTITY)], { except: null, whole: false }, item)]
        : (relation.outputs ?? []);
    for (const output of own) {
      if (output.star === null && !item.pattern) {
        push(output.name, output.flows, output.named);
        continue;
      }
      const hidden = new Set([
        ...(output.star?.except ?? []),
        ...changes.except,
        ...changes.replace.keys(),
        ...changes.rename.keys(),
      ]);
      const star: Star = { except: hidden.size === 0 ? null : hidden, whole: output.star?.whole ?? true };
      outputs.push({ ...output, flows: through(output.flows, item.how), star, start: item.start, end: item.end });
    }
  }

  private nameHidden(
    item: StarItem,
    changes: StarChanges,
    relations: readonly Visible[],
    scope: Scope,
    env: Env | null,
    outputs: Output[],
    first: number,
  ): void {
    const stars = outputs.slice(first).some(({ star }) => star !== null);
    if (!stars) return;
    for (const { name, expr, done } of changes.replace.values())
      if (done !== true) outputs.push(this.outputOf(expr, name, scope, env));
    for (const { from, to } of item.rename) {
      if (outputs.slice(first).some((output) => output.star === null && output.lower === to.toLowerCase())) continue;
      const set = new FlowSet();
      for (const relation of relations)
        set.addAll(this.finder.columnOf(relation, from, from.toLowerCase(), false) ?? []);
      outputs.push({
        name: to,
        lower: to.toLowerCase(),
        named: true,
        flows: set.items,
        star: null,
        start: item.start,
        end: item.end,
      });
    }
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

  // --- relations

  relation(relation: Relation, scope: Scope, env: Env | null): Visible {
    const result = this.source(relation, scope, env);
    const { join } = relation;
    if (join === null) return result;
    if (join.using === null && !join.natural) return join.hidden ? { ...result, hidden: true } : result;
    const names = join.using ?? this.natural(result, scope);
    const merged = new Set(names.map((name) => name.toLowerCase()));
    const right: Visible = { ...result, hidden: join.hidden, merged };
    for (const name of names) {
      const lower = name.toLowerCase();
      // A column that was merged before: what it was merged from has been told then.
      const before = scope.relations.findLast((side) => side.merged?.has(lower) === true);
      const sides = before === undefined ? [...scope.relations, right] : [before, right];
      this.budget.spend(sides.length);
      for (const flow of this.finder.mergedColumn(sides, name))
        this.influences.add(flow.source.by(compose(flow.how, JOIN)), relation.start, relation.end);
    }
    if (join.using === null) {
      this.budget.spend(8 * scope.relations.length);
      // Which columns a natural join is by is only known where both sides are.
      const sides = [...scope.relations, right];
      if (sides.some((side) => !isKnown(side)))
        for (const flow of rowsOf({ ...scope, relations: sides }))
          this.influences.add(flow.source.by(compose(flow.how, JOIN)), relation.start, relation.end);
    }
    return right;
  }

  /** Columns both sides of a natural join are known to have. */
  private natural(right: Visible, scope: Scope): string[] {
    this.budget.spend(scope.relations.length);
    const left = new Set<string>();
    for (const relation of scope.relations) for (const name of knownNames(relation)) left.add(name);
    return knownNames(right).filter((name) => left.has(name));
  }

  private source(relation: Relation, scope: Scope, env: Env | null): Visible {
    const alias = relation.alias?.toLowerCase() ?? null;
    switch (relation.kind) {
      case "table":
        return this.table(relation, alias, scope, env);
      case "query": {
        const outputs = this.query(relation.query, env, relation.lateral ? scope : scope.parent);
        return derived(alias, named(outputs, relation.columnAliases));
      }
      case "function":
        return this.function(relation, alias, scope, env);
      case "pivot":
        return derived(alias, named(this.pivot(relation, scope, env), relation.columnAliases));
      case "unpivot":
        return derived(alias, named(this.unpivot(relation, scope, env), relation.columnAliases));
      case "match":
        return derived(alias, named(this.match(relation, scope, env), relation.columnAliases));
      default: {
        const inner = newScope(scope.parent);
        this.from(relation.relations, inner, env);
        const outputs: Output[] = [];
        this.star(
          {
            kind: "star",
            qualifier: null,
            except: [],
            replace: [],
            rename: [],
            pattern: false,
            how: IDENTITY,
            start: relation.start,
            end: relation.end,
          },
          inner,
          env,
          outputs,
        );
        return derived(alias, named(outputs, relation.columnAliases));
      }
    }
  }

  private table(relation: TableRelation, alias: string | null, scope: Scope, env: Env | null): Visible {
    const { name } = relation;
    if (relation.orValue === true) {
      const value = this.valueCalled(name, scope);
      if (value !== null) return derived(alias, [outputColumn(name.parts.at(-1)!, value, relation)]);
    }
    if (relation.source === "table") {
      if (name.parts.length === 1) {
        const entry = findCte(env, name.parts[0]!.toLowerCase());
        if (entry !== null) return this.cte(entry, relation, alias);
      } else if (this.dialect.features.implicitUnnest) {
        const value = this.pathValue(relation, scope);
        if (value !== null)
          return { ...derived(alias ?? name.parts.at(-1)!.toLowerCase(), unfolded(value, relation)), value };
      }
    }
    const table = this.tables.find(name, relation.source);
    this.reads.add(table);
    if (relation.columnAliases !== null && relation.columnAliases.length > 0) {
      const outputs = named(tableOutputs(table, relation), relation.columnAliases);
      return { ...derived(alias, outputs) };
    }
    return { alias, path: lowerPath(name), table, outputs: null, hidden: false, merged: null, value: null };
  }

  /** A value in sight under a name: an alias, or a column that is known to be there. */
  private valueCalled(name: Name, scope: Scope): readonly Flow[] | null {
    const lower = name.parts[0]!.toLowerCase();
    for (let at = scope.parent; at !== null; at = at.parent) {
      const isColumn = name.parts.length === 1 && at.relations.some((relation) => knownNames(relation).includes(lower));
      const isQualified = name.parts.length > 1 && this.finder.matching(at, [lower]).length > 0;
      if (at.aliases?.has(lower) === true || isColumn || isQualified) return this.finder.find(name, at, true);
    }
    return null;
  }

  private cte(entry: CteEntry, relation: TableRelation, alias: string | null): Visible {
    let outputs: readonly Output[];
    if (entry.anchor !== null) outputs = entry.anchor;
    else {
      const result = this.cteResult(entry);
      this.influences.addAll(result.influences);
      ({ outputs } = result);
    }
    return { ...derived(alias ?? relation.name.parts[0]!.toLowerCase(), named(outputs, relation.columnAliases)) };
  }

  /** `FROM t, t.items`: a path into a column of an earlier relation. */
  private pathValue(relation: TableRelation, scope: Scope): readonly Flow[] | null {
    const [first] = relation.name.parts;
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      if (this.finder.matching(at, [first!.toLowerCase()]).length > 0)
        return through(this.finder.find(relation.name, scope, false), TRANSFORMATION);
    }
    return null;
  }

  private function(relation: FunctionRelation, alias: string | null, scope: Scope, env: Env | null): Visible {
    const flows = this.flows(relation.expr, scope, env);
    const { name, columnAliases, columns, counters } = relation;
    if (name !== null && !relation.builtin) return this.unknownFunction(relation, name, alias, scope, env);
    const at = { start: relation.start, end: relation.end };
    const outputs: Output[] = [];
    const names = columnAliases ?? columns;
    if (names === null) {
      outputs.push({ name: "*", lower: "*", named: true, flows, star: { except: null, whole: true }, ...at });
      for (const counter of counters) outputs.push(outputColumn(counter, [], at));
    } else {
      // Ordinality comes last among the aliases.
      const counted = columnAliases !== null && counters.length > 0 ? names.length - counters.length : names.length;
      names.forEach((columnName, i) => outputs.push(outputColumn(columnName, i < counted ? flows : [], at)));
      if (columnAliases === null) for (const counter of counters) outputs.push(outputColumn(counter, [], at));
    }
    return { ...derived(alias ?? (name === null ? null : name.parts.at(-1)!.toLowerCase()), outputs), value: flows };
  }

  /**
   * A function of the user's own: where its columns come from is inside it. They are its own columns; what it is called with
   * decides about its rows.
   */
  private unknownFunction(
    relation: FunctionRelation,
    name: Name,
    alias: string | null,
    scope: Scope,
    env: Env | null,
  ): Visible {
    const { columnAliases, columns } = relation;
    const table = this.tables.function(name);
    this.reads.add(table);
    for (const flow of this.flows(relation.expr, scope, env))
      // A word among the arguments that no relation can have is an option, not a column.
      if (flow.source.table !== null || flow.source.candidates!.length > 0)
        this.influences.add(flow.source.by(compose(flow.how, FILTER)), relation.start, relation.end);
    const own = alias ?? name.parts.at(-1)!.toLowerCase();
    const names = columnAliases ?? columns;
    if (names === null)
      return { ...derived(own, tableOutputs(table, relation)), value: [table.source("*").by(IDENTITY)] };
    return {
      ...derived(
        own,
        names.map((columnName) => outputColumn(columnName, [table.source(columnName).by(IDENTITY)], relation)),
      ),
      value: [table.source("*").by(IDENTITY)],
    };
  }

  private pivot(relation: PivotRelation, scope: Scope, env: Env | null): Output[] {
    const inner = newScope(scope.parent);
    inner.relations.push(this.relation({ ...relation.input, join: null }, scope, env));
    const aggregates = relation.aggregates.map((expr) => this.flows(expr, inner, env));
    this.influence(relation.keys, inner, env);
    const used = new Set<string>();
    for (const expr of [...relation.aggregates, relation.keys])
      for (const { name } of expr.refs) used.add(name.parts.at(-1)!.toLowerCase());
    const at = { start: relation.start, end: relation.end };
    const outputs: Output[] = [];
    if (relation.groupBy !== null) {
      for (const { name } of relation.groupBy.refs)
        outputs.push(outputColumn(name.parts.at(-1)!, this.finder.find(name, inner, false), at));
    } else this.expandWithout(inner.relations[0]!, used, at, outputs);
    for (const { name, aggregate } of relation.outputs)
      outputs.push(outputColumn(name, aggregates[aggregate] ?? [], at));
    if (relation.open) {
      const set = new FlowSet();
      for (const flows of aggregates) set.addAll(flows);
      outputs.push({
        name: "*",
        lower: "*",
        named: true,
        flows: set.items,
        star: { except: null, whole: true },
        ...at,
      });
    }
    return outputs;
  }

  private unpivot(relation: UnpivotRelation, scope: Scope, env: Env | null): Output[] {
    const inner = newScope(scope.parent);
    inner.relations.push(this.relation({ ...relation.input, join: null }, scope, env));
    const used = new Set(relation.values.flatMap(({ from }) => from.map((name) => name.parts.at(-1)!.toLowerCase())));
    const at = { start: relation.start, end: relation.end };
    const outputs: Output[] = [];
    this.expandWithout(inner.relations[0]!, used, at, outputs);
    for (const key of relation.keys) outputs.push(outputColumn(key, [], at));
    for (const { name, from } of relation.values) {
      const set = new FlowSet();
      for (const source of from) set.addAll(this.finder.find(source, inner, false));
      outputs.push(outputColumn(name, set.items, at));
    }
    return outputs;
  }

  private match(relation: MatchRelation, scope: Scope, env: Env | null): Output[] {
    const inner = newScope(scope.parent);
    const input = this.relation({ ...relation.input, join: null }, scope, env);
    inner.relations.push(input);
    // Pattern variables stand for rows of the input.
    for (const variable of relation.variables)
      inner.relations.push({
        ...input,
        alias: variable.toLowerCase(),
        path: null,
        hidden: true,
        outputs: input.outputs,
        table: input.table,
      });
    const at = { start: relation.start, end: relation.end };
    const outputs: Output[] = [];
    const only = newScope(scope.parent);
    only.relations.push(input);
    this.influence(relation.conditions, inner, env);
    this.influence(relation.partition, only, env);
    if (relation.allRows) this.expandWithout(input, new Set(), at, outputs);
    else
      for (const { name } of relation.partition.refs)
        outputs.push(outputColumn(name.parts.at(-1)!, this.finder.find(name, only, false), at));
    for (const { name, expr } of relation.measures) {
      const set = new FlowSet();
      for (const ref of expr.refs)
        set.addAll(this.finder.find(ref.name, ref.name.parts.length > 1 ? inner : only, false), ref.how);
      outputs.push({ ...outputColumn(name ?? "", set.items, at), named: name !== null });
    }
    return outputs;
  }

  /** All columns of a relation, but for some. */
  private expandWithout(
    relation: Visible,
    without: ReadonlySet<string>,
    at: { start: number; end: number },
    outputs: Output[],
  ): void {
    const item: StarItem = {
      kind: "star",
      qualifier: null,
      except: [...without],
      replace: [],
      rename: [],
      pattern: false,
      how: IDENTITY,
      ...at,
    };
    const changes: StarChanges = { except: without, replace: new Map(), rename: new Map() };
    this.expand(relation, item, changes, newScope(null), null, outputs, outputs.length);
  }
}

/** The parts of a name in lower case, without those left out. */
export function lowerPath({ parts }: Name): readonly string[] {
  if (parts.length === 1) return [parts[0]!.toLowerCase()];
  const path: string[] = [];
  for (const part of parts) if (part !== "") path.push(part.toLowerCase());
  return path;
}

interface StarChanges {
  readonly except: ReadonlySet<string>;
  readonly replace: Map<string, { readonly name: string; readonly expr: Expr; done?: boolean }>;
  readonly rename: ReadonlyMap<string, string>;
}

const NO_FLOWS: readonly Flow[] = [];

function findCte(env: Env | null, lower: string): CteEntry | null {
  for (let at = env; at !== null; at = at.parent) {
    if (at.name === lower) return at.entry;
  }
  return null;
}

export function derived(alias: string | null, outputs: readonly Output[]): Visible {
  return { alias, path: null, table: null, outputs, hidden: false, merged: null, value: null };
}

function outputColumn(name: string, flows: readonly Flow[], at: { start: number; end: number }): Output {
  return { name, lower: name.toLowerCase(), named: true, flows, star: null, start: at.start, end: at.end };
}

function starOutput(flows: readonly Flow[], star: Star, at: { start: number; end: number }): Output {
  return { name: "*", lower: "*", named: true, flows, star, start: at.start, end: at.end };
}

/** The columns of a base table, as outputs. */
export function tableOutputs(table: Table, at: { start: number; end: number }): Output[] {
  if (table.columns === null) return [starOutput([table.source("*").by(IDENTITY)], { except: null, whole: false }, at)];
  return table.columns.map((name) => outputColumn(name, [table.source(name).by(IDENTITY)], at));
}

/** What comes out of an unnested value: one column of its own name, or any fields. */
function unfolded(value: readonly Flow[], at: { start: number; end: number }): Output[] {
  return [starOutput(value, { except: null, whole: true }, at)];
}

/** Outputs under the names of a column list. */
export function named(outputs: readonly Output[], columns: readonly string[] | null): readonly Output[] {
  if (columns === null || columns.length === 0) return outputs;
  const star = outputs.findIndex((output) => output.star !== null);
  if (star >= 0 && star < columns.length) {
    const last = outputs.findLastIndex((output) => output.star !== null);
    const behind = outputs.length - 1 - last;
    // Names before the first star and behind the last count from their end; those between are some of the stars' columns.
    const all = new FlowSet();
    for (const output of outputs.slice(star, last + 1)) all.addAll(output.flows);
    return columns.map((name, i) => {
      const fromEnd = columns.length - 1 - i;
      if (i < star) return renamed(outputs[i]!, name);
      if (fromEnd < behind) return renamed(outputs[outputs.length - 1 - fromEnd]!, name);
      return { ...renamed(outputs[star]!, name), flows: all.items, star: null };
    });
  }
  return outputs.map((output, i) => (columns[i] === undefined ? output : renamed(output, columns[i])));
}

/** A query's columns as a relation without a name. */
function unnamed(outputs: readonly Output[]): Visible {
  return { alias: null, path: null, table: null, outputs, hidden: false, merged: null, value: null };
}

/** The rows of the relations themselves, for what counts them. */
function rowsOf(scope: Scope): Flow[] {
  const flows: Flow[] = [];
  for (const { table, outputs, hidden } of scope.relations) {
    if (hidden) continue;
    if (table !== null) flows.push(table.source("*").by(IDENTITY));
    else for (const output of outputs ?? []) if (output.star?.whole === false) flows.push(...output.flows);
  }
  return flows;
}

function knownNames(relation: Visible): string[] {
  if (relation.table !== null) return (relation.table.columns ?? []).map((name) => name.toLowerCase());
  return (relation.outputs ?? []).filter(({ star }) => star === null).map(({ lower }) => lower);
}

/** Whether all columns of a relation are known. */
function isKnown(relation: Visible): boolean {
  if (relation.table !== null) return relation.table.columns !== null;
  return (relation.outputs ?? []).every(({ star }) => star === null);
}

function countFlows(outputs: readonly Output[]): number {
  return outputs.reduce((sum, { flows }) => sum + flows.length, 0);
}

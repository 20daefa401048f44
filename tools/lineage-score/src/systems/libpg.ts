import { loadModule, parseSync } from "libpg-query";
import { type Answer, type RawEdge, comparable } from "../answer.ts";

/** Version of the package that is asked; part of the key answers are kept under. */
export const LIBPG_VERSION = "18.1.5-r2";

/** The dialects that are PostgreSQL, or were. Of others its parser reads what happens to look alike, and means something else. */
export const LIBPG_DIALECTS: ReadonlySet<string> = new Set([
  "postgres",
  "redshift",
  "ansi",
  "greenplum",
  "materialize",
  "duckdb",
]);

type Node = Readonly<Record<string, unknown>>;

/** A column data comes from: its table's parts, or null when it is not known which. */
interface From {
  readonly table: readonly string[] | null;
  readonly column: string;
}

interface Column {
  readonly name: string;
  readonly from: readonly From[];
}

/** A relation in FROM. `columns` is null for a base table. */
interface Relation {
  readonly alias: string | null;
  readonly table: readonly string[] | null;
  readonly columns: readonly Column[] | null;
  readonly using: ReadonlySet<string>;
}

interface Scope {
  readonly relations: Relation[];
  readonly parent: Scope | null;
}

type Ctes = ReadonlyMap<string, readonly Column[]>;

/** PostgreSQL's own parser, with a resolver that knows nothing of ours: what can be told from the tree, strictly. */
export async function loadLibpg(): Promise<void> {
  await loadModule();
}

export function askLibpg(sql: string): Answer | { error: string } {
  try {
    const tree: unknown = parseSync(sql);
    const statements = list(isNode(tree) ? tree["stmts"] : undefined);
    if (statements.length !== 1) return { error: `${statements.length} statements` };
    return new Walk().statement(must(statements[0]!, "stmt"));
  } catch (error) {
    return { error: String(error).slice(0, 200) };
  }
}

class Refused extends Error {}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A node inside a node; undefined when there is none. */
function child(node: Node | undefined, key: string): Node | undefined {
  const value = node?.[key];
  return isNode(value) ? value : undefined;
}

/** A node that has to be there. */
function must(node: Node, key: string): Node {
  const found = child(node, key);
  if (found === undefined) throw new Refused(`no ${key}`);
  return found;
}

function string(node: Node | undefined, key: string): string | undefined {
  const value = node?.[key];
  return typeof value === "string" ? value : undefined;
}

function list(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter((one) => isNode(one)) : [];
}

function text(node: Node | undefined): string {
  return string(child(node, "String"), "sval") ?? "";
}

function relationName(range: Node): string[] {
  return ["catalogname", "schemaname", "relname"].flatMap((key) => string(range, key) ?? []);
}

class Walk {
  private readonly sources = new Map<string, readonly string[]>();
  private sure = true;

  statement(node: Node): Answer {
    const [kind] = Object.keys(node);
    const body = must(node, kind ?? "");
    let target: readonly string[] | null = null;
    let columns: RawEdge[] = [];
    switch (kind) {
      case "SelectStmt": {
        const into = child(body, "intoClause");
        if (into !== undefined) target = relationName(must(into, "rel"));
        columns = this.edges(this.select(body, new Map(), null), target, null);
        break;
      }
      case "InsertStmt": {
        target = relationName(must(body, "relation"));
        const ctes = this.with(child(body, "withClause"), new Map());
        const query = child(child(body, "selectStmt"), "SelectStmt");
        const names = list(body["cols"]).map((column) => string(must(column, "ResTarget"), "name") ?? "");
        if (query !== undefined)
          columns = this.edges(this.select(query, ctes, null), target, names.length > 0 ? names : null);
        if (body["onConflictClause"] !== undefined) throw new Refused("on conflict");
        break;
      }
      case "CreateTableAsStmt": {
        const into = must(body, "into");
        target = relationName(must(into, "rel"));
        const query = child(must(body, "query"), "SelectStmt");
        if (query === undefined) throw new Refused("no query");
        const names = list(into["colNames"]).map(text);
        columns = this.edges(this.select(query, new Map(), null), target, names.length > 0 ? names : null);
        break;
      }
      case "ViewStmt": {
        target = relationName(must(body, "view"));
        const names = list(body["aliases"]).map(text);
        columns = this.edges(
          this.select(must(must(body, "query"), "SelectStmt"), new Map(), null),
          target,
          names.length > 0 ? names : null,
        );
        break;
      }
      case "UpdateStmt": {
        target = relationName(must(body, "relation"));
        const ctes = this.with(child(body, "withClause"), new Map());
        const scope: Scope = { relations: [], parent: null };
        const own = must(body, "relation");
        scope.relations.push({ alias: aliasOf(own) ?? target.at(-1)!, table: target, columns: null, using: new Set() });
        for (const item of list(body["fromClause"])) this.from(item, scope, ctes);
        for (const item of list(body["targetList"])) {
          const assignment = must(item, "ResTarget");
          if (must(assignment, "val")["MultiAssignRef"] !== undefined) throw new Refused("multiple assignment");
          for (const from of this.expression(assignment["val"], scope, ctes))
            columns.push(edge(from, target, string(assignment, "name") ?? ""));
        }
        this.expression(body["whereClause"], scope, ctes);
        break;
      }
      case "MergeStmt":
        ({ target, columns } = this.merge(body));
        break;
      default:
        throw new Refused(kind ?? "nothing");
    }
    return comparable({
      sources: [...this.sources.values()],
      targets: target === null ? [] : [target],
      columns,
      sure: this.sure,
    });
  }

  private merge(body: Node): { target: string[]; columns: RawEdge[] } {
    const relation = must(body, "relation");
    const target = relationName(relation);
    const ctes = this.with(child(body, "withClause"), new Map());
    const scope: Scope = { relations: [], parent: null };
    this.from(must(body, "sourceRelation"), scope, ctes);
    scope.relations.push({
      alias: aliasOf(relation) ?? target.at(-1)!,
      table: target,
      columns: null,
      using: new Set(),
    });
    this.expression(body["joinCondition"], scope, ctes);
    const columns: RawEdge[] = [];
    for (const item of list(body["mergeWhenClauses"])) {
      const clause = must(item, "MergeWhenClause");
      const targets = list(clause["targetList"]).map((one) => must(one, "ResTarget"));
      if (clause["commandType"] === "CMD_UPDATE") {
        for (const assignment of targets)
          for (const from of this.expression(assignment["val"], scope, ctes))
            columns.push(edge(from, target, string(assignment, "name") ?? ""));
      } else if (clause["commandType"] === "CMD_INSERT") {
        const values = list(clause["values"]);
        if (targets.length === 0 && values.length > 0) throw new Refused("insert without columns");
        values.forEach((value, i) => {
          for (const from of this.expression(value, scope, ctes))
            columns.push(edge(from, target, string(targets[i], "name") ?? "<expr>"));
        });
      }
    }
    return { target, columns };
  }

  private edges(
    columns: readonly Column[],
    target: readonly string[] | null,
    names: readonly string[] | null,
  ): RawEdge[] {
    const star = columns.some(({ name }) => name === "*");
    return columns.flatMap(({ name, from }, i) =>
      from.map((one) => edge(one, target, star ? name : (names?.[i] ?? name))),
    );
  }

  private with(clause: Node | undefined, outer: Ctes): Ctes {
    if (clause === undefined) return outer;
    let ctes = outer;
    for (const item of list(clause["ctes"])) {
      const cte = must(item, "CommonTableExpr");
      const query = child(must(cte, "ctequery"), "SelectStmt");
      if (query === undefined) throw new Refused("WITH that changes data");
      const name = string(cte, "ctename") ?? "";
      const names = list(cte["aliascolnames"]).map(text);
      let columns: readonly Column[];
      if (clause["recursive"] === true && query["op"] !== "SETOP_NONE" && query["op"] !== undefined) {
        const anchor = renamed(
          this.select(must(query, "larg"), this.with(child(query, "withClause"), ctes), null),
          names,
        );
        columns = renamed(this.select(query, new Map([...ctes, [name, anchor]]), null), names);
      } else columns = renamed(this.select(query, ctes, null), names);
      ctes = new Map([...ctes, [name, columns]]);
    }
    return ctes;
  }

  private select(node: Node, outer: Ctes, parent: Scope | null): readonly Column[] {
    const ctes = this.with(child(node, "withClause"), outer);
    if (node["op"] !== "SETOP_NONE" && node["op"] !== undefined) {
      const left = this.select(must(node, "larg"), ctes, parent);
      const right = this.select(must(node, "rarg"), ctes, parent);
      if (left.some(({ name }) => name === "*") || right.some(({ name }) => name === "*")) {
        if (left.length === 1 && right.length === 1)
          return [{ name: "*", from: [...left[0]!.from, ...right[0]!.from] }];
        this.sure = false;
      }
      return left.map((column, i) => ({ name: column.name, from: [...column.from, ...(right[i]?.from ?? [])] }));
    }
    const scope: Scope = { relations: [], parent };
    const rows = list(node["valuesLists"]);
    if (rows.length > 0) {
      const columns: Column[] = [];
      for (const row of rows)
        list(must(row, "List")["items"]).forEach((value, i) => {
          const from = this.expression(value, scope, ctes);
          columns[i] = { name: `column${i + 1}`, from: [...(columns[i]?.from ?? []), ...from] };
        });
      return columns;
    }
    for (const item of list(node["fromClause"])) this.from(item, scope, ctes);
    for (const key of [
      "whereClause",
      "havingClause",
      "groupClause",
      "sortClause",
      "distinctClause",
      "windowClause",
      "limitCount",
      "limitOffset",
    ])
      this.subqueries(node[key], scope, ctes);
    const windows = new Map(
      list(node["windowClause"]).map((item) => [
        string(must(item, "WindowDef"), "name") ?? "",
        must(item, "WindowDef"),
      ]),
    );
    return list(node["targetList"]).flatMap((item) => this.target(must(item, "ResTarget"), scope, ctes, windows));
  }

  private target(target: Node, scope: Scope, ctes: Ctes, windows: ReadonlyMap<string, Node>): readonly Column[] {
    const value = child(target, "val");
    const ref = child(value, "ColumnRef");
    const fields = list(ref?.["fields"]);
    if (fields.at(-1)?.["A_Star"] !== undefined) return this.star(fields.slice(0, -1).map(text), scope);
    const from = [...this.expression(value, scope, ctes)];
    const over = child(child(value, "FuncCall"), "over");
    const named = windows.get(string(over, "name") ?? "");
    if (named !== undefined)
      from.push(...this.expression([named["partitionClause"], named["orderClause"]], scope, ctes));
    const name = string(target, "name") ?? (fields.length > 0 ? text(fields.at(-1)) : (castName(value) ?? "<expr>"));
    return [{ name, from }];
  }

  private star(qualifier: readonly string[], scope: Scope): readonly Column[] {
    let relations: readonly Relation[] = scope.relations;
    if (qualifier.length > 0) relations = scope.relations.filter((relation) => matches(relation, qualifier));
    if (relations.length === 0) throw new Refused("unknown star");
    const columns: Column[] = [];
    for (const relation of relations) {
      if (relation.columns === null) columns.push({ name: "*", from: [{ table: relation.table, column: "*" }] });
      else
        for (const column of relation.columns) {
          const at = relation.using.has(column.name) ? columns.findIndex(({ name }) => name === column.name) : -1;
          if (at >= 0) columns[at] = { name: column.name, from: [...columns[at]!.from, ...column.from] };
          else columns.push(column);
        }
    }
    return columns;
  }

  private from(item: Node, scope: Scope, ctes: Ctes): void {
    const [kind] = Object.keys(item);
    const node = must(item, kind ?? "");
    switch (kind) {
      case "RangeVar": {
        const name = relationName(node);
        const names = list(child(node, "alias")?.["colnames"]).map(text);
        const columns = name.length === 1 ? ctes.get(name[0]!) : undefined;
        if (columns === undefined) {
          this.sources.set(name.join("\0"), name);
          if (names.length > 0) throw new Refused("aliases for columns nobody knows");
        }
        scope.relations.push({
          alias: aliasOf(node) ?? name.at(-1)!,
          table: columns === undefined ? name : null,
          columns: columns === undefined ? null : renamed(columns, names),
          using: new Set(),
        });
        return;
      }
      case "RangeSubselect": {
        const query = must(must(node, "subquery"), "SelectStmt");
        const names = list(child(node, "alias")?.["colnames"]).map(text);
        const columns = renamed(this.select(query, ctes, node["lateral"] === true ? scope : scope.parent), names);
        scope.relations.push({ alias: aliasOf(node), table: null, columns, using: new Set() });
        return;
      }
      case "RangeFunction": {
        const from = this.expression(node["functions"], scope, ctes);
        const alias = aliasOf(node);
        const names = [
          ...list(child(node, "alias")?.["colnames"]).map(text),
          ...list(node["coldeflist"]).map((one) => string(must(one, "ColumnDef"), "colname") ?? ""),
        ];
        const columns =
          names.length > 0 ? names.map((name) => ({ name, from })) : alias === null ? null : [{ name: alias, from }];
        if (columns === null) throw new Refused("function without names");
        scope.relations.push({ alias, table: null, columns, using: new Set() });
        return;
      }
      case "RangeTableSample":
        this.from(must(node, "relation"), scope, ctes);
        return;
      case "JoinExpr": {
        if (node["isNatural"] === true) throw new Refused("natural join");
        if (node["alias"] !== undefined) throw new Refused("alias of a join");
        this.from(must(node, "larg"), scope, ctes);
        const at = scope.relations.length;
        this.from(must(node, "rarg"), scope, ctes);
        const using = list(node["usingClause"]).map(text);
        for (let i = at; i < scope.relations.length; i++)
          scope.relations[i] = { ...scope.relations[i]!, using: new Set(using) };
        this.expression(node["quals"], scope, ctes);
        return;
      }
      default:
        throw new Refused(kind ?? "nothing");
    }
  }

  /** Only for the tables that queries in conditions read. */
  private subqueries(value: unknown, scope: Scope, ctes: Ctes): void {
    if (Array.isArray(value)) for (const one of value) this.subqueries(one, scope, ctes);
    else if (isNode(value)) {
      const link = child(value, "SubLink");
      if (link === undefined) for (const one of Object.values(value)) this.subqueries(one, scope, ctes);
      else {
        this.subqueries(link["testexpr"], scope, ctes);
        this.select(must(must(link, "subselect"), "SelectStmt"), ctes, scope);
      }
    }
  }

  /** The columns an expression draws on. */
  private expression(value: unknown, scope: Scope, ctes: Ctes): From[] {
    if (Array.isArray(value)) return value.flatMap((one) => this.expression(one, scope, ctes));
    if (!isNode(value)) return [];
    const node = value;
    if (node["ColumnRef"] !== undefined) {
      const fields = list(must(node, "ColumnRef")["fields"]);
      if (fields.at(-1)?.["A_Star"] !== undefined)
        return this.star(fields.slice(0, -1).map(text), scope).flatMap(({ from }) => [...from]);
      return this.column(fields.map(text), scope);
    }
    if (node["SubLink"] !== undefined) {
      const link = must(node, "SubLink");
      const test = this.expression(link["testexpr"], scope, ctes);
      const columns = this.select(must(must(link, "subselect"), "SelectStmt"), ctes, scope);
      return link["subLinkType"] === "EXISTS_SUBLINK" ? test : [...test, ...columns.flatMap(({ from }) => [...from])];
    }
    return Object.values(node).flatMap((one) => this.expression(one, scope, ctes));
  }

  private column(path: readonly string[], scope: Scope): From[] {
    const name = path.at(-1)!;
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      const qualified =
        path.length > 1 ? at.relations.filter((relation) => matches(relation, path.slice(0, -1))) : at.relations;
      if (path.length > 1 && qualified.length === 0) continue;
      const known = qualified.flatMap(({ columns }) => columns?.filter((column) => column.name === name) ?? []);
      const using = qualified.some((relation) => relation.using.has(name));
      const open = qualified.filter(({ columns }) => columns === null || columns.some((column) => column.name === "*"));
      if (using)
        return [...known.flatMap(({ from }) => [...from]), ...open.flatMap((relation) => through(relation, name))];
      if (known.length > 0) {
        if (known.length > 1) this.sure = false;
        return known.flatMap(({ from }) => [...from]);
      }
      if (open.length === 1) return through(open[0]!, name);
      if (open.length > 1) {
        this.sure = false;
        return [{ table: null, column: name }];
      }
    }
    const ownValue = scope.relations.find(
      (relation) => path.length === 1 && relation.alias === name && relation.columns !== null,
    );
    if (ownValue !== undefined) return (ownValue.columns ?? []).flatMap(({ from }) => [...from]);
    throw new Refused(`unknown column ${path.join(".")}`);
  }
}

function matches(relation: Relation, qualifier: readonly string[]): boolean {
  if (qualifier.length === 1) return relation.alias === qualifier[0];
  const { table } = relation;
  return table !== null && qualifier.every((part, i) => table[table.length - qualifier.length + i] === part);
}

function through(relation: Relation, name: string): From[] {
  if (relation.columns === null) return [{ table: relation.table, column: name }];
  return relation.columns
    .filter((column) => column.name === "*")
    .flatMap(({ from }) => from.map(({ table }) => ({ table, column: name })));
}

function renamed(columns: readonly Column[], names: readonly string[]): readonly Column[] {
  if (names.length === 0) return columns;
  if (columns.some(({ name }) => name === "*")) throw new Refused("names for a star");
  return columns.map((column, i) => ({ name: names[i] ?? column.name, from: column.from }));
}

function aliasOf(node: Node): string | null {
  return string(child(node, "alias"), "aliasname") ?? null;
}

/** `a::int` is still called a. */
function castName(value: Node | undefined): string | null {
  const inner = child(child(child(value, "TypeCast"), "arg"), "ColumnRef");
  return inner === undefined ? null : text(list(inner["fields"]).at(-1));
}

function edge({ table, column }: From, target: readonly string[] | null, targetColumn: string): RawEdge {
  return { source: table, column, target, targetColumn };
}

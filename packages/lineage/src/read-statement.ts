/** From what the engine says about a text to claims: edges between places of the catalog. */
import type { Claim, Definition, Reading, StatementGap, Sure } from "@headwater/catalog";
import type {
  ColumnEdge,
  ColumnSource,
  DatasetEdge,
  ScriptLineage,
  StatementLineage,
  TableUse,
  Transformation,
} from "@headwater/sql-lineage";
import { quoteName } from "@headwater/core";
import { calledRoutine } from "./built-in-functions.ts";
import type { CatalogSchema, Defaults } from "./schema.ts";
import { stoodInFor } from "./stand-in.ts";

/** How a text is to be read. */
export interface ReadContext {
  schema: CatalogSchema;
  defaults: Defaults;
  /**
   * The place the text defines or belongs to: rows that a query gives to nobody else go there. A view; or a routine, which takes
   * part in what it only reads. What a rule of a table gives to nobody goes nowhere.
   */
  self: { fqn: string; kind: Definition["is"]; columns: readonly string[] } | null;
  /** Uses are those of the statements from here on: what stands before only explains the temporary tables. Default 0. */
  countFrom?: number;
  /** The text itself, for telling which columns are joined with which. */
  text?: string;
}

/** Ways of writing that bring data along. Rows that go leave nothing behind. */
const FILLS: ReadonlySet<string> = new Set(["insert", "overwrite", "update", "merge", "create", "copy", "rename"]);
/** Of a statement with thousands of gaps the first ones say enough. */
const GAPS_KEPT = 20;

interface Flow {
  source: Place;
  target: Place;
  how: readonly Transformation[];
  sure: Sure;
  rule: string;
  span: readonly [number, number];
}

interface Place {
  fqn: string;
  column: string;
}

/** What flows into one column of a temporary table, or decides about its rows (an empty column). */
type Temporary = Map<string, Flow[]>;

/** Reads the lineage of a text. Statements are taken in their order: what a temporary table was filled from is what its readers read. */
export function readStatements(script: ScriptLineage, context: ReadContext): Reading {
  const { statements } = script;
  const routine = statements.find(({ within, kind }) => within === null && kind === "function");
  const reader = new Reader(context, routine?.outputs?.map(({ name }) => name) ?? null);
  for (const statement of statements) if (!isDefinition(statement, statements, context)) reader.add(statement);
  return reader.reading();
}

/**
 * Whether a statement of a log only defines what the catalog has the definition of: the view it creates is known, or it stands in
 * the body of a routine, which did not run when it was created.
 */
function isDefinition(
  { kind, within, writes }: StatementLineage,
  statements: readonly StatementLineage[],
  { self, schema }: ReadContext,
): boolean {
  if (self !== null || schema.isEmpty) return false;
  if (kind.endsWith("view")) return writes.some(({ id, mode }) => mode === "create" && schema.knows(id));
  for (let at = within; at !== null; at = statements[at]?.within ?? null)
    if (ROUTINES.has(statements[at]?.kind ?? "")) return true;
  return false;
}

const ROUTINES: ReadonlySet<string> = new Set(["procedure", "function", "trigger", "task"]);

class Reader {
  readonly #context: ReadContext;
  readonly #returns: readonly string[] | null;
  readonly #claims: Claim[] = [];
  /** The claims by source and target, and then by the columns of both: keys made of several names would cost more than looking up each. */
  readonly #between = new Map<string, Map<string, Map<string, Map<string, Claim>>>>();
  readonly #mentions = new Set<string>();
  readonly #gaps: StatementGap[] = [];
  readonly #uses = new Map<string, { columns: Set<string>; joins: (readonly [string, string])[] }>();
  /** Temporary tables of the session, by the engine's name in lower case. */
  readonly #temporary = new Map<string, Temporary>();

  /** `returns` are the columns of the rows that the routine gives which the text is; `null` where it declares none. */
  constructor(context: ReadContext, returns: readonly string[] | null) {
    this.#context = context;
    this.#returns = returns;
  }

  add(statement: StatementLineage): void {
    for (const { reason, detail, span } of statement.gaps)
      if (this.#gaps.length < GAPS_KEPT) this.#gaps.push({ reason, detail, at: span[0] });
    const kinds = new Map<string, TableUse>();
    for (const uses of [statement.reads, statement.writes])
      for (const use of uses) {
        kinds.set(use.id, use);
        if (use.kind === "table" || use.kind === "function") this.#mention(use.name.at(-1) ?? "");
      }
    for (const flow of this.#flows(statement, kinds)) this.#claim(flow);
    if (statement.span[0] >= (this.#context.countFrom ?? 0)) this.#countUses(statement, kinds);
    for (const { mode, id } of statement.writes)
      if (mode === "drop" || mode === "truncate") this.#temporary.delete(id.toLowerCase());
  }

  #mention(name: string): void {
    this.#mentions.add(lowerAscii(name));
    const stoodIn = stoodInFor(name);
    if (stoodIn !== null) this.#mentions.add(lowerAscii(stoodIn));
  }

  /** The FQN of a table as the engine calls it. One that nobody knows and that stands in for another one is that one. */
  #fqnOf(id: string, kinds: ReadonlyMap<string, TableUse>): string {
    const { schema, defaults } = this.#context;
    const stoodIn = stoodInFor(id);
    if (stoodIn === null || schema.knows(id)) return schema.fqnOf(id, defaults);
    const use = kinds.get(id);
    // Without a schema it may be a temporary table of a session that is not known: where the other one is, is not said then.
    const isPlaced = use !== undefined && (use.name.length > 1 || ("mode" in use && use.mode === "rename"));
    return schema.fqnOf(isPlaced ? stoodIn : id, defaults);
  }

  /** The flows of a statement between places that outlive the session. */
  #flows(statement: StatementLineage, kinds: ReadonlyMap<string, TableUse>): Flow[] {
    const targets = statement.writes.filter(({ mode, kind }) => FILLS.has(mode) && kind === "table");
    // Most of a log gives its rows to nobody who keeps them.
    if (targets.length === 0 && this.#context.self === null) return [];
    const flows: Flow[] = [];
    const filled = new Set(targets.map(({ id }) => id));
    const emit = (edge: ColumnEdge | DatasetEdge, toId: string | null, toColumn: string): void => {
      if (toId !== null && !filled.has(toId)) return;
      const target = this.#target(toId, toColumn, statement, kinds);
      if (target === null) return;
      const { from, transformations: how, confidence: sure, evidence } = edge;
      const { rule, span } = evidence;
      for (const id of from.table === null ? (from.candidates ?? []) : [from.table])
        for (const { place: source, through } of this.#sources(id, from.column, kinds))
          flows.push({
            source,
            target: target.place,
            how: through.length > 0 && toColumn !== "" ? merged(how, through) : how,
            sure,
            rule,
            span,
          });
    };
    for (const edge of statement.columns) emit(edge, edge.to.table, edge.to.column);
    for (const edge of statement.dataset) emit(edge, edge.to, "");
    // Tables that are read and whose columns take no part that was understood: the table itself does.
    const said = new Map<string, Set<string>>();
    for (const { source, target } of flows) inner(said, source.fqn, () => new Set<string>()).add(target.fqn);
    const destinations = targets.length > 0 ? targets.map(({ id }) => id) : this.#context.self === null ? [] : [null];
    for (const read of statement.reads)
      for (const id of destinations) {
        const target = this.#target(id, "", statement, kinds);
        if (target === null) continue;
        // What decided about the rows of a temporary table decides about those made of them.
        for (const { source, how, rule } of this.#temporary.get(read.id.toLowerCase())?.get("") ?? [])
          flows.push({ source, target: target.place, how, sure: "exact", rule, span: statement.span });
        for (const { place } of this.#sources(read.id, "", kinds, read))
          if (said.get(place.fqn)?.has(target.place.fqn) !== true)
            flows.push({
              source: { fqn: place.fqn, column: "" },
              target: { fqn: target.place.fqn, column: "" },
              how: [],
              sure: "exact",
              rule: read.kind === "function" ? "call" : "read",
              span: statement.span,
            });
      }
    if (statement.calls.length > 0) for (const id of destinations) this.#called(id, statement, kinds, flows);
    return this.#throughTemporary(flows, targets);
  }

  /** Adds the routines that a statement's expressions call: what they give goes where its rows go. */
  #called(id: string | null, statement: StatementLineage, kinds: ReadonlyMap<string, TableUse>, flows: Flow[]): void {
    const { schema, self } = this.#context;
    const target = this.#target(id, "", statement, kinds)?.place;
    if (target === undefined) return;
    for (const call of statement.calls) {
      const name = calledRoutine(call);
      if (name === null) continue;
      this.#mentions.add(lowerAscii(name.at(-1) ?? ""));
      const routine = schema.routineOf(name);
      if (routine !== null && routine !== self?.fqn)
        flows.push({
          source: { fqn: routine, column: "" },
          target,
          how: [],
          sure: "exact",
          rule: "call",
          span: statement.span,
        });
    }
  }

  /** Keeps what flows into temporary tables for those who read them, and gives the rest back. */
  #throughTemporary(flows: readonly Flow[], targets: readonly TableUse[]): Flow[] {
    const lasting: Flow[] = [];
    const fresh = new Map<string, Temporary>();
    for (const { id, temporary } of targets) if (temporary) fresh.set(id.toLowerCase(), new Map());
    for (const flow of flows) {
      const columns = fresh.get(flow.target.fqn.startsWith(TEMPORARY) ? flow.target.fqn.slice(1) : "");
      if (columns === undefined) lasting.push(flow);
      else columns.set(flow.target.column, [...(columns.get(flow.target.column) ?? []), flow]);
    }
    for (const [id, columns] of fresh) {
      const before = this.#temporary.get(id);
      if (before === undefined) this.#temporary.set(id, columns);
      else for (const [column, more] of columns) before.set(column, [...(before.get(column) ?? []), ...more]);
    }
    return lasting;
  }

  #target(
    id: string | null,
    column: string,
    statement: StatementLineage,
    kinds: ReadonlyMap<string, TableUse>,
  ): { place: Place } | null {
    const { self } = this.#context;
    if (id === null) {
      if (self === null || self.kind === "rule" || self.kind === "trigger") return null;
      if (self.kind === "procedure") return { place: { fqn: self.fqn, column: this.#returned(column, statement) } };
      return { place: { fqn: self.fqn, column: this.#viewColumn(column, statement) } };
    }
    const use = kinds.get(id);
    if (use?.temporary === true) return { place: { fqn: TEMPORARY + id.toLowerCase(), column: column.toLowerCase() } };
    if (use !== undefined && use.kind !== "table") return null;
    // A definition is called what the catalog calls it, whatever its text says.
    if (self?.kind === "view" && statement.kind.endsWith("view") && isCreated(statement, id))
      return { place: { fqn: self.fqn, column } };
    return { place: { fqn: this.#fqnOf(id, kinds), column } };
  }

  /**
   * The column that a function declares for one of the rows it gives. What another routine selects goes to whoever calls it: that it
   * reads the table is what can be said then, as an empty column.
   */
  #returned(column: string, { outputs }: StatementLineage): string {
    const names = this.#returns;
    if (names === null || outputs?.length !== names.length || outputs.some(({ star }) => star)) return "";
    return names[outputs.findIndex(({ name }) => name === column)] ?? "";
  }

  /** The view's own name of a column of the query that defines it. */
  #viewColumn(column: string, { outputs }: StatementLineage): string {
    const columns = this.#context.self?.columns ?? [];
    if (column === "" || column === "*" || outputs === null || outputs.some(({ star }) => star)) return column;
    if (outputs.length !== columns.length) return column;
    return columns[outputs.findIndex(({ name }) => name === column)] ?? column;
  }

  /** Where the data of a table's column comes from: the column itself, or what a temporary table was filled from. */
  #sources(
    id: string,
    column: string,
    kinds: ReadonlyMap<string, TableUse>,
    read?: TableUse,
  ): { place: Place; through: readonly Transformation[] }[] {
    const { schema, self } = this.#context;
    const use = read ?? kinds.get(id);
    const columns = this.#temporary.get(id.toLowerCase());
    if (columns !== undefined) {
      const wanted =
        column === "*" || column === ""
          ? [...columns].flatMap(([name, flows]) => (name === "" ? [] : flows))
          : [...(columns.get(column.toLowerCase()) ?? []), ...(columns.get("*") ?? [])];
      return wanted.map(({ source, target, how }) => ({
        // A star passes columns on under their own names.
        place: source.column === "*" && target.column === "*" ? { fqn: source.fqn, column } : source,
        through: how,
      }));
    }
    if (use?.temporary === true) return [];
    if (use?.kind === "function") {
      const routine = schema.routineOf(use.name);
      // A routine that calls itself takes nothing from anywhere else.
      if (routine === null || routine === self?.fqn) return [];
      return [{ place: { fqn: routine, column: column === "*" ? "" : column }, through: [] }];
    }
    if (use !== undefined && use.kind !== "table") return [];
    return [{ place: { fqn: this.#fqnOf(id, kinds), column }, through: [] }];
  }

  #claim({ source, target, how, sure, rule, span }: Flow): void {
    // A table that is read to change itself has no edge to itself.
    if (source.fqn === target.fqn && (source.column === target.column || target.column === "")) return;
    const targets = inner(this.#between, source.fqn, () => new Map<string, Map<string, Map<string, Claim>>>());
    const claims = inner(targets, target.fqn, () => new Map<string, Map<string, Claim>>());
    const keep = (sourceColumn: string, targetColumn: string, said: string): void => {
      const same = inner(claims, sourceColumn, () => new Map<string, Claim>());
      const known = same.get(targetColumn);
      if (known === undefined) {
        const ends = { source: source.fqn, sourceColumn, target: target.fqn, targetColumn };
        const claim: Claim = { ...ends, how: said, sure, rule, span };
        same.set(targetColumn, claim);
        this.#claims.push(claim);
        return;
      }
      if (known.how !== said)
        known.how = [...new Set([...known.how.split(","), ...said.split(",")])].filter((part) => part !== "").join(",");
      if (sure === "exact") known.sure = "exact";
    };
    if (source.fqn !== target.fqn) keep("", "", "");
    if (source.column !== "") keep(source.column, target.column, howText(how));
  }

  #countUses(statement: StatementLineage, kinds: ReadonlyMap<string, TableUse>): void {
    const { schema } = this.#context;
    /** The columns that are used of each table that counts. */
    const used = new Map<string, Set<string>>();
    for (const [id, { kind, name, temporary }] of kinds)
      if (kind === "table" && !temporary && !(isOfSystem(name) && !schema.knows(id)))
        used.set(id, this.#use(this.#fqnOf(id, kinds)).columns);
    const count = (edges: readonly { from: ColumnSource }[]): void => {
      for (const { from } of edges)
        if (from.table !== null && from.column !== "" && from.column !== "*") used.get(from.table)?.add(from.column);
    };
    count(statement.columns);
    count(statement.dataset);
    this.#countJoins(statement, kinds, used);
  }

  #use(table: string): { columns: Set<string>; joins: (readonly [string, string])[] } {
    return inner(this.#uses, table, () => ({ columns: new Set<string>(), joins: [] }));
  }

  #join(table: string, column: string, other: string): void {
    const { joins } = this.#use(table);
    if (!joins.some((join) => join[0] === column && join[1] === other)) joins.push([column, other]);
  }

  #countJoins(
    { columns, dataset }: StatementLineage,
    kinds: ReadonlyMap<string, TableUse>,
    used: ReadonlyMap<string, unknown>,
  ): void {
    const joined: { table: string; column: string; span: readonly [number, number] }[] = [];
    for (const edges of [columns, dataset])
      for (const { from, evidence } of edges) {
        if (evidence.rule !== "join" || from.table === null) continue;
        if (used.has(from.table)) joined.push({ table: from.table, column: from.column, span: evidence.span });
      }
    if (joined.length < 2) return;
    const { text = "" } = this.#context;
    joined.sort((one, two) => one.span[0] - two.span[0]);
    for (let at = 1; at < joined.length; at += 1) {
      const [one, two] = [joined[at - 1], joined[at]] as [(typeof joined)[number], (typeof joined)[number]];
      // `a.x = b.y`, or one name that USING has for both.
      if (one.span[0] !== two.span[0] && text.slice(one.span[1], two.span[0]).trim() !== "=") continue;
      const [fqn, other] = [this.#fqnOf(one.table, kinds), this.#fqnOf(two.table, kinds)];
      if (fqn === other) continue;
      this.#join(fqn, one.column, `${other}.${quoteName(two.column)}`);
      this.#join(other, two.column, `${fqn}.${quoteName(one.column)}`);
    }
  }

  reading(): Reading {
    return {
      claims: this.#claims,
      mentions: [...this.#mentions].filter((name) => name !== ""),
      gaps: this.#gaps,
      uses: [...this.#uses].map(([table, { columns, joins }]) => ({
        table,
        columns: [...columns],
        joins,
      })),
    };
  }
}

/** Marks the engine's name of a temporary table where an FQN is expected; no FQN starts with it. */
const TEMPORARY = "\u0001";

function isCreated(statement: StatementLineage, id: string): boolean {
  return statement.writes.some((write) => write.id === id && write.mode === "create");
}

/** Schemas that servers have for themselves. Who looks into them does not use anybody's data. */
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set([
  "pg_catalog",
  "information_schema",
  "performance_schema",
  "mysql",
  "sys",
  "system",
]);

/** Whether a table is one that servers have for themselves; PostgreSQL keeps names that begin with `pg_` for those. */
function isOfSystem(name: readonly string[]): boolean {
  const schema = name.at(-2);
  if (schema === undefined) return /^pg_/i.test(name.at(-1) ?? "");
  return SYSTEM_SCHEMAS.has(schema.toLowerCase());
}

/** What two steps do together: the later one's ways, and of the earlier one's those that change something. */
function merged(later: readonly Transformation[], earlier: readonly Transformation[]): Transformation[] {
  const changing = earlier.filter(({ type, subtype }) => type === "DIRECT" && subtype !== "IDENTITY");
  const own = later.filter(({ subtype }) => subtype !== "IDENTITY" || changing.length === 0);
  return [...own, ...changing];
}

/** Ways as they are kept: `AGGREGATION!,FILTER`. */
export function howText(how: readonly Transformation[]): string {
  const [first, second] = how;
  if (first !== undefined && second === undefined) return first.masking ? `${first.subtype}!` : first.subtype;
  return [...new Set(how.map(({ subtype, masking }) => (masking ? `${subtype}!` : subtype)))].join(",");
}

/** In lower case as far as ASCII goes: as SQLite's `lower` does it, which mentions are compared by. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** What a map has under a key, made where it has nothing. */
function inner<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

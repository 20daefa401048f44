/** From what the engine says about a text to claims: edges between places of the catalog. */
import type { Claim, Meeting, StatementGap, Sure } from "@headwater/catalog";
import type {
  ColumnSource,
  DatasetEdge,
  ScriptLineage,
  StatementLineage,
  TableUse,
  Transformation,
} from "@headwater/sql-lineage";
import type { CatalogSchema, Defaults } from "./schema.ts";

/** What a text says, in terms of the catalog. */
export interface Reading {
  claims: Claim[];
  /** The last parts of all names of tables and routines in it, in lower case. */
  mentions: string[];
  gaps: StatementGap[];
  /** Columns of tables that it reads or writes, for usage; an empty column is the table itself. */
  uses: { table: string; column: string }[];
  /** Pairs of columns that are joined. */
  meetings: Meeting[];
}

/** How a text is to be read. */
export interface ReadContext {
  schema: CatalogSchema;
  defaults: Defaults;
  /**
   * The place the text defines: rows that a query gives to nobody else go there. A view; or a routine, which takes part in
   * what it only reads.
   */
  self: { fqn: string; kind: "view" | "procedure"; columns: readonly string[] } | null;
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
  const reader = new Reader(context);
  const { statements } = script;
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
  readonly #claims = new Map<string, Claim>();
  readonly #mentions = new Set<string>();
  readonly #gaps: StatementGap[] = [];
  readonly #uses = new Map<string, { table: string; column: string }>();
  readonly #meetings = new Map<string, Meeting>();
  /** Temporary tables of the session, by the engine's name in lower case. */
  readonly #temporary = new Map<string, Temporary>();

  constructor(context: ReadContext) {
    this.#context = context;
  }

  add(statement: StatementLineage): void {
    for (const { reason, detail, span } of statement.gaps)
      if (this.#gaps.length < GAPS_KEPT) this.#gaps.push({ reason, detail, at: span[0] });
    const uses = [...statement.reads, ...statement.writes];
    for (const { kind, name } of uses)
      if (kind === "table" || kind === "function") this.#mentions.add(lowerAscii(name.at(-1) ?? ""));
    const kinds = new Map(uses.map((use) => [use.id, use]));
    for (const flow of this.#flows(statement, kinds)) this.#claim(flow);
    if (statement.span[0] >= (this.#context.countFrom ?? 0)) this.#countUses(statement, kinds);
    for (const { mode, id } of statement.writes)
      if (mode === "drop" || mode === "truncate") this.#temporary.delete(id.toLowerCase());
  }

  /** The flows of a statement between places that outlive the session. */
  #flows(statement: StatementLineage, kinds: ReadonlyMap<string, TableUse>): Flow[] {
    const flows: Flow[] = [];
    const targets = statement.writes.filter(({ mode, kind }) => FILLS.has(mode) && kind === "table");
    const filled = new Set(targets.map(({ id }) => id));
    const emit = (
      from: ColumnSource,
      to: { id: string | null; column: string },
      edge: Pick<DatasetEdge, "transformations" | "confidence" | "evidence">,
    ): void => {
      if (to.id !== null && !filled.has(to.id)) return;
      const target = this.#target(to.id, to.column, statement, kinds);
      if (target === null) return;
      const { transformations: how, confidence: sure, evidence } = edge;
      const ids = from.table === null ? (from.candidates ?? []) : [from.table];
      for (const id of ids)
        flows.push(
          ...this.#sources(id, from.column, kinds).map(({ place, through }) => ({
            source: place,
            target: target.place,
            how: through.length > 0 && to.column !== "" ? merged(how, through) : how,
            sure,
            rule: evidence.rule,
            span: evidence.span,
          })),
        );
    };
    for (const { from, to, ...edge } of statement.columns) emit(from, { id: to.table, column: to.column }, edge);
    for (const { from, to, ...edge } of statement.dataset) emit(from, { id: to, column: "" }, edge);
    // Tables that are read and whose columns take no part that was understood: the table itself does.
    const said = new Set(flows.map(({ source, target }) => `${source.fqn}\0${target.fqn}`));
    const destinations = targets.length > 0 ? targets.map(({ id }) => id) : this.#context.self === null ? [] : [null];
    for (const read of statement.reads)
      for (const id of destinations) {
        const target = this.#target(id, "", statement, kinds);
        if (target === null) continue;
        // What decided about the rows of a temporary table decides about those made of them.
        for (const { source, how, rule } of this.#temporary.get(read.id.toLowerCase())?.get("") ?? [])
          flows.push({ source, target: target.place, how, sure: "exact", rule, span: statement.span });
        for (const { place } of this.#sources(read.id, "", kinds, read))
          if (!said.has(`${place.fqn}\0${target.place.fqn}`))
            flows.push({
              source: { fqn: place.fqn, column: "" },
              target: { fqn: target.place.fqn, column: "" },
              how: [],
              sure: "exact",
              rule: read.kind === "function" ? "call" : "read",
              span: statement.span,
            });
      }
    return this.#throughTemporary(flows, targets);
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
    const { self, schema, defaults } = this.#context;
    if (id === null) {
      if (self === null) return null;
      // What a routine selects goes to whoever calls it; that it reads the table is what can be said.
      if (self.kind === "procedure") return { place: { fqn: self.fqn, column: "" } };
      return { place: { fqn: self.fqn, column: this.#viewColumn(column, statement) } };
    }
    const use = kinds.get(id);
    if (use?.temporary === true) return { place: { fqn: TEMPORARY + id.toLowerCase(), column: column.toLowerCase() } };
    if (use !== undefined && use.kind !== "table") return null;
    // A definition is called what the catalog calls it, whatever its text says.
    if (self?.kind === "view" && statement.kind.endsWith("view") && isCreated(statement, id))
      return { place: { fqn: self.fqn, column } };
    return { place: { fqn: schema.fqnOf(id, defaults), column } };
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
    const { schema, defaults, self } = this.#context;
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
      return routine === null || routine === self?.fqn ? [] : [{ place: { fqn: routine, column: "" }, through: [] }];
    }
    if (use !== undefined && use.kind !== "table") return [];
    return [{ place: { fqn: schema.fqnOf(id, defaults), column }, through: [] }];
  }

  #claim({ source, target, how, sure, rule, span }: Flow): void {
    // A table that is read to change itself has no edge to itself.
    if (source.fqn === target.fqn && (source.column === target.column || target.column === "")) return;
    const base = { source: source.fqn, target: target.fqn, sure, rule, span };
    if (source.fqn !== target.fqn) this.#keep({ ...base, sourceColumn: "", targetColumn: "", how: "" });
    if (source.column === "") return;
    this.#keep({ ...base, sourceColumn: source.column, targetColumn: target.column, how: howText(how) });
  }

  #keep(claim: Claim): void {
    const key = `${claim.source}\0${claim.sourceColumn}\0${claim.target}\0${claim.targetColumn}`;
    const known = this.#claims.get(key);
    if (known === undefined) this.#claims.set(key, claim);
    else {
      known.how = [...new Set([...known.how.split(","), ...claim.how.split(",")])]
        .filter((part) => part !== "")
        .join(",");
      if (claim.sure === "exact") known.sure = "exact";
    }
  }

  #countUses(statement: StatementLineage, kinds: ReadonlyMap<string, TableUse>): void {
    const { schema, defaults } = this.#context;
    const use = (id: string | null, column: string): void => {
      const found = id === null ? undefined : kinds.get(id);
      if (id === null || found?.kind !== "table" || found.temporary) return;
      const table = schema.fqnOf(id, defaults);
      this.#uses.set(`${table}\0${column}`, { table, column });
    };
    for (const { id } of [...statement.reads, ...statement.writes]) use(id, "");
    for (const { from } of [...statement.columns, ...statement.dataset])
      if (from.column !== "*") use(from.table, from.column);
    this.#countMeetings(statement, kinds);
  }

  #countMeetings({ columns, dataset }: StatementLineage, kinds: ReadonlyMap<string, TableUse>): void {
    const { schema, defaults } = this.#context;
    const joined: { place: Place; span: readonly [number, number] }[] = [];
    for (const { from, evidence } of [...columns, ...dataset]) {
      const use = from.table === null ? undefined : kinds.get(from.table);
      if (evidence.rule !== "join" || from.table === null || use?.kind !== "table" || use.temporary) continue;
      joined.push({ place: { fqn: schema.fqnOf(from.table, defaults), column: from.column }, span: evidence.span });
    }
    joined.sort((one, two) => one.span[0] - two.span[0]);
    for (const [at, one] of joined.entries()) {
      const two = joined[at + 1];
      if (two === undefined || one.place.fqn === two.place.fqn) continue;
      // `a.x = b.y`, or one name that USING has for both.
      const between = this.#context.text?.slice(one.span[1], two.span[0]) ?? "";
      if (one.span[0] !== two.span[0] && !/^\s*=\s*$/.test(between)) continue;
      for (const [own, other] of [
        [one.place, two.place],
        [two.place, one.place],
      ] as const)
        this.#meetings.set(`${own.fqn}\0${own.column}\0${other.fqn}\0${other.column}`, {
          table: own.fqn,
          column: own.column,
          other: other.fqn,
          otherColumn: other.column,
        });
    }
  }

  reading(): Reading {
    return {
      claims: [...this.#claims.values()],
      mentions: [...this.#mentions].filter((name) => name !== ""),
      gaps: this.#gaps,
      uses: [...this.#uses.values()],
      meetings: [...this.#meetings.values()],
    };
  }
}

/** Marks the engine's name of a temporary table where an FQN is expected; no FQN starts with it. */
const TEMPORARY = "\u0001";

function isCreated(statement: StatementLineage, id: string): boolean {
  return statement.writes.some((write) => write.id === id && write.mode === "create");
}

/** What two steps do together: the later one's ways, and of the earlier one's those that change something. */
function merged(later: readonly Transformation[], earlier: readonly Transformation[]): Transformation[] {
  const changing = earlier.filter(({ type, subtype }) => type === "DIRECT" && subtype !== "IDENTITY");
  const own = later.filter(({ subtype }) => subtype !== "IDENTITY" || changing.length === 0);
  return [...own, ...changing];
}

/** Ways as they are kept: `AGGREGATION!,FILTER`. */
export function howText(how: readonly Transformation[]): string {
  return [...new Set(how.map(({ subtype, masking }) => (masking ? `${subtype}!` : subtype)))].join(",");
}

/** In lower case as far as ASCII goes: as SQLite's `lower` does it, which mentions are compared by. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

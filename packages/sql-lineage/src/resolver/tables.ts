import type { Dialect, Fold } from "../dialect.ts";
import type { Name, TableSource } from "../ir.ts";
import type { TableUse } from "../result.ts";
import { type TableSchema, endsWith, joinName } from "../schema.ts";
import { Source } from "./flow.ts";

/** What unqualified names mean. */
export interface Defaults {
  /** The catalog (database, project) of names without one. */
  readonly catalog?: string;
  /** The schemas that names without one are looked for in, in order; what is created goes into the first. */
  readonly searchPath?: readonly string[];
  /** A name without a schema that is in none of the search path means no other table, though there may be just one of that name. */
  readonly onlySearchPath?: true;
}

/** A table that statements read or write. There is one object for each in a script, until it is created anew. */
export class Table {
  readonly use: TableUse;
  /** Columns as spelled, or null when they are not known. */
  readonly columns: readonly string[] | null;
  /** Several tables answer to its name. */
  readonly ambiguous: boolean;
  private readonly sources = new Map<string, Source>();
  private index: Map<string, string | null> | null = null;

  constructor(use: TableUse, columns: readonly string[] | null, ambiguous: boolean) {
    this.use = use;
    this.columns = columns;
    this.ambiguous = ambiguous;
  }

  /** The source for a column; `column` as it will be shown. */
  source(column: string): Source {
    const lower = column.toLowerCase();
    // Columns that differ only in case are told apart where there are such.
    const key = this.columns !== null && this.spelling(lower) === null ? column : lower;
    const known = this.sources.get(key);
    if (known !== undefined) return known;
    const source = new Source(this, column, null);
    this.sources.set(key, source);
    return source;
  }

  /** The spelling of a known column; undefined when there is none, null when there are several that differ in case. */
  spelling(lower: string): string | null | undefined {
    if (this.index === null) {
      this.index = new Map();
      for (const column of this.columns ?? []) {
        const key = column.toLowerCase();
        this.index.set(key, this.index.has(key) ? null : column);
      }
    }
    return this.index.get(lower);
  }
}

/** A table an earlier statement made: what later ones can know of it. */
export interface SessionTable {
  readonly name: readonly string[];
  readonly columns: readonly string[] | null;
  readonly temporary: boolean;
}

/** What a database session remembers from statement to statement: its tables and what names mean. Plain data. */
export interface SessionState {
  defaults: Defaults;
  /** By the name's parts in lower case, joined with NUL. */
  readonly tables: Map<string, SessionTable>;
}

/** All tables of a script: finds what a name stands for. */
export class Tables {
  private readonly dialect: Dialect;
  private readonly session: SessionState;
  /** What the schema provider answered, by requested name. */
  private readonly provided: ReadonlyMap<string, readonly TableSchema[]>;
  private readonly known = new Map<string, Table>();
  /** Names that mean a table for the time being, in lower case. */
  private readonly aliases = new Map<string, Table>();

  constructor(dialect: Dialect, session: SessionState, provided: ReadonlyMap<string, readonly TableSchema[]>) {
    this.dialect = dialect;
    this.session = session;
    this.provided = provided;
  }

  /** The temporary table that is made under a name. */
  temporary(name: Name, source: TableSource): Table {
    const parts = trimmed(name.parts);
    if (source !== "table" || parts.length !== 1 || !this.dialect.names.temporaryWithoutSchema)
      return this.find(name, source);
    const use: TableUse = {
      id: joinName(parts),
      kind: "table",
      name: [...name.parts],
      temporary: true,
      columns: "unknown",
    };
    return new Table(use, null, false);
  }

  /** The table a name stands for. */
  find(name: Name, source: TableSource): Table {
    if (this.aliases.size > 0 && name.parts.length === 1) {
      const alias = this.aliases.get(name.parts[0]!.toLowerCase());
      if (alias !== undefined) return alias;
    }
    const key = `${source}\0${fold(name, this.dialect)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const table = this.resolve(name, source);
    this.known.set(key, table);
    return table;
  }

  /** Something that is read but has no columns of its own: a function. */
  function(name: Name): Table {
    const key = `function\0${name.parts.join(".").toLowerCase()}`;
    let table = this.known.get(key);
    if (table === undefined) {
      const use: TableUse = {
        id: joinName(name.parts),
        kind: "function",
        name: [...name.parts],
        temporary: false,
        columns: "unknown",
      };
      table = new Table(use, null, false);
      this.known.set(key, table);
    }
    return table;
  }

  private resolve(name: Name, source: TableSource): Table {
    const parts = trimmed(name.parts);
    const spelled = [...name.parts];
    if (source !== "table") {
      const entry = source === "variable" ? this.session.tables.get(sessionKey(parts)) : undefined;
      const use: TableUse = {
        id: joinName(parts),
        kind: source,
        name: spelled,
        temporary: source === "variable",
        columns: entry?.columns == null ? "unknown" : "session",
      };
      return new Table(use, entry?.columns ?? null, false);
    }
    const candidates = completions(parts, this.session.defaults);
    const made = this.session.tables.size === 0 ? undefined : this.made(parts, candidates);
    if (made !== undefined) {
      const use: TableUse = {
        id: joinName(made.name),
        kind: "table",
        name: spelled,
        temporary: made.temporary,
        columns: made.columns === null ? "unknown" : "session",
      };
      return new Table(use, made.columns, false);
    }
    const temporary = this.dialect.names.temporaryPrefixes.some(
      (prefix) => parts[0]?.startsWith(prefix) === true || parts.at(-1)?.startsWith(prefix) === true,
    );
    for (const candidate of this.provided.size === 0 ? [] : candidates) {
      const matches = this.provided.get(sessionKey(candidate)) ?? [];
      if (matches.length === 0) continue;
      const match = pick(matches, name, candidate, this.dialect);
      if (match !== null) {
        const use: TableUse = {
          id: joinName(match.name),
          kind: "table",
          name: spelled,
          temporary,
          columns: "provider",
        };
        return new Table(use, match.columns, false);
      }
      const use: TableUse = { id: joinName(candidate), kind: "table", name: spelled, temporary, columns: "unknown" };
      return new Table(use, null, true);
    }
    const use: TableUse = {
      id: joinName(temporary ? parts : candidates[0]!),
      kind: "table",
      name: spelled,
      temporary,
      columns: "unknown",
    };
    return new Table(use, null, false);
  }

  /** What an earlier statement made under a name. */
  private made(parts: readonly string[], candidates: readonly (readonly string[])[]): SessionTable | undefined {
    const { tables } = this.session;
    if (parts.length === 1 && this.dialect.names.temporaryWithoutSchema) {
      // A temporary table without a schema is found before any schema is looked at.
      const first = tables.get(sessionKey(parts));
      if (first !== undefined) return first;
    }
    for (const candidate of candidates) {
      const table = tables.get(sessionKey(candidate));
      if (table !== undefined) return table;
    }
    return undefined;
  }

  /** Lets names mean a table while `during` runs. */
  aliased(names: readonly string[], table: Table, during: () => void): void {
    for (const name of names) this.aliases.set(name.toLowerCase(), table);
    during();
    for (const name of names) this.aliases.delete(name.toLowerCase());
  }

  /** Records what a statement made; later mentions of the name mean it. */
  define(name: Name, source: TableSource, columns: readonly string[] | null, temporary: boolean): void {
    const parts = trimmed(name.parts);
    if (parts.length === 0 || (source !== "table" && source !== "variable")) return;
    const prefixed = this.dialect.names.temporaryPrefixes.some((prefix) => parts.at(-1)!.startsWith(prefix));
    const bare = prefixed || (temporary && parts.length === 1 && this.dialect.names.temporaryWithoutSchema);
    const full = source === "variable" || bare ? parts : completions(parts, this.session.defaults)[0]!;
    this.session.tables.set(sessionKey(full), {
      name: full,
      columns,
      temporary: temporary || prefixed || source === "variable",
    });
    this.forget();
  }

  /** Records that a table is gone. */
  drop(name: Name): void {
    const parts = trimmed(name.parts);
    for (const candidate of [parts, ...completions(parts, this.session.defaults)])
      if (this.session.tables.delete(sessionKey(candidate))) break;
    this.forget();
  }

  /** Sets what unqualified names mean from here on. */
  use(catalog: string | null, schemas: readonly string[] | null): void {
    const { defaults } = this.session;
    this.session.defaults = {
      ...defaults,
      ...(catalog === null ? {} : { catalog }),
      ...(schemas === null ? {} : { searchPath: schemas }),
    };
    this.forget();
  }

  private forget(): void {
    this.known.clear();
  }
}

/** The names that a name can stand for, most likely first. */
export function completions(parts: readonly string[], defaults: Defaults): (readonly string[])[] {
  const { catalog, searchPath, onlySearchPath } = defaults;
  // `database..table`: the schema left out is the default one.
  if (parts.length === 3 && parts[1] === "") return [[parts[0]!, searchPath?.[0] ?? "", parts[2]!]];
  if (parts.length >= 3) return [parts];
  const withCatalog = (schemaAndTable: readonly string[]): readonly string[] =>
    catalog === undefined ? schemaAndTable : [catalog, ...schemaAndTable];
  if (parts.length === 2) return [withCatalog(parts)];
  if (searchPath === undefined || searchPath.length === 0) return [parts];
  const found = searchPath.map((schema) => withCatalog([schema, ...parts]));
  return onlySearchPath === true ? found : [...found, parts];
}

/** A name without the parts left out before it (`..table`). */
export function trimmed(parts: readonly string[]): readonly string[] {
  const first = parts.findIndex((part) => part !== "");
  return first > 0 ? parts.slice(first) : parts;
}

/** The key of a name in the session and among the provider's answers. */
export function sessionKey(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]!.toLowerCase() : parts.join("\0").toLowerCase();
}

/** A name in the form the dialect compares. */
function fold(name: Name, dialect: Dialect): string {
  let key = "";
  for (let i = 0; i < name.parts.length; i++)
    key += `${foldPart(name.parts[i]!, (name.quoted & (1 << i)) === 0 ? dialect.names.unquoted : dialect.names.quoted)}\0`;
  return key;
}

export function foldPart(text: string, fold_: Fold): string {
  switch (fold_) {
    case "exact":
      return text;
    case "upper":
      return text.toUpperCase();
    default:
      return text.toLowerCase();
  }
}

/** The table meant among those that match without regard to case: exact, else folded, else none. */
function pick(
  matches: readonly TableSchema[],
  name: Name,
  candidate: readonly string[],
  dialect: Dialect,
): TableSchema | null {
  if (matches.length === 1) return matches[0]!;
  const missing = candidate.length - name.parts.length;
  const folded = candidate.map((part, i) =>
    i < missing
      ? part
      : foldPart(part, (name.quoted & (1 << (i - missing))) === 0 ? dialect.names.unquoted : dialect.names.quoted),
  );
  const exact = matches.filter((match) =>
    folded.every((part, i) => match.name[match.name.length - folded.length + i] === part),
  );
  if (exact.length === 1) return exact[0]!;
  const full = matches.filter((match) => match.name.length === candidate.length && endsWith(match.name, candidate));
  return full.length === 1 ? full[0]! : null;
}

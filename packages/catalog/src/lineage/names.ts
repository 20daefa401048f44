/** Tables and routines by name, as texts in SQL call them. */
import { quoteName, splitFqn } from "@headwater/core";
import type { Database } from "../database.ts";

/** A table as SQL can name it. */
export interface NamedTable {
  fqn: string;
  /** The raw names below the service: database, schema, table. */
  name: readonly string[];
  columns: readonly string[];
}

interface Entry {
  id: number;
  fqn: string;
  name: readonly string[] | null;
  table: NamedTable | null;
}

/** How many tables' columns are kept at hand. */
const COLUMNS_KEPT = 20_000;

/** The live tables and routines of some services, the first of which goes before the others. */
export class NameIndex {
  readonly #db: Database;
  readonly #tables: ReadonlyMap<string, Entry[]>[];
  readonly #routines = new Map<string, string[]>();
  #kept = 0;

  /** `services` are names as FQNs. */
  constructor(db: Database, services: readonly string[]) {
    this.#db = db;
    this.#tables = services.map((service) => {
      const byName = new Map<string, Entry[]>();
      for (const { id, fqn, name } of db.each<{ id: number; fqn: string; name: string }>(
        "SELECT id, fqn, name FROM entity WHERE service = ? AND type = 'table' AND deleted = 0",
        service,
      )) {
        const key = name.toLowerCase();
        const same = byName.get(key);
        const entry: Entry = { id, fqn, name: null, table: null };
        if (same === undefined) byName.set(key, [entry]);
        else same.push(entry);
      }
      return byName;
    });
    for (const { fqn, name } of db.each<{ fqn: string; name: string }>(
      "SELECT fqn, name FROM entity WHERE service = ? AND type = 'storedProcedure' AND deleted = 0",
      services[0] ?? "",
    )) {
      const key = bareName(name).toLowerCase();
      this.#routines.set(key, [...(this.#routines.get(key) ?? []), fqn]);
    }
  }

  /** How many names of tables and routines there are. */
  get size(): number {
    return this.#tables.reduce((sum, byName) => sum + byName.size, this.#routines.size);
  }

  /** The tables whose names end with these parts, case aside: of the first service that has any. */
  tables(ending: readonly string[]): NamedTable[] {
    const last = ending.at(-1)?.toLowerCase() ?? "";
    for (const byName of this.#tables) {
      const same = byName.get(last);
      if (same === undefined) continue;
      const found: NamedTable[] = [];
      for (const entry of same)
        if (endsWith((entry.name ??= splitFqn(entry.fqn).slice(1)), ending)) found.push(this.#named(entry));
      if (found.length > 0) return found;
    }
    return [];
  }

  /** The routine of this name, where there is exactly one: names in SQL do not say which argument types are meant. */
  routine(ending: readonly string[]): string | null {
    const found = (this.#routines.get(ending.at(-1)?.toLowerCase() ?? "") ?? []).filter((fqn) => {
      const parts = splitFqn(fqn).slice(1);
      return endsWith([...parts.slice(0, -1), bareName(parts.at(-1) ?? "")], ending);
    });
    return found.length === 1 ? (found[0] as string) : null;
  }

  #named(entry: Entry): NamedTable {
    if (entry.table === null) {
      if (this.#kept >= COLUMNS_KEPT) this.#forget();
      this.#kept += 1;
      const row = this.#db.get<{ columns: string }>(
        "SELECT json_group_array(c.value ->> 'name') AS columns FROM document d, json_each(d.source, '$.columns') c WHERE d.id = ?",
        entry.id,
      );
      const columns = JSON.parse(row?.columns ?? "[]") as string[];
      entry.table = { fqn: entry.fqn, name: entry.name ?? [], columns };
    }
    return entry.table;
  }

  #forget(): void {
    for (const byName of this.#tables)
      for (const entries of byName.values()) for (const entry of entries) entry.table = null;
    this.#kept = 0;
  }
}

/** A routine's name without its argument types. */
export function bareName(name: string): string {
  const open = name.indexOf("(");
  return open < 0 ? name : name.slice(0, open);
}

function endsWith(name: readonly string[], ending: readonly string[]): boolean {
  if (ending.length > name.length) return false;
  for (let at = 1; at <= ending.length; at += 1) {
    const [own, asked] = [name[name.length - at] as string, ending[ending.length - at] as string];
    if (own !== asked && own.toLowerCase() !== asked.toLowerCase()) return false;
  }
  return true;
}

/** A definition the catalog keeps. */
export interface Definition {
  /** What its statement is kept under: the FQN of the view or routine; that of the table and its own name for a rule or a trigger. */
  key: string;
  /** The table, view or routine it belongs to. */
  fqn: string;
  /**
   * A rule rewrites what is done to a table, as a view's definition does with what is read of it: both are of the origin `view`. What
   * a trigger runs is of the origin `procedure`.
   */
  is: "view" | "rule" | "trigger" | "procedure";
  text: string;
  /** Columns of a view, in order. */
  columns: readonly string[];
}

/** The origin of what a definition says. */
export const originOf = (is: Definition["is"]): "view" | "procedure" =>
  is === "procedure" || is === "trigger" ? "procedure" : "view";

interface DefinitionRow {
  id: number;
  type: string;
  fqn: string;
  text: string | null;
  columns: string | null;
  rules: string | null;
  triggers: string | null;
}

/** Looked for as text first: most tables have none, and parsing them all would take longer than everything else. */
const hasList = (name: string): string => `json_type(d.source, '$.source.${name}') = 'array'`;
const HAS_RULES = hasList("rules");
const HAS_TRIGGERS = hasList("triggers");
/** A dictionary is filled from what its definition names, as a materialised view is. */
const IS_DICTIONARY = `instr(d.source, '"dictionary":{') > 0 AND json_type(d.source, '$.source.dictionary') = 'object'`;
const IS_VIEW = `(e.kind IN ('View', 'SecureView', 'MaterializedView', 'Dynamic', 'Stream') OR ${IS_DICTIONARY})`;

/** How many definitions are held at once. */
const PAGE = 200;

/** A rule as a table's `source.rules` has it, a trigger as its `source.triggers` has it. */
interface KeptRule {
  name: string;
  definition: string;
  disabled?: boolean;
}

/** The texts of a service's views, of its rules and triggers, and of its routines in SQL, with everything needed to read them. Writing in between is fine. */
export function* definitionsOf(db: Database, service: string): Generator<Definition> {
  for (let after = 0; ;) {
    const rows = db.all<DefinitionRow>(
      `SELECT e.id, e.type, e.fqn,
         CASE e.type WHEN 'table' THEN CASE WHEN ${IS_VIEW} THEN d.source ->> 'schemaDefinition' END
           ELSE d.source ->> '$.storedProcedureCode.code' END AS text,
         CASE WHEN ${IS_VIEW} THEN (SELECT json_group_array(c.value ->> 'name') FROM json_each(d.source, '$.columns') c) END AS columns,
         CASE WHEN ${HAS_RULES} THEN d.source -> '$.source.rules' END AS rules,
         CASE WHEN ${HAS_TRIGGERS} THEN d.source -> '$.source.triggers' END AS triggers
       FROM entity e JOIN document d ON d.id = e.id
       WHERE e.id > ? AND e.service = ? AND e.deleted = 0 AND (
         e.type = 'table' AND (${HAS_RULES} OR ${HAS_TRIGGERS} OR ${IS_VIEW} AND d.source ->> 'schemaDefinition' IS NOT NULL)
         OR e.type = 'storedProcedure' AND d.source ->> '$.storedProcedureCode.language' = 'SQL'
           AND d.source ->> '$.storedProcedureCode.code' IS NOT NULL)
       ORDER BY e.id LIMIT ${PAGE}`,
      after,
      service,
    );
    for (const { type, fqn, text, columns, rules, triggers } of rows) {
      const is = type === "table" ? "view" : "procedure";
      if (text !== null) yield { key: fqn, fqn, is, text, columns: JSON.parse(columns ?? "[]") as string[] };
      for (const [kept, its] of [
        [rules, "rule"],
        [triggers, "trigger"],
      ] as const)
        for (const { name, definition, disabled } of JSON.parse(kept ?? "[]") as KeptRule[])
          if (disabled !== true)
            yield { key: `${fqn}.${quoteName(name)}`, fqn, is: its, text: definition, columns: [] };
    }
    after = rows.at(-1)?.id ?? 0;
    if (rows.length < PAGE) return;
  }
}

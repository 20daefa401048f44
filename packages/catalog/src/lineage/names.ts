/** Tables and routines by name, as texts in SQL call them. */
import { buildFqn, quoteName, splitFqn } from "@headwater/core";
import type { Database } from "../database.ts";
import { placeOf } from "../entity-writer.ts";

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
  /** `null` until somebody asks for it: {@link nameOf}. */
  name: readonly string[] | null;
  table: NamedTable | null;
}

/** The raw names of a table below its service. */
function nameOf(entry: Entry): readonly string[] {
  return (entry.name ??= splitFqn(entry.fqn).slice(1));
}

/** Whether the catalog has any live table or routine of a service; its name as an FQN. */
export function hasNames(db: Database, service: string): boolean {
  return (
    db.get(
      "SELECT 1 FROM entity WHERE service = ? AND type IN ('table', 'storedProcedure') AND deleted = 0 LIMIT 1",
      service,
    ) !== null
  );
}

/** The partitions of tables that list them with their schemas, which makes them tables of their own by name; elsewhere they have none. */
export const PARTITIONED = `entity e JOIN document d ON d.id = e.id AND e.type = 'table' AND e.kind = 'Partitioned',
  json_each(d.source, '$.source.partitions') p`;
/** One of {@link PARTITIONED}. */
export const PARTITION = "p.value";

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
      this.#addPartitions(byName, service);
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

  /** Partitions can be named as tables are; what is done to one is done to the table that it is a part of. */
  #addPartitions(byName: Map<string, Entry[]>, service: string): void {
    for (const { id, fqn, schema, name } of this.#db.each<{ id: number; fqn: string; schema: string; name: string }>(
      `SELECT e.id, e.fqn, ${PARTITION} ->> 'schema' AS schema, ${PARTITION} ->> 'name' AS name FROM ${PARTITIONED}
       WHERE e.service = ? AND e.deleted = 0 AND ${PARTITION} ->> 'schema' IS NOT NULL`,
      service,
    )) {
      const same = byName.get(name.toLowerCase()) ?? [];
      byName.set(name.toLowerCase(), same);
      const whole = [splitFqn(fqn)[1] ?? "", schema, name];
      if (!same.some((other) => endsWith(nameOf(other), whole))) same.push({ id, fqn, name: whole, table: null });
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
      for (const entry of same) if (endsWith(nameOf(entry), ending)) found.push(this.#named(entry));
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
      entry.table = { fqn: entry.fqn, name: nameOf(entry), columns };
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
  /** Of a trigger that runs a function, the function's text follows the trigger's. */
  text: string;
  /** Whose database and schema names in the text are looked for in first: the table, view or routine, or the function a trigger runs. */
  within: string;
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
  /** The function that a trigger runs, by its name in the catalog, in the table's database. Without one the trigger has a body of its own. */
  function?: { schema: string; name: string };
  /** What the function calls the rows of the whole statement. */
  transitionTables?: readonly string[];
}

/** One of a table's rules or triggers that is not disabled. */
interface OwnText {
  is: "rule" | "trigger";
  name: string;
  definition: string;
  /** The FQN of the function that it runs. */
  runs: string | null;
}

function* ownTexts({ fqn, rules, triggers }: DefinitionRow): Generator<OwnText> {
  for (const [kept, is] of [
    [rules, "rule"],
    [triggers, "trigger"],
  ] as const)
    for (const { name, definition, disabled, function: run } of JSON.parse(kept ?? "[]") as KeptRule[])
      if (disabled !== true) yield { is, name, definition, runs: run === undefined ? null : functionOf(fqn, run) };
}

/** The FQN of the function that a table's trigger runs. */
function functionOf(table: string, { schema, name }: NonNullable<KeptRule["function"]>): string {
  return buildFqn(...splitFqn(table).slice(0, 2), schema, name);
}

/** Functions that read transition tables: without their triggers, these would be taken for tables of the catalog. */
function readingTransitions(db: Database, service: string): ReadonlySet<string> {
  const rows = db.each<{ fqn: string; function: string | null }>(
    `SELECT e.fqn, t.value -> 'function' AS function
     FROM entity e JOIN document d ON d.id = e.id, json_each(d.source, '$.source.triggers') t
     WHERE e.service = ? AND e.type = 'table' AND e.deleted = 0 AND instr(d.source, '"transitionTables":') > 0
       AND t.value -> 'transitionTables' IS NOT NULL`,
    service,
  );
  const functions = new Set<string>();
  for (const { fqn, function: run } of rows)
    if (run !== null) functions.add(functionOf(fqn, JSON.parse(run) as NonNullable<KeptRule["function"]>));
  return functions;
}

/** The texts of those of some functions that are written in SQL. */
function functionTexts(db: Database, service: string, fqns: ReadonlySet<string>): ReadonlyMap<string, string> {
  if (fqns.size === 0) return new Map();
  const rows = db.all<{ fqn: string; text: string }>(
    `SELECT e.fqn, d.source ->> '$.storedProcedureCode.code' AS text
     FROM json_each(?) f
     CROSS JOIN entity e ON e.prefix = f.value ->> 'prefix' AND e.name = f.value ->> 'name' AND e.type = 'storedProcedure'
     JOIN document d ON d.id = e.id
     WHERE e.service = ? AND e.deleted = 0
       AND d.source ->> '$.storedProcedureCode.language' = 'SQL' AND text IS NOT NULL`,
    JSON.stringify([...fqns].map(placeOf)),
    service,
  );
  return new Map(rows.map(({ fqn, text }) => [fqn, text]));
}

/** The texts of a service's views, of its rules and triggers, and of its routines in SQL, with everything needed to read them. Writing in between is fine. */
export function* definitionsOf(db: Database, service: string): Generator<Definition> {
  const onlyByTriggers = readingTransitions(db, service);
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
    const own = rows.map((row) => [...ownTexts(row)]);
    const run = functionTexts(db, service, new Set(own.flat().flatMap(({ runs }) => runs ?? [])));
    for (const [at, { type, fqn, text, columns }] of rows.entries()) {
      const is = type === "table" ? "view" : "procedure";
      if (text !== null && !onlyByTriggers.has(fqn))
        yield { key: fqn, fqn, is, text, within: fqn, columns: JSON.parse(columns ?? "[]") as string[] };
      for (const { is: its, name, definition, runs } of own[at] ?? []) {
        const body = runs === null ? "" : run.get(runs);
        // A function in another language says nothing, and one that is not known neither.
        if (body === undefined) continue;
        yield {
          key: `${fqn}.${quoteName(name)}`,
          fqn,
          is: its,
          text: runs === null ? definition : `${definition};\n\n${body}`,
          within: runs ?? fqn,
          columns: [],
        };
      }
    }
    after = rows.at(-1)?.id ?? 0;
    if (rows.length < PAGE) return;
  }
}

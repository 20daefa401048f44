/** What the server itself knows a view depends on, beside what was read from its text: a check no parser wrote. */
import type { Database } from "@headwater/catalog";
import { buildFqn, splitFqn } from "@headwater/core";
import { SERVICE } from "./read.ts";

/**
 * For every view and materialised view the columns it depends on; a table whose rows alone matter comes with an empty column, as
 * does a function, which is named with its argument types: those alone that the catalog has, and none of several of one name.
 * Source: PostgreSQL's manual, "pg_depend"; a view depends on what its rule names.
 */
export const DEPENDENCIES = `
SELECT DISTINCT vn.nspname AS view_schema, v.relname AS view_name, sn.nspname AS source_schema, s.relname AS source_name,
  coalesce(a.attname, '') AS source_column
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class
JOIN pg_namespace vn ON vn.oid = v.relnamespace
JOIN pg_class s ON s.oid = d.refobjid JOIN pg_namespace sn ON sn.oid = s.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
  AND d.deptype = 'n' AND v.relkind IN ('v', 'm') AND vn.nspname <> 'information_schema' AND vn.nspname !~ '^pg_'
UNION
SELECT vn.nspname, v.relname, fn.nspname, f.proname || '(' || oidvectortypes(f.proargtypes) || ')', ''
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class
JOIN pg_namespace vn ON vn.oid = v.relnamespace
JOIN pg_proc f ON f.oid = d.refobjid JOIN pg_namespace fn ON fn.oid = f.pronamespace
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass AND r.ev_type = '1'
  AND vn.nspname <> 'information_schema' AND vn.nspname !~ '^pg_' AND fn.nspname <> 'information_schema' AND fn.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid AND e.deptype = 'e')
  AND NOT EXISTS (SELECT FROM pg_proc o WHERE o.pronamespace = f.pronamespace AND o.proname = f.proname AND o.oid <> f.oid)`;

/** A row of {@link DEPENDENCIES}. */
export interface Dependency {
  view_schema: string;
  view_name: string;
  source_schema: string;
  source_name: string;
  source_column: string;
}

/** What one view depends on, on both sides. */
export interface Comparison {
  view: string;
  /** `schema.table.column`, `schema.table` or `schema.function(types)` that the server knows and lineage does not. */
  missing: string[];
  /** What lineage says and the server does not. */
  extra: string[];
  /** How many columns both say. */
  agreed: number;
}

/** Compares every view that the server knows dependencies of. */
export function compare(db: Database, database: string, dependencies: readonly Dependency[]): Comparison[] {
  const views = new Map<string, { tables: Set<string>; columns: Set<string> }>();
  for (const row of dependencies) {
    const view = `${row.view_schema}.${row.view_name}`;
    const known = views.get(view) ?? { tables: new Set<string>(), columns: new Set<string>() };
    views.set(view, known);
    known.tables.add(`${row.source_schema}.${row.source_name}`);
    if (row.source_column !== "") known.columns.add(`${row.source_schema}.${row.source_name}.${row.source_column}`);
  }
  return [...views].map(([view, server]) => {
    const ours = sourcesOf(db, buildFqn(SERVICE, database, ...view.split(".")));
    const missing = [
      ...[...server.columns].filter((column) => !ours.columns.has(column)),
      ...[...server.tables].filter((table) => !ours.tables.has(table)),
    ];
    const extra = [
      ...[...ours.columns].filter((column) => !server.columns.has(column)),
      ...[...ours.tables].filter((table) => !server.tables.has(table)),
    ];
    const agreed = [...server.columns].filter((column) => ours.columns.has(column)).length;
    return { view, missing: missing.toSorted(), extra: extra.toSorted(), agreed };
  });
}

function sourcesOf(db: Database, view: string): { tables: Set<string>; columns: Set<string> } {
  const rows = db.all<{ fqn: string; column: string }>(
    `SELECT DISTINCT s.fqn, c.source_column AS "column" FROM claim c JOIN place t ON t.id = c.target JOIN place s ON s.id = c.source
     JOIN statement x ON x.id = c.statement AND x.ended IS NULL AND x.origin = 'view' WHERE t.fqn = ?`,
    view,
  );
  const named = rows.map(({ fqn, column }) => ({ name: splitFqn(fqn).slice(2).join("."), column }));
  return {
    tables: new Set(named.map(({ name }) => name)),
    // The server knows which functions a view calls, and nothing of their columns.
    columns: new Set(
      named
        .filter(({ name, column }) => column !== "" && column !== "*" && !name.endsWith(")"))
        .map(({ name, column }) => `${name}.${column}`),
    ),
  };
}

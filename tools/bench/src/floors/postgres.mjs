// The least that reading a PostgreSQL catalog can cost: six set-based queries on one connection, written as JSON lines to a
// file. No catalog, no comparison, no history. Plain JavaScript, so that no type stripping is counted in.
// usage: DATABASE_URL=postgres://… node postgres.mjs FILE
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { Client } from "pg";

const OF_USERS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";
const RELATIONS = "c.relkind IN ('r', 'p', 'v', 'm', 'f')";

const SCHEMAS = `
SELECT n.oid, n.nspname AS name, r.rolname AS owner, obj_description(n.oid, 'pg_namespace') AS comment
FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
WHERE ${OF_USERS}`;

const TABLES = `
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, r.rolname AS owner, c.reltuples AS rows, c.relpages AS pages,
       c.relispartition AS is_partition, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
WHERE ${RELATIONS} AND ${OF_USERS} ORDER BY c.oid`;

const COLUMNS = `
SELECT a.attrelid AS oid, a.attnum AS n, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
       a.attidentity AS identity, a.attgenerated AS generated, pg_get_expr(d.adbin, d.adrelid) AS "default", x.description AS comment
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_description x ON x.objoid = a.attrelid AND x.objsubid = a.attnum AND x.classoid = 'pg_class'::regclass
WHERE ${RELATIONS} AND a.attnum > 0 AND NOT a.attisdropped AND ${OF_USERS} ORDER BY a.attrelid, a.attnum`;

const CONSTRAINTS = `
SELECT k.conrelid AS oid, k.conname AS name, k.contype AS kind, k.conkey AS columns, k.confrelid AS target, k.confkey AS target_columns
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.contype IN ('p', 'f', 'u', 'c') AND k.conrelid <> 0 AND ${OF_USERS}`;

const VIEWS = `
SELECT c.oid, pg_get_viewdef(c.oid) AS sql
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND ${OF_USERS}`;

const ROUTINES = `
SELECT n.nspname AS schema, p.proname AS name, l.lanname AS language, r.rolname AS owner, p.prosrc AS sql,
       obj_description(p.oid, 'pg_proc') AS comment, pg_get_function_identity_arguments(p.oid) AS arguments,
       pg_get_function_result(p.oid) AS result
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang JOIN pg_roles r ON r.oid = p.proowner
WHERE ${OF_USERS}`;

const client = new Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const rows = async (sql) => (await client.query(sql)).rows;

const file = createWriteStream(process.argv[2]);
const write = (entity) => file.write(`${JSON.stringify(entity)}\n`);

for (const schema of await rows(SCHEMAS)) write({ entity: "schema", ...schema });
const tables = new Map();
for (const table of await rows(TABLES))
  tables.set(table.oid, { entity: "table", ...table, columns: [], constraints: [] });
for (const { oid, ...column } of await rows(COLUMNS)) tables.get(oid).columns.push(column);
for (const { oid, ...constraint } of await rows(CONSTRAINTS)) tables.get(oid)?.constraints.push(constraint);
for (const { oid, sql } of await rows(VIEWS)) tables.get(oid).sql = sql;
for (const table of tables.values()) write(table);
for (const routine of await rows(ROUTINES)) write({ entity: "routine", ...routine });

await client.end();
file.end();
await finished(file);

/**
 * Every SQL text, by the name of its request. All run unchanged on PostgreSQL 12 to 18 under an empty search path (see session.ts),
 * and take names and identifiers as parameters only.
 *
 * What is read for many objects is driven from them (`unnest` and `LATERAL … OFFSET 0`): with joins and `= ANY` the planner
 * scans the whole catalog for every slice. Each object is one row, its parts gathered in JSON: the driver's work is per row.
 */
import { BEGINNING_BYTES } from "@headwater/log-records";
import type { Requests } from "./requests.ts";

/** The database a session is connected to. */
const CURRENT_DATABASE = "(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())";

/** The first oid that is not fixed in the source code of PostgreSQL: types below it are known by name. */
const FIRST_UNKNOWN_TYPE = 10_000;

/** The oid of the collation called "default": pg_collation.dat. */
const DEFAULT_COLLATION = 100;

/** As much of a log as has its first line, as a rule: a folder has many logs. */
const MOST_HEADS_BYTES = 8_192;
/** Where a record says when it was written, in every form of the log. */
const TIME_BYTES = 60;

/** pg_rewrite.ev_type of the rule that is a view's definition. */
const ON_SELECT = "1";

/** The texts. */
export const QUERIES: { readonly [N in keyof Requests]: string } = {
  server: `
SELECT pg_catalog.current_setting('server_version'),
  pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'),
  $1::text,
  least(
    pg_catalog.current_setting('max_connections')::int
      - pg_catalog.current_setting('superuser_reserved_connections')::int
      - coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0)
      - (SELECT pg_catalog.sum(pg_catalog.pg_stat_get_db_numbackends(d.oid)) FROM pg_catalog.pg_database d),
    (SELECT d.datconnlimit - pg_catalog.pg_stat_get_db_numbackends(d.oid) FROM pg_catalog.pg_database d
      WHERE d.datname = pg_catalog.current_database() AND d.datconnlimit >= 0),
    (SELECT r.rolconnlimit - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid)
      FROM pg_catalog.pg_roles r WHERE r.rolname = current_user AND r.rolconnlimit >= 0)
  )`,

  systemIdentifier: "SELECT system_identifier FROM pg_catalog.pg_control_system()",

  missingRights: `
SELECT current_user, 'table', t.name FROM pg_catalog.unnest($1::text[]) t(name)
WHERE NOT pg_catalog.has_table_privilege(t.name, 'SELECT')
UNION ALL
SELECT current_user, 'function', f.name FROM pg_catalog.unnest($2::text[]) f(name)
WHERE NOT pg_catalog.has_function_privilege(f.name, 'EXECUTE')`,

  databases: `
SELECT d.oid, d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.shobj_description(d.oid, 'pg_database'),
  pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
  $1::boolean OR d.datname = pg_catalog.current_database(),
  d.datallowconn AND d.datconnlimit <> -2,
  pg_catalog.has_database_privilege(d.oid, 'CONNECT'),
  current_user
FROM pg_catalog.pg_database d
WHERE NOT d.datistemplate OR d.datname = pg_catalog.current_database()
ORDER BY d.datname`,

  schemas: `
SELECT ${CURRENT_DATABASE}, n.oid, n.nspname, pg_catalog.pg_get_userbyid(n.nspowner),
  pg_catalog.obj_description(n.oid, 'pg_namespace')
FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname`,

  relations: `
SELECT ${CURRENT_DATABASE}, c.oid, n.nspname, c.relname, c.relkind, c.relnatts
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition`,

  routineNames: `
SELECT ${CURRENT_DATABASE}, p.oid, n.nspname, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')', p.prokind
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid
WHERE n.nspname = ANY ($1::text[]) AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_depend d
  WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))`,

  locked: `
WITH locked AS MATERIALIZED (
  SELECT l.relation AS oid, pg_catalog.min(l.pid) AS holder FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.database = ${CURRENT_DATABASE}
    AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  GROUP BY l.relation)
SELECT o.routine, o.oid, l.holder, coalesce(n.nspname || '.' || c.relname, l.oid::text)
FROM locked l
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.oid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT false AS routine, l.oid
  UNION SELECT false, r.ev_class FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
    WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = l.oid
      AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  UNION SELECT true, d.objid FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = l.oid
      AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass) o
ORDER BY 1, 2`,

  tables: `
SELECT c.oid, n.nspname, c.relname,
  -- Before version 14 a table nobody has analysed has 0 rows, from then on -1.
  CASE WHEN c.relkind NOT IN ('r', 'm', 'f') OR c.reltuples < 0 OR (c.reltuples = 0 AND c.relpages = 0) THEN NULL
    ELSE c.reltuples::bigint END,
  CASE WHEN c.relkind IN ('r', 'm') AND c.relpages > 0
    THEN c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint END,
  a.numbers, a.type_ids,
  c.relhasrules AND EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '${ON_SELECT}'),
  c.relhastriggers AND EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal),
  pg_catalog.json_build_array(c.relpersistence, pg_catalog.pg_get_userbyid(c.relowner),
    CASE WHEN c.relforcerowsecurity THEN 'forced' WHEN c.relrowsecurity THEN 'enabled' END, c.reloptions, i.inherits,
    CASE WHEN c.relkind = 'f' THEN (
      SELECT pg_catalog.json_build_array(s.srvname, f.ftoptions)
      FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) END,
    a.numbers, a.names, a.types, a.flags, a.collations, d.texts, e.defaults, k.constraints)
FROM pg_catalog.unnest($1::oid[]) m(oid)
CROSS JOIN LATERAL (SELECT * FROM pg_catalog.pg_class c WHERE c.oid = m.oid OFFSET 0) c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_agg(a.attnum) AS numbers,
    pg_catalog.array_agg(a.attname) AS names,
    pg_catalog.array_agg(a.type) AS types,
    pg_catalog.string_agg(CASE WHEN a.attnotnull THEN 'n' ELSE '' END || a.attidentity::text || a.attgenerated::text, ',') AS flags,
    pg_catalog.bool_or(a.attgenerated <> '') AS generated,
    pg_catalog.json_object_agg(a.type, a.atttypid::text) FILTER (WHERE a.atttypid >= ${FIRST_UNKNOWN_TYPE}) AS type_ids,
    pg_catalog.json_object_agg(a.attnum, a.collation) FILTER (WHERE a.collation IS NOT NULL) AS collations
  FROM (
    SELECT a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.atttypid, a.attnotnull,
      a.attidentity, a.attgenerated,
      CASE WHEN a.attcollation NOT IN (0, ${DEFAULT_COLLATION}) THEN (
        SELECT pg_catalog.json_build_array(n.nspname, o.collname)
        FROM pg_catalog.pg_type t, pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace
        WHERE t.oid = a.atttypid AND o.oid = a.attcollation AND t.typcollation <> a.attcollation) END AS collation
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = m.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum) a
  OFFSET 0) a
CROSS JOIN LATERAL (
  SELECT pg_catalog.json_object_agg(d.objsubid, d.description) AS texts
  FROM (
    SELECT d.objsubid, d.description FROM pg_catalog.pg_description d
    WHERE d.objoid = m.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass ORDER BY d.objsubid) d
  OFFSET 0) d
CROSS JOIN LATERAL (
  SELECT pg_catalog.json_object_agg(e.adnum, pg_catalog.pg_get_expr(e.adbin, CASE WHEN a.generated THEN m.oid ELSE 0 END)) AS defaults
  FROM (SELECT e.adnum, e.adbin FROM pg_catalog.pg_attrdef e WHERE e.adrelid = m.oid ORDER BY e.adnum) e
  OFFSET 0) e
CROSS JOIN LATERAL (
  SELECT pg_catalog.json_agg(pg_catalog.json_build_array(k.conname, k.contype, k.conkey,
    -- A primary key says no more than its columns, as a rule.
    CASE WHEN k.contype = 'p' AND NOT k.condeferrable AND (
      SELECT x.indnatts = pg_catalog.cardinality(k.conkey) AND NOT x.indisexclusion
      FROM pg_catalog.pg_index x WHERE x.indexrelid = k.conindid) THEN NULL ELSE pg_catalog.pg_get_constraintdef(k.oid) END,
    CASE WHEN k.contype = 'f' THEN (
      SELECT pg_catalog.json_build_array(rn.nspname, r.relname, (
        SELECT pg_catalog.json_agg(ra.attname ORDER BY u.at)
        FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u(number, at)
        JOIN pg_catalog.pg_attribute ra ON ra.attrelid = r.oid AND ra.attnum = u.number))
      FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = k.confrelid) END)) AS constraints
  FROM (
    SELECT k.* FROM pg_catalog.pg_constraint k
    WHERE k.conrelid = m.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')
      -- A foreign key to a partitioned table has a copy for every partition.
      AND (k.contype <> 'f' OR k.conparentid = 0)
    ORDER BY k.conname) k
  OFFSET 0) k
CROSS JOIN LATERAL (
  SELECT pg_catalog.json_agg(pg_catalog.json_build_array(pn.nspname, p.relname) ORDER BY h.inhseqno) AS inherits
  FROM pg_catalog.pg_inherits h
  JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
  JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
  WHERE h.inhrelid = m.oid OFFSET 0) i`,

  partitions: `
SELECT m.oid, t.partstrat, pg_catalog.pg_get_partkeydef(m.oid),
  (SELECT pg_catalog.json_agg(a.attname ORDER BY u.at)
    FROM pg_catalog.unnest(t.partattrs::smallint[]) WITH ORDINALITY u(number, at)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = m.oid AND a.attnum = u.number),
  b.partitions, b.rows, b.bytes
FROM pg_catalog.unnest($1::oid[]) m(oid)
JOIN pg_catalog.pg_partitioned_table t ON t.partrelid = m.oid
CROSS JOIN LATERAL (
  WITH RECURSIVE tree AS (
    SELECT h.inhrelid AS oid, h.inhparent AS parent FROM pg_catalog.pg_inherits h WHERE h.inhparent = m.oid
    UNION ALL
    SELECT h.inhrelid, h.inhparent FROM tree JOIN pg_catalog.pg_inherits h ON h.inhparent = tree.oid)
  SELECT pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, c.relname, pg_catalog.pg_get_expr(c.relpartbound, 0),
      CASE WHEN tree.parent <> m.oid THEN (SELECT pg_catalog.json_build_array(pn.nspname, p.relname)
        FROM pg_catalog.pg_class p JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE p.oid = tree.parent) END)
      ORDER BY n.nspname, c.relname) AS partitions,
    pg_catalog.sum(c.reltuples::bigint) FILTER (WHERE c.relkind <> 'p' AND (c.reltuples > 0 OR c.relpages > 0)) AS rows,
    pg_catalog.sum(c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint) FILTER (WHERE c.relpages > 0) AS bytes
  FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace) b`,

  policies: `
SELECT m.oid, $2::text, pg_catalog.json_agg(p.polname ORDER BY p.polname)
FROM pg_catalog.unnest($1::oid[]) m(oid) JOIN pg_catalog.pg_policy p ON p.polrelid = m.oid
GROUP BY m.oid`,

  types: `
WITH RECURSIVE wanted(oid) AS (
  SELECT * FROM pg_catalog.unnest($1::oid[])
  UNION
  SELECT part.oid FROM wanted JOIN pg_catalog.pg_type t ON t.oid = wanted.oid CROSS JOIN LATERAL (
    SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A'
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE t.typtype = 'r' AND r.rngtypid = t.oid) part
  WHERE part.oid >= ${FIRST_UNKNOWN_TYPE})
SELECT t.oid, t.typname, t.typtype, t.typcategory, t.typnotnull, t.typdefault,
  pg_catalog.json_build_array(pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typbasetype::text),
  pg_catalog.json_build_array(pg_catalog.format_type(t.typelem, NULL), t.typelem::text),
  -- Version 14 brought multiranges; to_jsonb reads a column that older versions lack.
  (SELECT pg_catalog.json_build_array(pg_catalog.format_type(r.rngsubtype, NULL), r.rngsubtype::text) FROM pg_catalog.pg_range r
    WHERE r.rngtypid = t.oid OR (t.typtype = 'm' AND pg_catalog.to_jsonb(r) ->> 'rngmultitypid' = t.oid::text)),
  CASE WHEN t.typtype = 'e' THEN (
    SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) END,
  CASE WHEN t.typtype = 'c' THEN (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid::text,
      pg_catalog.col_description(t.typrelid, a.attnum)) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END,
  CASE WHEN t.typtype = 'd' THEN (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(k.conname, pg_catalog.pg_get_constraintdef(k.oid)) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') END
FROM (SELECT DISTINCT oid FROM wanted) wanted JOIN pg_catalog.pg_type t ON t.oid = wanted.oid`,

  viewDefinitions: "SELECT m.oid, pg_catalog.pg_get_viewdef(m.oid, true) FROM pg_catalog.unnest($1::oid[]) m(oid)",

  // The function's name without reading pg_proc: a role that may not read routines reads tables all the same. It takes no arguments.
  rulesAndTriggers: `
SELECT m.oid,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(r.rulename, r.ev_enabled, pg_catalog.pg_get_ruledef(r.oid, true))
      ORDER BY r.rulename)
    FROM pg_catalog.pg_rewrite r WHERE r.ev_class = m.oid AND r.ev_type <> '${ON_SELECT}'),
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(g.tgname, g.tgenabled, f.object_names[1], f.object_names[2] || '()',
      pg_catalog.pg_get_triggerdef(g.oid, true),
      CASE WHEN coalesce(g.tgoldtable, g.tgnewtable) IS NOT NULL THEN pg_catalog.array_remove(ARRAY[g.tgoldtable, g.tgnewtable], NULL) END)
      ORDER BY g.tgname)
    FROM pg_catalog.pg_trigger g
    CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address('pg_catalog.pg_proc'::pg_catalog.regclass, g.tgfoid, 0) f
    WHERE g.tgrelid = m.oid AND NOT g.tgisinternal)
FROM pg_catalog.unnest($1::oid[]) m(oid)`,

  routines: `
SELECT p.oid, n.nspname, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
  p.proname, p.prokind, l.lanname, pg_catalog.pg_get_userbyid(p.proowner), pg_catalog.obj_description(p.oid, 'pg_proc'),
  pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid), p.provolatile, p.prosecdef,
  CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END,
  CASE WHEN p.prokind = 'a' THEN (
    SELECT pg_catalog.json_build_array(g.aggtransfn, pg_catalog.format_type(g.aggtranstype, NULL), nullif(g.aggfinalfn::oid, 0)::pg_catalog.regproc,
      nullif(g.aggcombinefn::oid, 0)::pg_catalog.regproc, g.agginitval)
    FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid) END
FROM pg_catalog.unnest($1::oid[]) m(oid)
CROSS JOIN LATERAL (SELECT * FROM pg_catalog.pg_proc p WHERE p.oid = m.oid OFFSET 0) p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang`,

  logState: `
SELECT pg_catalog.current_setting('logging_collector')::boolean,
  pg_catalog.current_setting('log_destination'),
  pg_catalog.current_setting('log_min_messages') NOT IN ('fatal', 'panic'),
  pg_catalog.current_setting('log_statement'),
  pg_catalog.current_setting('log_min_duration_statement'),
  pg_catalog.has_function_privilege('pg_catalog.pg_ls_logdir()', 'EXECUTE')
    AND pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE'),
  pg_catalog.has_function_privilege('pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)', 'EXECUTE'),
  EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'pg_stat_statements'),
  current_user`,

  serverLogFiles: `
SELECT l.path, l.size, pg_catalog.date_part('epoch', l.modification) * 1000, h.whole,
  pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(h.head), 'hex'), 32), pg_catalog.encode(pg_catalog.substr(h.head, 1, ${TIME_BYTES}), 'escape')
FROM (
  SELECT pg_catalog.current_setting('log_directory') || '/' || f.name AS path, f.name, f.size, f.modification
  FROM pg_catalog.pg_ls_logdir() f WHERE f.size > 0
    AND EXISTS (SELECT FROM pg_catalog.unnest($1::text[]) e(ending) WHERE pg_catalog.right(f.name, pg_catalog.length(e.ending)) = e.ending)
  OFFSET 0) l
CROSS JOIN LATERAL (SELECT pg_catalog.pg_read_binary_file(l.path, 0, ${MOST_HEADS_BYTES}, true) AS text OFFSET 0) most
CROSS JOIN LATERAL (
  SELECT CASE WHEN position('\\x0a'::bytea IN most.text) > 0 THEN most.text
    ELSE pg_catalog.pg_read_binary_file(l.path, 0, ${BEGINNING_BYTES}, true) END AS text
  OFFSET 0) b
CROSS JOIN LATERAL (SELECT position('\\x0a'::bytea IN b.text) AS one OFFSET 0) one
CROSS JOIN LATERAL (
  SELECT one.one > 0 AS whole, CASE WHEN one.one = 0 THEN b.text ELSE pg_catalog.substr(b.text, 1, one.one) END AS head
  OFFSET 0) h
WHERE b.text IS NOT NULL
ORDER BY l.modification, l.name`,

  serverLogQueries: "SELECT pg_catalog.pg_read_binary_file($1::text, $2::bigint, $3::bigint, true)",

  statementStatistics: `
SELECT n.nspname, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000,
  pg_catalog.current_setting('server_version_num')::int,
  pg_catalog.pg_has_role('pg_read_all_stats', 'MEMBER'), current_user
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'`,

  statementStatisticsState: `
SELECT pg_catalog.date_part('epoch', i.stats_reset) * 1000, i.dealloc::text FROM {schema}.pg_stat_statements_info i`,

  // The names of the columns changed in version 13, and before 14 there was no toplevel: as JSON all versions look alike.
  statements: `
SELECT coalesce(s.queryid::text, '') || ' ' || s.userid || ' ' || s.dbid, s.query, r.rolname, d.datname, s.calls,
  coalesce(j.row ->> 'total_exec_time', j.row ->> 'total_time')
FROM {schema}.pg_stat_statements s
CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(s) - 'query' AS row) j
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.userid
LEFT JOIN pg_catalog.pg_user u ON u.usesysid = s.userid
LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid
-- Of a text the role may not see, not even the number is shown.
WHERE coalesce((j.row ->> 'toplevel')::boolean, true)
/*FILTER*/`,
};

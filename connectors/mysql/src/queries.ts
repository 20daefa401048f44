/**
 * Every SQL text, by the name of its request. Names and values stand in it as literals (escape.ts): MariaDB opens only the tables whose
 * names it can compare with constants, and all tables of the server otherwise.
 *
 * Every column is cast or passed on as the text the server gives; comparisons with names may match more than they should (letters with
 * and without accents are equal to the server), so what is read is matched by exact names again.
 */
import type { Json } from "@headwater/core/connector";
import type { MysqlConfig } from "./config.ts";
import { literal, literals, qualified } from "./escape.ts";
import type { Flavour } from "./flavour.ts";
import type { LogTable, LogWindow, Members, Requests, Shown } from "./requests.ts";

/** What a text may depend on. */
export interface Asking {
  flavour: Flavour;
  config: MysqlConfig;
  /** `host:port` or the path of a socket. */
  server: string;
}

/** Every statement begins with it: in the process list and in the logs of the server our own are known by it. */
export const MARKER = "/* headwater */ ";

/** Schemas every server has, which are nobody's data. */
const SYSTEM = literals(["information_schema", "mysql", "performance_schema", "sys", "ndbinfo"]);

/** Engines whose tables hold data that lie elsewhere. */
const ELSEWHERE = literals(["FEDERATED", "CONNECT", "S3", "SPIDER"]);

/** MySQL from 8.0.16 on has CHECK constraints, from 8.0.13 on expressions in indexes. */
const HAS_CHECKS = 80_016;
const HAS_EXPRESSIONS = 80_013;

/** `IN` over the members of each schema. */
function among(schema: string, name: string, args: Json): string {
  const { members } = args as unknown as { members: Members[] };
  return `(${members.map((one) => `${schema} = ${literal(one.schema)} AND ${name} IN (${literals(one.names)})`).join(" OR ")})`;
}

const schemasOf = (args: Json): string => literals((args as { schemas: string[] }).schemas);

type Query = (asking: Asking, args: Json) => string;

/** The texts. */
export const QUERIES: { readonly [N in keyof Requests]: Query } = {
  server: ({ flavour, server }) => `
SELECT @@version, CONCAT(REPLACE(UTC_TIMESTAMP(3), ' ', 'T'), 'Z'), ${flavour.mariaDb ? "NULL" : "@@server_uuid"}, ${literal(server)},
  CURRENT_USER(), @@lower_case_table_names,
  LEAST(
    @@max_connections - COALESCE((
      SELECT s.variable_value FROM ${flavour.mariaDb ? "information_schema" : "performance_schema"}.global_status s
      WHERE s.variable_name = 'Threads_connected'), 1),
    IF(@@max_user_connections = 0, @@max_connections, @@max_user_connections - (
      SELECT COUNT(*) FROM information_schema.processlist p WHERE p.user = SUBSTRING_INDEX(USER(), '@', 1))))`,

  grants: () => "SHOW GRANTS",

  databases: ({ config }) => `
SELECT ${literal(config.database)}, @@character_set_server, @@collation_server, @@lower_case_table_names`,

  schemas: ({ flavour, config }) => `
SELECT s.schema_name, s.default_character_set_name, s.default_collation_name, ${flavour.mariaDb ? "NULLIF(s.schema_comment, '')" : "NULL"},
  ${
    config.schema === null
      ? "1"
      : `IF(@@lower_case_table_names = 0, CAST(s.schema_name AS BINARY) = CAST(${literal(config.schema)} AS BINARY), LOWER(s.schema_name) = LOWER(${literal(config.schema)}))`
  }
FROM information_schema.schemata s WHERE s.schema_name NOT IN (${SYSTEM}) ORDER BY s.schema_name`,

  tableNames: ({ flavour }, args) => `
SELECT t.table_schema, t.table_name,
  CASE WHEN t.table_type LIKE '%VIEW' THEN 'View' WHEN t.engine IN (${ELSEWHERE}) THEN 'External'
    WHEN t.create_options LIKE '%partitioned%'${
      // MySQL's options do not tell of tables that are partitioned by their primary key: KEY ().
      flavour.mariaDb
        ? ""
        : ` OR (t.table_schema, t.table_name) IN (
      SELECT p.table_schema, p.table_name FROM information_schema.partitions p
      WHERE p.table_schema IN (${schemasOf(args)}) AND p.partition_name IS NOT NULL AND p.partition_expression IS NULL)`
    } THEN 'Partitioned' ELSE 'Regular' END,
  ${flavour.mariaDb ? "1" : "COALESCE(w.columns_of_it, 1)"}
FROM information_schema.tables t${
    // MariaDB would have to open every table and view, and to wait for those that are locked.
    flavour.mariaDb
      ? ""
      : `
LEFT JOIN (
  SELECT c.table_schema, c.table_name, COUNT(*) AS columns_of_it FROM information_schema.columns c
  WHERE c.table_schema IN (${schemasOf(args)}) GROUP BY c.table_schema, c.table_name) w
  ON w.table_schema = t.table_schema AND w.table_name = t.table_name`
  }
WHERE t.table_schema IN (${schemasOf(args)}) AND t.table_type <> 'TEMPORARY'`,

  routineNames: (_, args) => `
SELECT r.routine_schema AS object_schema, r.routine_name AS object_name, r.routine_type AS kind,
  FIELD(r.routine_type, 'FUNCTION', 'PROCEDURE', 'EVENT', 'PACKAGE', 'PACKAGE BODY') AS kind_order
FROM information_schema.routines r WHERE r.routine_schema IN (${schemasOf(args)})
UNION ALL SELECT e.event_schema, e.event_name, 'EVENT', 3
FROM information_schema.events e WHERE e.event_schema IN (${schemasOf(args)})
ORDER BY object_schema, kind_order`,

  tables: (_, args) => `
SELECT t.table_schema, t.table_name, t.table_type, t.engine, t.table_rows, t.data_length + t.index_length, t.table_collation,
  NULLIF(t.table_comment, ''), NULLIF(t.create_options, '')
FROM information_schema.tables t WHERE ${among("t.table_schema", "t.table_name", args)}`,

  columns: ({ flavour }, args) => `
SELECT c.table_schema, c.table_name, c.column_name, c.column_type, c.is_nullable = 'YES', c.column_default, c.extra,
  NULLIF(c.generation_expression, ''), c.collation_name, NULLIF(c.column_comment, ''), ${flavour.mariaDb ? "NULL" : "c.srs_id"}
FROM information_schema.columns c WHERE ${among("c.table_schema", "c.table_name", args)}
ORDER BY c.table_schema, c.table_name, c.ordinal_position`,

  indexes: ({ flavour: { mariaDb, release } }, args) => `
SELECT s.table_schema, s.table_name, s.index_name, s.non_unique = 0, s.index_type, s.column_name,
  ${!mariaDb && release >= HAS_EXPRESSIONS ? "s.expression" : "NULL"}, s.sub_part, COALESCE(s.collation, '') = 'D',
  ${mariaDb ? "s.ignored = 'NO'" : "s.is_visible = 'YES'"}, NULLIF(s.index_comment, '')
FROM information_schema.statistics s WHERE ${among("s.table_schema", "s.table_name", args)}
ORDER BY s.table_schema, s.table_name, s.index_name, s.seq_in_index`,

  foreignKeys: (_, args) => `
SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema, k.referenced_table_name,
  k.referenced_column_name, r.update_rule, r.delete_rule
FROM information_schema.key_column_usage k
-- The limit keeps it apart: merged, MariaDB goes through all rules for every column.
JOIN (
  SELECT r.constraint_schema, r.constraint_name, r.table_name, r.update_rule, r.delete_rule
  FROM information_schema.referential_constraints r WHERE ${among("r.constraint_schema", "r.table_name", args)}
  LIMIT 1000000000) r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.referenced_table_name IS NOT NULL AND ${among("k.table_schema", "k.table_name", args)}
ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position`,

  checks: ({ flavour: { mariaDb, release } }, args) => {
    if (mariaDb)
      return `
SELECT c.constraint_schema, c.table_name, c.constraint_name, c.check_clause, 1, c.level = 'Column'
FROM information_schema.check_constraints c WHERE ${among("c.constraint_schema", "c.table_name", args)}
ORDER BY c.constraint_schema, c.table_name, c.level, c.constraint_name`;
    if (release < HAS_CHECKS) return "SELECT NULL, NULL, NULL, NULL, NULL, NULL FROM DUAL WHERE FALSE";
    return `
SELECT t.table_schema, t.table_name, c.constraint_name, c.check_clause, t.enforced = 'YES', 0
FROM information_schema.table_constraints t
JOIN information_schema.check_constraints c
  ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name
WHERE t.constraint_type = 'CHECK' AND ${among("t.table_schema", "t.table_name", args)}
ORDER BY t.table_schema, t.table_name, c.constraint_name`;
  },

  partitions: (_, args) => `
SELECT p.table_schema, p.table_name, p.partition_name, p.subpartition_name, p.partition_method, NULLIF(p.partition_expression, ''),
  p.subpartition_method, NULLIF(p.subpartition_expression, ''), p.partition_description, NULLIF(p.partition_comment, '')
FROM information_schema.partitions p WHERE p.partition_name IS NOT NULL AND ${among("p.table_schema", "p.table_name", args)}
ORDER BY p.table_schema, p.table_name, p.partition_ordinal_position, p.subpartition_ordinal_position`,

  views: ({ flavour }, args) => `
SELECT v.table_schema, v.table_name, v.view_definition, v.definer, v.security_type, v.check_option, ${flavour.mariaDb ? "v.algorithm" : "NULL"}
FROM information_schema.views v WHERE ${among("v.table_schema", "v.table_name", args)}`,

  triggers: (_, args) => `
SELECT g.event_object_schema, g.event_object_table, g.trigger_name, g.action_timing, g.event_manipulation, g.action_statement, g.definer
FROM information_schema.triggers g WHERE ${among("g.event_object_schema", "g.event_object_table", args)}
ORDER BY g.event_object_schema, g.event_object_table, g.event_manipulation, g.action_timing, g.action_order`,

  routines: (_, args) => `
SELECT r.routine_schema, r.routine_name, r.routine_type, r.dtd_identifier, COALESCE(NULLIF(r.external_language, ''), r.routine_body),
  r.routine_definition, r.is_deterministic = 'YES', r.sql_data_access, r.security_type, r.definer, NULLIF(r.routine_comment, '')
FROM information_schema.routines r WHERE ${among("r.routine_schema", "r.routine_name", args)}`,

  parameters: (_, args) => `
SELECT p.specific_schema, p.specific_name, p.routine_type, p.parameter_mode, p.parameter_name, p.dtd_identifier, p.character_set_name
FROM information_schema.parameters p WHERE p.ordinal_position > 0 AND ${among("p.specific_schema", "p.specific_name", args)}
ORDER BY p.specific_schema, p.specific_name, p.routine_type, p.ordinal_position`,

  events: (_, args) => `
SELECT e.event_schema, e.event_name, e.definer, e.time_zone, e.event_definition, e.execute_at, e.interval_value, e.interval_field, e.starts,
  e.ends, e.status, e.on_completion = 'PRESERVE', NULLIF(e.event_comment, '')
FROM information_schema.events e WHERE ${among("e.event_schema", "e.event_name", args)}`,

  logSettings: ({ flavour, config }) => `
SELECT @@general_log, @@slow_query_log, @@log_output, @@performance_schema, ${config.useSlowLogs ? 1 : 0}, CURRENT_USER(),
  LEAST(@@max_digest_length, @@performance_schema_max_digest_length), ${
    // MariaDB has no samples.
    flavour.mariaDb ? "0" : "@@performance_schema_max_sql_text_length"
  }`,

  logReadable: (_, args) => `SELECT 1 FROM ${logName(args)} LIMIT 0`,

  logBegin: (_, args) => {
    const { log } = args as { log: LogTable };
    return `SELECT FLOOR(UNIX_TIMESTAMP(${log === "general_log" ? "event_time" : "start_time"}) * 1000) FROM ${logName(args)} LIMIT 1`;
  },

  logRows: ({ flavour }, args) => {
    const window = args as unknown as LogWindow;
    return window.log === "general_log" ? generalLog(window) : slowLog(window, flavour);
  },

  digestState: () => `
SELECT FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000), FLOOR(UNIX_TIMESTAMP(MIN(first_seen)) * 1000), MIN(first_seen),
  COALESCE(SUM(IF(digest IS NULL, count_star, 0)), 0)
FROM performance_schema.events_statements_summary_by_digest`,

  digests: ({ flavour }, args) => `
SELECT schema_name, digest, digest_text, ${flavour.mariaDb ? "NULL" : "query_sample_text"}, count_star - sum_errors, sum_timer_wait / 1000000000
FROM performance_schema.events_statements_summary_by_digest WHERE digest IS NOT NULL${filterOf(args as { filter: string | null })}`,

  statements: (_, args) =>
    (args as { objects: Shown[] }).objects
      .map(({ kind, schema, name }) => `SHOW CREATE ${kind} ${qualified(schema, name)}`)
      .join(`; ${MARKER}`),
};

/** The longest text of a statement that is fetched, in bytes: what is behind it is cut. */
const LONGEST = 8 * 1024 * 1024;

/** A text of a log, which is bytes: UTF-8 as a rule, and what a client sent that spoke otherwise. */
const logText = (column: string): string =>
  `COALESCE(CONVERT(LEFT(${column}, ${LONGEST}) USING utf8mb4), CONVERT(LEFT(${column}, ${LONGEST}) USING latin1))`;

/** Whether a text of a log begins with the mark of our own sessions, or of OpenMetadata's. */
const isOwn = (column: string): string =>
  `${column} LIKE ${literal(`${MARKER}%`)} OR ${column} LIKE '/* {"app": "OpenMetadata"%'`;

/** The condition of a workflow file (`filterCondition`), which is SQL by definition. It may end with a comment. */
const filterOf = ({ filter }: Pick<LogWindow, "filter">): string => (filter === null ? "" : ` AND (${filter}\n)`);

/** A time as the session, which is in UTC, understands it. */
const at = (unixMs: number): string => `FROM_UNIXTIME(${unixMs / 1_000})`;

const logName = (args: Json): string => {
  const { log } = args as { log: LogTable | "digests" };
  return log === "digests" ? "performance_schema.events_statements_summary_by_digest" : `mysql.${log}`;
};

function generalLog(window: LogWindow): string {
  const [from, isQuery] = [at(window.from), "command_type IN ('Query', 'Execute')"];
  return `
SELECT event_time >= ${from} AND ${isQuery}, FLOOR(UNIX_TIMESTAMP(event_time) * 1000000), thread_id, command_type, user_host, NULL, NULL,
  ${isOwn("argument")}, LENGTH(argument) > ${LONGEST}, ${logText("argument")}
FROM mysql.general_log
WHERE event_time < ${at(window.to)} AND (command_type IN ('Connect', 'Init DB', 'Change user', 'Quit')
  OR ${isQuery} AND (CONVERT(LEFT(argument, 10) USING latin1) LIKE 'use %' OR event_time >= ${from}${filterOf(window)}))`;
}

function slowLog(window: LogWindow, { mariaDb }: Flavour): string {
  const micros =
    "((HOUR(query_time) * 3600 + MINUTE(query_time) * 60 + SECOND(query_time)) * 1000000 + MICROSECOND(query_time))";
  // MySQL's start_time is when the statement ended, MariaDB's when it began.
  return `
SELECT 1, FLOOR(UNIX_TIMESTAMP(start_time) * 1000000)${mariaDb ? "" : ` - ${micros}`}, thread_id, 'Query', user_host, db, ${micros} / 1000,
  ${isOwn("sql_text")}, LENGTH(sql_text) > ${LONGEST}, ${logText("sql_text")}
FROM mysql.slow_log
WHERE start_time >= ${at(window.from)} AND start_time < ${at(window.to)}
  AND sql_text NOT LIKE '# administrator command:%'${filterOf(window)}`;
}

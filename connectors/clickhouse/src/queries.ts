/**
 * Every SQL text, by the name of its request. All take names as parameters only (`{names:Array(String)}`), and cast whatever a
 * setting of the user could make the server write in another way.
 */
import type { Requests } from "./requests.ts";

/** Databases that every server has for itself. Source: ClickHouse's manual, "System Tables" and "INFORMATION_SCHEMA". */
const NOT_SYSTEM = "NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema', '_temporary_and_external_tables')";

/** Tables that materialized views keep their rows in, and those that a refresh is writing. */
const NOT_INNER =
  "NOT startsWith(name, '.inner.') AND NOT startsWith(name, '.inner_id.') AND NOT startsWith(name, '.tmp.inner')";

/** The texts. */
export const QUERIES: { readonly [N in keyof Requests]: string } = {
  server: `
SELECT version(), formatDateTime(now64(3, 'UTC'), '%Y-%m-%dT%H:%i:%S', 'UTC') || 'Z', toString(serverUUID()), {address:String},
  toUInt32((SELECT max(servers) FROM (
    SELECT count() AS servers FROM system.clusters GROUP BY cluster HAVING max(is_local) = 1)))`,

  grants: "SHOW GRANTS FINAL",

  database: "SELECT {database:String}",

  schemas: `
SELECT toString(uuid), name, engine, nullIf(comment, ''), {schema:String} = '' OR {schema:String} = name
FROM system.databases WHERE name ${NOT_SYSTEM} ORDER BY name`,

  relations: `
SELECT t.database, name, toString(uuid), engine, partition_key NOT IN ('', 'tuple()'),
  toUInt32(greatest(ifNull(c.columns, 0), 1))
FROM system.tables t
LEFT JOIN (
  SELECT database, table, count() AS columns FROM system.columns WHERE database IN {schemas:Array(String)} GROUP BY database, table
) c ON c.database = t.database AND c.table = t.name
WHERE t.database IN {schemas:Array(String)} AND is_temporary = 0 AND ${NOT_INNER}`,

  columns: `
SELECT database, table, toUInt32(count()), toJSONString(arrayMap(c -> tuple(c.2, c.3, c.4, c.5, c.6, c.7, c.8), arraySort(c -> c.1, groupArray(
  tuple(toUInt32(position), name, type, default_kind, default_expression, comment, compression_codec,
    toUInt8(is_in_partition_key))))))
FROM system.columns
WHERE database IN {schemas:Array(String)} AND table IN {names:Array(String)}
GROUP BY database, table`,

  tables: `
SELECT database, name, engine, engine_full, partition_key, sorting_key, primary_key, sampling_key, comment,
  if(endsWith(engine, 'View'), ifNull(formatQueryOrNull(create_table_query), create_table_query), create_table_query), toFloat64(total_rows), toFloat64(total_bytes)
FROM system.tables
WHERE database IN {schemas:Array(String)} AND name IN {names:Array(String)} AND is_temporary = 0`,

  functions: `
SELECT name, toString(origin), ifNull(formatQueryOrNull(create_query), create_query)
FROM system.functions WHERE origin <> 'System' ORDER BY name`,

  programs: `
SELECT name, command, toString(type), format, return_type, argument_types FROM system.user_defined_functions ORDER BY name`,

  queryLogBegin: "SELECT if(count() = 0, NULL, toFloat64(toUnixTimestamp(min(event_time))) * 1000) FROM /*QUERY_LOG*/",

  // The log is ordered and cut by event_date, which is in the server's time zone: a day more on each side is certain.
  queryLog: `
SELECT query_id, toFloat64(toUnixTimestamp(event_time)) * 1000, toFloat64(toUnixTimestamp(query_start_time)) * 1000,
  toFloat64(query_duration_ms), query, length(query) >= toUInt64(ifNull((
    SELECT value FROM system.settings WHERE name = 'log_queries_cut_to_length'), '100000')), user, current_database
FROM /*QUERY_LOG*/
WHERE event_date >= toDate(fromUnixTimestamp64Milli({from:Int64})) - 1 AND event_date <= toDate(fromUnixTimestamp64Milli({to:Int64})) + 1
  AND event_time >= fromUnixTimestamp64Milli({from:Int64}) AND event_time < fromUnixTimestamp64Milli({to:Int64})
  AND (toUnixTimestamp(event_time), query_id) > ({afterTime:UInt32}, {afterId:String})
  AND type = 'QueryFinish' AND is_initial_query = 1 AND query_kind IN ('Select', 'Insert', 'Create', 'AsyncInsertFlush')
  AND NOT startsWith(query_id, 'headwater-') AND NOT startsWith(log_comment, 'headwater') /*FILTER*/
ORDER BY event_time, query_id LIMIT {limit:UInt32}`,

  visible: `
SELECT currentUser(), toUInt32((SELECT count() FROM system.databases WHERE name ${NOT_SYSTEM})),
  toUInt32((SELECT count() FROM system.tables WHERE database ${NOT_SYSTEM} AND is_temporary = 0 AND ${NOT_INNER})),
  toUInt32((SELECT uniqExact(database, table) FROM system.columns WHERE database ${NOT_SYSTEM}))`,
};

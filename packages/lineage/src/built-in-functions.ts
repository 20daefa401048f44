/** Functions that databases bring along. */
import { splitName } from "@headwater/sql-lineage";

/**
 * Names of functions that databases have of their own. A routine of the same name is meant only where its schema is said: PostgreSQL
 * looks in `pg_catalog` first (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-CATALOG), MySQL takes a native
 * function before a stored one (https://dev.mysql.com/doc/refman/8.4/en/function-resolution.html). What is not listed costs a
 * look-up for each call and no more.
 */
const BUILT_IN: ReadonlySet<string> = new Set(
  `abs acos age array array_agg array_append array_length array_position array_remove array_to_string arrayjoin ascii asin atan atan2 avg
  bigint bit_and bit_length bit_or bool_and bool_or btrim
  cardinality cast ceil ceiling char char_length character_length charindex chr coalesce concat concat_ws convert cos cot count countif cume_dist
  curdate current_date current_setting current_timestamp currval curtime
  date date_add date_bin date_diff date_format date_part date_sub date_trunc dateadd datediff datename datepart datetime day dayofmonth dayofweek
  dayofyear decimal decode degrees dense_rank div elt encode every exists exp extract
  field find_in_set first_value floor format format_datetime from_unixtime gen_random_uuid generate_series getdate getutcdate greatest group_concat grouping
  hex hour if ifnull iif initcap instr int integer interval isnull
  json_agg json_array json_arrayagg json_array_elements json_build_array json_build_object json_each json_extract json_extract_path
  json_extract_path_text json_object json_object_agg json_objectagg json_query json_unquote json_value jsonb_agg jsonb_array_elements
  jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
  jsonb_object_agg jsonb_set
  lag last_day last_insert_id last_value lcase lead least left len length listagg ln localtime localtimestamp locate log log10 log2 lower lpad ltrim
  make_date make_interval make_timestamp max md5 microsecond mid min minute mod month monthname
  newid nextval now nth_value ntile nullif numeric numrange nvl nvl2 octet_length overlay
  percent_rank percentile_cont percentile_disc pi position pow power quarter quote_ident quote_literal radians raise_application_error raiserror rand
  random rank regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr
  repeat replace reverse right round row row_number row_to_json rpad rtrim
  safe_cast second setval sha1 sha2 sha256 sign sin space split split_part sqrt stddev stddev_pop stddev_samp str_to_date string_agg string_to_array
  strpos stuff substr substring substring_index sum sysdate sysdatetime
  tan time timestamp timestampadd timestampdiff timezone to_char to_date to_json to_jsonb to_number to_timestamp todate todatetime
  tostartofday tostartofhour tostartofmonth tostring translate treat trim trunc truncate try_cast
  ucase unix_timestamp unnest upper utc_timestamp uuid uuid_generate_v4 values var_pop var_samp varchar variance
  week weekday width_bucket xmlagg xmlelement xmlforest year`.split(/\s+/),
);

/** The parts of the name of a called function, as the engine spells it; `null` where a database's own function is meant. */
export function calledRoutine(call: string): string[] | null {
  return BUILT_IN.has(call) || BUILT_IN.has(call.toLowerCase()) ? null : splitName(call);
}

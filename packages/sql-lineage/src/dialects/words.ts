/** Word lists that dialects share and build on. */

/** Makes a set from words with spaces between, without `except`. */
export function wordSet(words: string, base: Iterable<string> = [], except = ""): ReadonlySet<string> {
  const set = new Set(base);
  for (const word of words.trim().split(/\s+/)) if (word !== "") set.add(word);
  for (const word of except.trim().split(/\s+/)) set.delete(word);
  return set;
}

/** Words no dialect lets stand as a column's alias without AS. */
export const NOT_COLUMN_ALIAS: ReadonlySet<string> = wordSet(
  `SELECT FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT INTO QUALIFY WINDOW ON USING JOIN INNER CROSS NATURAL FETCH AS LATERAL
  PREWHERE WHEN THEN ELSE END AND OR SET VALUES RETURNING CONNECT BY IN BETWEEN LIKE INSERT UPDATE DELETE MERGE WITH CREATE ALTER DROP TRUNCATE GO
  FOR DISTRIBUTE IS NOT EMITS`,
);

/** Words no dialect lets stand as a table's alias without AS. */
export const NOT_TABLE_ALIAS: ReadonlySet<string> = wordSet(
  `LEFT RIGHT FULL OUTER SEMI ANTI ASOF GLOBAL PIVOT UNPIVOT TABLESAMPLE MATCH_RECOGNIZE FINAL SET WHEN FORCE STRAIGHT_JOIN DIRECTED ANY PASTE
  POSITIONAL PARTITION OUTPUT LOG LOCK ALL MODEL WINDOW OFFSET START CLUSTER SORT FORMAT SETTINGS SAMPLE OPTION MINUS`,
  NOT_COLUMN_ALIAS,
  // Words that are aliases unless something follows that makes a clause of them; the parser looks.
  "START CLUSTER SORT FORMAT SETTINGS SAMPLE OPTION SEMI ANTI ASOF PASTE POSITIONAL LOG",
);

/** Words that are values wherever they stand for an operand. */
export const CONSTANTS: ReadonlySet<string> = wordSet(
  `NULL TRUE FALSE CURRENT_DATE CURRENT_TIMESTAMP CURRENT_TIME CURRENT_USER SESSION_USER LOCALTIME LOCALTIMESTAMP DEFAULT CURRENT_CATALOG
  CURRENT_SCHEMA CURRENT_ROLE UNKNOWN MAXVALUE SYSTEM_USER UTC_TIMESTAMP UTC_DATE UTC_TIME CURRENT_DATETIME CURRENT_TIMEZONE SYSDATE SYSTIMESTAMP`,
);

const LONG_PARTS = `nanosecond microsecond millisecond second minute hour day week month quarter year decade century millennium`;

/** Units of time in any dialect. */
export const DATE_PARTS: ReadonlySet<string> = wordSet(
  `${LONG_PARTS} ${LONG_PARTS.split(" ")
    .map((part) => `${part}s`)
    .join(" ")}
  dayofyear dayofweek dayofmonth weekday isoweek iso_week isoyear isodow dow doy epoch yearofweek weekofyear dayofweekiso weekiso yearofweekiso dayofweek_iso week_iso weekofyeariso
  epoch_second epoch_seconds epoch_millisecond epoch_milliseconds epoch_microsecond epoch_microseconds epoch_nanosecond epoch_nanoseconds
  timezone_hour timezone_minute timezone yy yyyy qq mm dd dy wk ww dw hh mi ss ms mcs ns isowk isoww tz tzoffset iso_week
  y q m d h s n w c us mil usec sec secs msec nsec nanosec usecs microsec microsecs millisec millisecs min mins hr hrs hours mon mons yr yrs yyy qtr qtrs wy
  second_microsecond minute_microsecond minute_second hour_microsecond hour_second hour_minute day_microsecond day_second day_minute day_hour year_month date time`,
);

const FIRST = [0];
const SECOND = [1];
const THIRD = [2];

/** Functions with a unit as a bare word, in the dialects that put it first. */
export const DATE_PART_FIRST: ReadonlyMap<string, readonly number[]> = new Map([
  ...[
    "dateadd",
    "datediff",
    "datediff_big",
    "datepart",
    "datename",
    "datetrunc",
    "date_bucket",
    "timestampadd",
    "timestampdiff",
    "timeadd",
    "timediff",
    "date_part",
    "date_trunc",
    "trunc",
    "timestamp_add_unit",
    "datesub",
    "date_add",
    "date_sub",
    "date_diff",
    "age",
  ].map((name) => [name, FIRST] as const),
  ["last_day", SECOND],
  ["time_slice", THIRD],
]);

/** The same where it comes last: BigQuery's functions. */
export const DATE_PART_LAST: ReadonlyMap<string, readonly number[]> = new Map([
  ...["date", "datetime", "time", "timestamp"].flatMap((type) => [
    [`${type}_diff`, THIRD] as const,
    [`${type}_trunc`, SECOND] as const,
    [`${type}_bucket`, SECOND] as const,
  ]),
  ["last_day", SECOND],
  ["date_trunc", SECOND],
]);

/** Types whose length or precision stands in parentheses, which is no literal. */
const SIZED =
  "character|char|varchar|varying|nchar|nvarchar|varchar2|nvarchar2|bit|binary|varbinary|numeric|decimal|dec|number|float|double|real|time|timestamp|timestamptz|datetime|datetime2|datetime64|interval|string|fixedstring|tinyint|smallint|mediumint|int|bigint|vector";

/** One piece of SQL that is not plain words: comments, strings, names in quotes, sizes of types, numbers. */
const PIECE = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`\$(?<tag>[A-Za-z_]\w*)?\$(?<body>[\s\S]*?)(?:\$\k<tag>\$|$)`,
    String.raw`(?<string>'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<name>"(?:[^"]|"")*(?:"|$)|` + "`[^`]*(?:`|$)" + String.raw`|\[[^\]'\d][^\]']*\])`,
    String.raw`(?<size>\b(?:${SIZED})\s*\(\s*\d+(?:\s*,\s*\d+)*\s*\))`,
    String.raw`(?<![\w$.])(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\b`,
  ].join("|"),
  "gi",
);

/**
 * SQL without the literals in it: strings become `'***'`, numbers `0`, comments `***`. Names stay, in quotes or not; so do the
 * sizes of types. Bodies in dollar quotes are SQL themselves. Where a backslash before a quote makes it unclear where a
 * string ends (dialects differ), everything behind it goes.
 */
export function hideLiterals(sql: string): string {
  const unclear = sql.search(/\\'/);
  const clear = unclear < 0 ? sql : sql.slice(0, Math.max(0, sql.lastIndexOf("'", unclear)));
  const hidden = clear.replace(PIECE, (piece: string, ...rest: unknown[]) => {
    const groups = rest[rest.length - 1] as Record<string, string | undefined>;
    const { comment, tag = "", body, string, number } = groups;
    if (comment !== undefined) return comment.startsWith("--") ? "-- ***" : "/* *** */";
    if (body !== undefined) return `$${tag}$${hideLiterals(body)}$${tag}$`;
    if (string !== undefined) return string === "''" ? "''" : "'***'";
    return number === undefined ? piece : "0";
  });
  return unclear < 0 ? hidden : `${hidden}'***'`;
}

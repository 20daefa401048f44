/** The one place that writes names into SQL text: for statements shown to people, never for our own requests. */

/** A name as it must be written in SQL, in backticks where it needs them. Source: ClickHouse's manual, "Syntax", identifiers. */
export function identifier(name: string): string {
  if (/^[a-zA-Z_]\w*$/.test(name)) return name;
  return `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}

/** Names joined by dots: `` sales.`odd name` ``. */
export function qualified(...names: string[]): string {
  return names.map(identifier).join(".");
}

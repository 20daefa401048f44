/** The one place that writes names and values into SQL text, for our own requests and for statements shown to people. */

/** A name in backquotes, which every name may have. Source: MySQL's manual, "Schema Object Names". */
export function identifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** Names joined by dots: `` `shop`.`order` ``. */
export function qualified(...names: string[]): string {
  return names.map(identifier).join(".");
}

/**
 * A text as a literal, where backslashes escape: every session sets an sql_mode without NO_BACKSLASH_ESCAPES, whatever the server's is.
 * Source: MySQL's manual, "String Literals".
 */
export function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\0", "\\0")}'`;
}

/** Texts as a list of literals, for `IN`; nothing is in an empty one. */
export function literals(texts: readonly string[]): string {
  return texts.length === 0 ? "NULL" : texts.map(literal).join(", ");
}

/** An account (`reader@%`) as it is written in GRANT. */
export function account(userAtHost: string): string {
  const at = userAtHost.lastIndexOf("@");
  return at < 0 ? literal(userAtHost) : `${literal(userAtHost.slice(0, at))}@${literal(userAtHost.slice(at + 1))}`;
}

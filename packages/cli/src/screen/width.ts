import truncatedWidth from "fast-string-truncated-width";
import { wrapAnsi } from "fast-wrap-ansi";

/** How many columns a text takes. Tints take none. */
export function widthOf(text: string): number {
  return truncatedWidth(text).width;
}

/** A text without tints, cut to at most so many columns, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (text.length <= width && /^[\x20-\x7e]*$/.test(text)) return text;
  const { index, ellipsed } = truncatedWidth(text, { limit: width, ellipsis: "…" });
  return text.slice(0, index) + (ellipsed ? "…" : "");
}

/** A text without tints, broken between words into lines of at most so many columns. */
export function wrap(text: string, width: number): string[] {
  if (width === Infinity) return [text];
  return wrapAnsi(text, Math.max(10, width), { hard: true }).split("\n");
}

/** A text filled up with blanks. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + blanks : blanks + text;
}

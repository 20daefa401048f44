import stringWidth from "fast-string-width";
import { wrapAnsi } from "fast-wrap-ansi";

/** How many columns a text takes. Tints take none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

const graphemes = new Intl.Segmenter();

/** A text without tints, cut to at most so many columns, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let left = width - 1;
  for (const { segment } of graphemes.segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
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

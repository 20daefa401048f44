import { type Look, plain } from "../src/screen/screen.ts";

/** A wide screen without colours. */
export const wide: Look = { width: 100, paint: plain };

/** A phone, or half a tiled window. */
export const narrow: Look = { width: 40, paint: plain };

/** Text in which tints can be seen: `<red>x</red>`. */
export const marked: Look = { width: 100, paint: (tint, text) => `<${tint}>${text}</${tint}>` };

/** Texts that attack a terminal: escapes, control characters of both tables, reordering, invisible letters. */
export const HOSTILE: readonly string[] = [
  "red \u001b[31mred",
  "title \u001b]0;owned\u0007",
  "csi \u009b2J",
  "bell \u0007 back \b\b\b del \u007f",
  "lines\r\nand\rmore\u2028\u2029",
  "rtl \u202eevil\u202c \u2066x\u2069",
  "tag \u{e0041}\u{e0042} soft\u00adhyphen \ufeff",
  "half \ud800 pair",
  "tab\tulator",
];

import type { Seed, SeedObject } from "./fixture.ts";

/** An object with a few columns. */
export function object(name: string, columns: readonly string[] = ["id", "label", "amount"]): SeedObject {
  return { name, columns: columns.map((column) => ({ name: column })) };
}

/** As many objects as asked for: `t000`, `t001` … */
export function objects(count: number): SeedObject[] {
  return Array.from({ length: count }, (_, at) => object(`t${String(at).padStart(3, "0")}`));
}

/** None, one and many. */
export const SAMPLE: Seed = [
  { scope: "none", objects: [] },
  { scope: "one", objects: [object("alone")] },
  { scope: "many", objects: objects(12) },
];

/** Names as strangers give them. Those a source cannot hold are left out by its fixture. */
export const HOSTILE_NAMES: readonly string[] = [
  "Mixed Case",
  "UPPER",
  "lower",
  "with.dot",
  'double"quote',
  "single'quote",
  "back`tick",
  "back\\slash",
  "semi;colon",
  "x'; DROP TABLE y; --",
  "percent%",
  "under_score",
  "under-score",
  "dollar$1",
  "question?",
  "{brace}",
  "[bracket]",
  " leading blank",
  "trailing blank ",
  "new\nline",
  "tab\tstop",
  "naïve café",
  "naïve café".normalize("NFD"),
  "名前",
  "😀",
  "select",
  "null",
  "0",
  "__proto__",
  "constructor",
  "x".repeat(60),
];

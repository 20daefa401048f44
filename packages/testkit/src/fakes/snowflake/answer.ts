/** A column of an answer. Types are those of the protocol. */
export interface AnswerColumn {
  name: string;
  type: "text" | "fixed" | "boolean" | "timestamp_ltz" | "real";
}

/** One value of an answer; times are Unix milliseconds. */
export type AnswerCell = string | number | boolean | null;

/** What a statement answers. */
export interface Answer {
  columns: AnswerColumn[];
  rows: AnswerCell[][];
}

/** The answer of a statement that has no rows: one line of text. */
export function done(message: string): Answer {
  return { columns: [{ name: "status", type: "text" }], rows: [[message]] };
}

/** An answer of texts and numbers, typed by its first rows. `times` names the columns that are times. */
export function answerOf(names: readonly string[], rows: AnswerCell[][], times: readonly string[] = []): Answer {
  const columns = names.map((name, at): AnswerColumn => {
    const value = rows.find((row) => row[at] !== null)?.[at];
    if (times.includes(name)) return { name, type: "timestamp_ltz" };
    if (typeof value === "number") return { name, type: "fixed" };
    return { name, type: typeof value === "boolean" ? "boolean" : "text" };
  });
  return { columns, rows };
}

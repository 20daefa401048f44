/** The SQL dialects the engine reads. */
export const DIALECTS: readonly string[] = ["ansi"];

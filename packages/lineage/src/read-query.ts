/** Reads one query of a log: what this thread and a worker do alike. */
import type { StatementGap } from "@headwater/catalog";
import { dialects, type DialectName, type ScriptLineage } from "@headwater/sql-lineage";
import { hideStrings } from "./log/shape.ts";
import { type Reading, readStatements } from "./read-statement.ts";
import type { CatalogSchema, Defaults } from "./schema.ts";

/** A query to be read. */
export interface QueryText {
  /** Without credentials. */
  text: string;
  defaults: Defaults;
  /** The source kept only its beginning. */
  cut: boolean;
}

/** What a query says, and its text as it may be kept. */
export interface ReadQuery extends Reading {
  text: string;
}

/** The longest text that is kept with a statement. */
const TEXT_KEPT = 100_000;

/** From what the engine says to what is kept. */
export function toReadQuery(
  { text, defaults, cut }: QueryText,
  script: ScriptLineage,
  schema: CatalogSchema,
  dialect: DialectName,
): ReadQuery {
  // Of a session's statements only the last one ran now; the others say what its temporary tables are.
  const countFrom = script.statements.findLast(({ within }) => within === null)?.span[0] ?? 0;
  const reading = readStatements(script, { schema, defaults, self: null, countFrom, text });
  const missing: StatementGap = {
    reason: "cut",
    detail: "the source kept only the beginning of the text",
    at: text.length,
  };
  const kept = text.length > TEXT_KEPT ? `${text.slice(0, TEXT_KEPT)}…` : text;
  return {
    ...reading,
    gaps: cut ? [missing, ...reading.gaps] : reading.gaps,
    text: hideStrings(kept, dialects[dialect].lexical),
  };
}

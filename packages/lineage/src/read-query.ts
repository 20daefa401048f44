/** Reads one query of a log: what this thread and a worker do alike. */
import { type Said, saidOf, type StatementGap } from "@headwater/catalog";
import { dialects, type DialectName, type LexicalRules, type ScriptLineage } from "@headwater/sql-lineage";
import { hideStrings } from "./log/shape.ts";
import { readStatements } from "./read-statement.ts";
import type { CatalogSchema, Defaults } from "./schema.ts";

/** A query to be read. */
export interface QueryText {
  /** Without credentials. */
  text: string;
  defaults: Defaults;
  /** The source kept only its beginning. */
  cut: boolean;
}

/** A query that was read. */
export interface ReadQuery {
  /** As it is kept. */
  text: string;
  said: Said;
}

/** What is kept of a query that the engine has read. */
export function readQuery(query: QueryText, script: ScriptLineage, schema: CatalogSchema): ReadQuery {
  return { text: keptText(query.text, script.dialect as DialectName), said: saidIn(query, script, schema) };
}

/** The longest text that is kept with a statement. */
const TEXT_KEPT = 100_000;

/** From what the engine says to what is kept. */
export function saidIn({ text, defaults, cut }: QueryText, script: ScriptLineage, schema: CatalogSchema): Said {
  // Of a session's statements only the last one ran now; the others say what its temporary tables are.
  const countFrom = script.statements.findLast(({ within }) => within === null)?.span[0] ?? 0;
  const reading = readStatements(script, { schema, defaults, self: null, countFrom, text });
  const missing: StatementGap = {
    reason: "cut",
    detail: "the source kept only the beginning of the text",
    at: text.length,
  };
  const rules = dialects[script.dialect as DialectName].lexical;
  const gaps = reading.gaps.map((gap) => ({ ...gap, detail: hideQuoted(gap.detail, rules) }));
  return saidOf({ ...reading, gaps: cut ? [missing, ...gaps] : gaps });
}

/** What a gap says, without what stands in the strings of the piece of text it quotes behind a colon. */
function hideQuoted(detail: string, rules: LexicalRules): string {
  const quoted = detail.indexOf(": ");
  return quoted < 0 ? detail : detail.slice(0, quoted + 2) + hideStrings(detail.slice(quoted + 2), rules);
}

/** A text without credentials as it is kept: without what stands in its strings. */
export function keptText(text: string, dialect: DialectName): string {
  const kept = text.length > TEXT_KEPT ? `${text.slice(0, TEXT_KEPT)}…` : text;
  return hideStrings(kept, dialects[dialect].lexical);
}

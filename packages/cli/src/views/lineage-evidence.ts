import type { Evidence } from "@headwater/catalog";
import { buildFqn, splitFqn } from "@headwater/core";
import type { NamedPlace } from "../catalog/find-place.ts";
import { counted } from "../screen/numbers.ts";
import { safe, safeLines } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { localTime } from "../screen/times.ts";
import { howWords } from "./lineage-tree.ts";
import { fact } from "./sections.ts";

const SHOWN_CLAIMS = 12;
const CONTEXT = 60;

/** The statements behind an edge, and what in them says it. */
export function evidenceLines(from: NamedPlace, to: NamedPlace, evidence: readonly Evidence[], look: Look): string[] {
  const { paint } = look;
  const name = ({ fqn, column }: NamedPlace): string => (column === null ? fqn : `${fqn}.${column}`);
  return [
    `${paint("bold", safe(name(from)))} → ${paint("bold", safe(name(to)))}`,
    ...evidence.flatMap((statement) => statementLines(statement, look)),
  ];
}

function statementLines({ origin, key, text, claims, firstSeen, lastSeen, times }: Evidence, look: Look): string[] {
  const { paint } = look;
  const said = claims.slice(0, SHOWN_CLAIMS).map((claim) => {
    const what =
      claim.from === "" && claim.to === ""
        ? "the table"
        : `${claim.from === "*" ? "all rows" : claim.from} → ${claim.to === "" ? "rows" : claim.to}`;
    const words = [...new Set([howWords(claim.how), claim.rule, claim.sure])].filter((word) => word !== "").join(", ");
    const quoted = claim.end > claim.start ? excerpt(text, claim.start, claim.end) : "";
    return `  ${safe(what)}  ${paint("dim", safe(words))}${quoted === "" ? "" : `  ${paint("cyan", safe(quoted))}`}`;
  });
  const more = claims.length - SHOWN_CLAIMS;
  return [
    "",
    paint("bold", safe(TITLES[origin](key))),
    ...fact(origin === "query" ? "seen" : "since", seenText(origin, firstSeen, lastSeen, times), look),
    ...said,
    ...(more > 0 ? [paint("dim", `  … and ${more} more`)] : []),
    "",
    ...statementText(text).map((line) => paint("dim", `  ${line}`)),
  ];
}

const TITLES: { readonly [O in Evidence["origin"]]: (key: string) => string } = {
  view: (key) => keptUnder(key, "rule") ?? `The definition of ${key}`,
  procedure: (key) => keptUnder(key, "trigger") ?? `The routine ${key}`,
  query: () => "A query",
  manual: () => "By hand",
};

/** A rule or a trigger is kept under the name of its table and its own. */
function keptUnder(key: string, what: string): string | null {
  const parts = splitFqn(key);
  if (parts.length <= ENTITY_PARTS) return null;
  return `The ${what} ${parts.at(-1) ?? ""} of ${buildFqn(...(parts.slice(0, -1) as [string]))}`;
}

/** Service, database, schema and the view, table or routine itself. */
const ENTITY_PARTS = 4;

function seenText(origin: Evidence["origin"], first: number, last: number, times: number): string {
  if (origin !== "query") return localTime(first);
  return `${counted(times, "time")}, from ${localTime(first)} to ${localTime(last)}`;
}

const SHOWN_LINES = 40;

function statementText(text: string): string[] {
  const lines = safeLines(text.trim());
  if (lines.length <= SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), `… and ${lines.length - SHOWN_LINES} more lines (--json has all of it)`];
}

function excerpt(text: string, start: number, end: number): string {
  const piece = text.slice(start, end).replaceAll(/\s+/g, " ");
  return piece.length > CONTEXT ? `${piece.slice(0, CONTEXT - 1)}…` : piece;
}

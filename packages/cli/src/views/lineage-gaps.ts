import type { DialectGaps, GapReport } from "@headwater/catalog";
import { count, counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";

const CONTEXT = 70;
const SHOWN_NAMES = 3;
/** As many letters alike are no chance. */
const SAME = 16;

/** What lineage misses: the share per dialect, then the statements. `namesakes`: what the catalog has under the last part of a name. */
export function gapLines(
  { dialects, statements }: { dialects: readonly DialectGaps[]; statements: readonly GapReport[] },
  namesakes: (fqn: string) => readonly string[],
  look: Look,
): string[] {
  const { paint } = look;
  if (dialects.length === 0) return ["No statement has been read yet."];
  return [...dialects.flatMap((dialect) => dialectLines(dialect, look)), ...statements.flatMap(reportLines)];

  function reportLines({ origin, key, text, times, gaps, unresolved }: GapReport): string[] {
    const title = origin === "query" ? excerpt(text, 0) : key;
    return [
      "",
      `${paint("bold", safe(title))}  ${paint("dim", origin === "query" ? `query, ${counted(times, "time")}` : origin)}`,
      ...gaps.map(({ reason, detail, at }) => {
        const where = excerpt(text, at);
        // Some say it in what they say.
        const shown = detail.includes(where.slice(0, SAME)) ? "" : `  ${paint("dim", safe(where))}`;
        return `  ${paint("yellow", "!")} ${safe(`${reason}: ${detail}`)}${shown}`;
      }),
      ...unresolved.map(
        (fqn) => `  ${paint("yellow", "?")} ${safe(fqn)}  ${paint("dim", safe(missingText(namesakes(fqn))))}`,
      ),
    ];
  }
}

function missingText(others: readonly string[]): string {
  if (others.length === 0) return "not in the catalog";
  const more = others.length > SHOWN_NAMES ? ", …" : "";
  return `not in the catalog, which has ${others.slice(0, SHOWN_NAMES).join(", ")}${more}`;
}

function dialectLines({ dialect, statements, withGaps, unresolved, reasons }: DialectGaps, { paint }: Look): string[] {
  const share = (part: number): string => `${((100 * part) / Math.max(1, statements)).toFixed(1)} %`;
  return [
    `${paint("bold", dialect)}  ${counted(statements, "statement")}: ${share(statements - withGaps)} read whole, ${count(withGaps)} with gaps (${share(withGaps)}), ${count(unresolved)} with names the catalog does not have`,
    ...Object.entries(reasons).map(([reason, times]) => `  ${paint("dim", `${safe(reason)}: ${count(times)}`)}`),
  ];
}

function excerpt(text: string, at: number): string {
  const piece = text
    .slice(at, at + 4 * CONTEXT)
    .replaceAll(/\s+/g, " ")
    .trim();
  return piece.length > CONTEXT ? `${piece.slice(0, CONTEXT - 1)}…` : piece;
}

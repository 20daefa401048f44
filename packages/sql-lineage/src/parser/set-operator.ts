import type { NameMatch, SetBranch } from "../ir.ts";
import { readColumnList } from "./names.ts";
import type { Parser } from "./parser.ts";
import { SET_OPERATORS } from "./words.ts";

/** What stands between two branches: all of a branch but its query. */
export type SetOperator = Omit<SetBranch, "query">;

/**
 * Reads UNION and kin with their words; null when none stands here. `afterExcept`: the branch before this operator is taken away,
 * and so is what INTERSECT joins to it where that binds tighter.
 */
export function readSetOperator(p: Parser, afterExcept: boolean): SetOperator | null {
  let keep: NameMatch["keep"] | null = null;
  if (!p.isAny(SET_OPERATORS)) {
    // `LEFT UNION ALL BY NAME`, `FULL OUTER UNION ALL BY NAME` (BigQuery, Set operators).
    if (!p.is("LEFT") && !p.is("FULL") && !p.is("INNER") && !p.is("OUTER")) return null;
    if (!SET_OPERATORS.has(p.wordAt(1)) && !(p.wordAt(1) === "OUTER" && SET_OPERATORS.has(p.wordAt(2)))) return null;
    keep = p.is("LEFT") ? "left" : p.is("INNER") ? "common" : "all";
    p.next();
    p.take("OUTER");
  }
  const except =
    p.is("EXCEPT") || p.is("MINUS") || (p.is("INTERSECT") && afterExcept && p.dialect.features.intersectBindsTighter);
  p.next();
  while (p.take("ALL") || p.take("DISTINCT"));
  return { except, byName: readNameMatch(p, keep) };
}

function readNameMatch(p: Parser, keep: NameMatch["keep"] | null): NameMatch | null {
  if (p.takeAll("BY", "NAME")) {
    // Without a word before UNION both sides have the same columns, or those of either are taken, as the dialect has it.
    return { keep: keep ?? "all", columns: p.take("ON") && p.is("(") ? readColumnList(p) : null };
  }
  const strict = p.take("STRICT");
  if (!p.take("CORRESPONDING")) return null;
  // Only columns that both sides have, if nothing else is said (ISO/IEC 9075-2, 7.17).
  return { keep: keep ?? (strict ? "all" : "common"), columns: p.take("BY") && p.is("(") ? readColumnList(p) : null };
}

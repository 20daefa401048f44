import type { OutOfScopeEntity } from "@headwater/catalog";
import { grid } from "../screen/grid.ts";
import { count } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { countKinds, wordFor } from "./words.ts";

const SHOWN = 20;

/** What is out of scope, by what leaves it out: how many of which kind, and some of them by name. */
export function outOfScopeLines(entities: readonly OutOfScopeEntity[], look: Look): string[] {
  const byReason = Map.groupBy(entities, ({ reason }) => reason);
  return [...byReason].flatMap(([reason, group]) => {
    const rows = group
      .slice(0, SHOWN)
      .map(({ fqn, type, kind, below }) => [
        fqn,
        wordFor(type, kind),
        below === 0 ? "" : `and ${count(below)} below it`,
      ]);
    return [
      `${look.paint("bold", countKinds(group))}: ${safe(reason)}`,
      // The titles of such a list say nothing its rows do not.
      ...grid(COLUMNS, rows, look, "  ").slice(1),
      ...(group.length > SHOWN
        ? [look.paint("dim", `  … and ${count(group.length - SHOWN)} more; --json lists all`)]
        : []),
    ];
  });
}

const COLUMNS = [
  { title: "name", shrinkTo: 20 },
  { title: "what", spare: 1 },
  { title: "below", spare: 2 },
];

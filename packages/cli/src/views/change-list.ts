import type { FeedEntry, HistoryOp } from "@headwater/catalog";
import { type ChangeDescription, type EntityType, formatVersion } from "@headwater/core";
import { count } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look, Tint } from "../screen/screen.ts";
import { fieldChangeLines } from "./field-changes.ts";
import { countOf, wordFor } from "./words.ts";

const OPS: readonly HistoryOp[] = [
  "created",
  "restored",
  "renamed",
  "updated",
  "set",
  "retired",
  "reverted",
  "imported",
  "deleted",
  "removed",
];
const SIGNS: { readonly [O in HistoryOp]: readonly [sign: string, tint: Tint] } = {
  created: ["+", "green"],
  restored: ["+", "green"],
  renamed: ["~", "yellow"],
  updated: ["~", "yellow"],
  set: ["~", "yellow"],
  retired: ["~", "yellow"],
  reverted: ["~", "yellow"],
  imported: ["~", "yellow"],
  deleted: ["-", "red"],
  removed: ["-", "red"],
};

/** Changes of one kind: how many of which types, and some of them. */
interface Group {
  total: number;
  byType: Map<EntityType | null, number>;
  examples: FeedEntry[];
}

/** Changes by what they did. However many there are, only `limit` of each kind are held. */
export class ChangeSummary {
  readonly #groups = new Map<HistoryOp, Group>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: FeedEntry): void {
    let group = this.#groups.get(entry.op);
    if (group === undefined) this.#groups.set(entry.op, (group = { total: 0, byType: new Map(), examples: [] }));
    group.total += 1;
    group.byType.set(entry.type, (group.byType.get(entry.type) ?? 0) + 1);
    if (group.examples.length < this.#limit) group.examples.push(entry);
  }

  /** How many changes of each kind there were. */
  get totals(): { [O in HistoryOp]?: number } {
    return Object.fromEntries([...this.#groups].map(([op, { total }]) => [op, total]));
  }

  lines(look: Look): string[] {
    const lines: string[] = [];
    for (const op of OPS) {
      const group = this.#groups.get(op);
      if (group === undefined) continue;
      const types = [...group.byType].map(([type, value]) =>
        type === null ? `${count(value)} removed since` : countOf(value, type),
      );
      lines.push(look.paint("bold", `${op}: ${types.join(", ")}`));
      for (const entry of group.examples) lines.push(...entryLines(entry, look));
      const more = group.total - group.examples.length;
      if (more > 0) lines.push(look.paint("dim", `  … and ${count(more)} more`));
    }
    return lines;
  }
}

const FIELDS = 12;

function entryLines({ op, type, fqn, version, change }: FeedEntry, look: Look): string[] {
  const [sign, tint] = SIGNS[op];
  const name = fqn === null ? "something removed since" : safe(fqn);
  const head = `  ${look.paint(tint, sign)} ${name}${type === null ? "" : look.paint("dim", `  ${wordFor(type)} ${formatVersion(version)}`)}`;
  return [
    head,
    ...(change === null || op === "deleted" ? [] : fieldChangeLines(withoutDeleted(change), look, "      ", FIELDS)),
  ];
}

/** That something is there again or gone is said by what was done already. */
function withoutDeleted(change: ChangeDescription): ChangeDescription {
  return { ...change, fieldsUpdated: change.fieldsUpdated.filter(({ name }) => name !== "deleted") };
}

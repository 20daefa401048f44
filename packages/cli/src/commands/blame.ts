import { blame, type Blamed } from "@headwater/catalog";
import { type Column, formatVersion } from "@headwater/core";
import type { Call } from "../call.ts";
import { findEntity, fqnOf } from "../catalog/find-entity.ts";
import { withCatalog } from "../catalog/open.ts";
import { grid } from "../screen/grid.ts";
import { safe } from "../screen/safe-text.ts";
import { localTime } from "../screen/times.ts";
import { byText } from "../views/history.ts";
import { typeText, valueText } from "../views/values.ts";
import { wordFor } from "../views/words.ts";

/** `headwater blame NAME` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  await withCatalog(call, { mustExist: true }, (db) => {
    const named = findEntity(db, args.words[0] ?? "", call, { deleted: true });
    const blamed = blame(db, named.entity, named.column);
    if (args.flag("json"))
      return out.json(
        blamed.map(({ field, value, entry }) => ({
          field,
          value,
          version: entry === null ? null : formatVersion(entry.version),
          at: entry?.at ?? null,
          op: entry?.op ?? null,
          run: entry?.run ?? null,
          actor: entry?.actor ?? null,
        })),
      );
    const what = named.column === null ? wordFor(named.entity.type, named.entity.kind) : "column";
    out.print(
      `${out.paint("bold", safe(fqnOf(named)))}  ${out.paint("dim", what)}`,
      ...grid(COLUMNS, blamed.map(row), out),
    );
  });
  return 0;
}

// On a narrow screen who did it is what must not be lost.
const COLUMNS = [
  { title: "FIELD", shrinkTo: 14 },
  { title: "SAYS", shrinkTo: 10, spare: 2 },
  { title: "SINCE" },
  { title: "WHEN", shrinkTo: 10, spare: 1 },
  { title: "BY", shrinkTo: 8 },
];

const LONGEST = 60;

function row({ field, value, entry }: Blamed): string[] {
  const isColumn = typeof value === "object" && value !== null && "dataType" in value;
  const text = isColumn ? typeText(value as unknown as Column) : valueText(value);
  const says = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  if (entry === null) return [field, says, "?", "before what is kept", "?"];
  return [field, says, formatVersion(entry.version), localTime(entry.at), byText(entry).replace(/^by /, "")];
}

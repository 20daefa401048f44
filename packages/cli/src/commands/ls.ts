import { allBelow, childrenOf } from "@headwater/catalog";
import type { Column, TableConstraint } from "@headwater/core";
import type { Call } from "../call.ts";
import { findEntity } from "../catalog/find-entity.ts";
import { withCatalog } from "../catalog/open.ts";
import { withoutId } from "../catalog/without-id.ts";
import { columnGrid } from "../views/column-grid.ts";
import { listLines } from "../views/list.ts";
import { countKinds, wordFor } from "../views/words.ts";

/** `headwater ls [NAME]` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  await withCatalog(call, { mustExist: true }, (db) => {
    const [typed] = args.words;
    const entity = typed === undefined ? null : findEntity(db, typed, call).entity;
    const type = args.value("type");
    const options = { deleted: args.flag("deleted") };
    const first = childrenOf(db, entity?.fqn ?? "", options);
    const all = args.flag("recursive") ? first.flatMap((child) => [child, ...allBelow(db, child.fqn, options)]) : first;
    const below = all.filter(
      // Under a name that was found, --type chose among entities of that name.
      (child) => type === undefined || entity !== null || child.type === type,
    );
    const columns = (entity?.shown["columns"] ?? []) as unknown as Column[];
    if (args.flag("json")) return out.json(below.length === 0 && columns.length > 0 ? columns : below.map(withoutId));
    if (below.length === 0 && columns.length > 0) {
      const constraints = (entity?.shown["tableConstraints"] ?? []) as unknown as TableConstraint[];
      out.print(...columnGrid(columns, constraints, out));
      return;
    }
    if (below.length > 0) out.print(...listLines(below, args.flag("recursive") ? "fqn" : "name", out));
    err.print(
      err.paint("dim", below.length > 0 ? countKinds(below) : nothing(entity === null ? null : wordFor(entity.type))),
    );
  });
  return 0;
}

const nothing = (below: string | null): string =>
  below === null ? "The catalog is empty: headwater ingest fills it." : `There is nothing below this ${below}.`;

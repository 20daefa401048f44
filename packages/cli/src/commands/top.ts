import { lastDay, topQueries, topTables } from "@headwater/catalog";
import { HeadwaterError, quoteName } from "@headwater/core";
import type { Call } from "../call.ts";
import { findService } from "../catalog/find-service.ts";
import { limitOf } from "../catalog/limit.ts";
import { withCatalog } from "../catalog/open.ts";
import { topQueryLines, topTableLines } from "../views/top.ts";

const DAYS = 30;

/** `headwater top` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const [what = "tables", typed] = args.words;
  if (what !== "tables" && what !== "queries")
    throw new HeadwaterError("usage", `headwater top ${what} is not understood.`, {
      hint: "headwater top tables, or headwater top queries.",
    });
  const limit = limitOf(call);
  await withCatalog(call, { mustExist: true }, (db) => {
    const service = typed === undefined ? null : quoteName(findService(db, typed).name);
    const day = lastDay(db);
    if (what === "tables") {
      const tables = day === null ? [] : topTables(db, service, day, DAYS, limit);
      if (args.flag("json")) out.json(tables);
      else out.print(...topTableLines(tables, day, DAYS, out));
    } else {
      const queries = day === null ? [] : topQueries(db, service, day, DAYS, limit);
      if (args.flag("json")) out.json(queries);
      else out.print(...topQueryLines(queries, day, DAYS, out));
    }
  });
  return 0;
}

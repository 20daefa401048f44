import { IDENTITY } from "../how.ts";
import type { Name, Select, TableSource } from "../ir.ts";
import { newSelect } from "./build.ts";

/** A select over one table, for statements that read a whole one. */
export function selectAll(name: Name, source: TableSource): Select {
  const select = newSelect(name.start);
  select.from.push({
    kind: "table",
    name,
    source,
    alias: null,
    columnAliases: null,
    join: null,
    start: name.start,
    end: name.end,
  });
  select.items.push({
    kind: "star",
    qualifier: null,
    except: [],
    replace: [],
    rename: [],
    pattern: false,
    how: IDENTITY,
    start: name.start,
    end: name.end,
  });
  select.end = name.end;
  return select;
}

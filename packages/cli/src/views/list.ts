import type { EntitySummary } from "@headwater/catalog";
import { formatVersion, quoteName } from "@headwater/core";
import { grid } from "../screen/grid.ts";
import { count } from "../screen/numbers.ts";
import type { Look } from "../screen/screen.ts";
import { wordFor } from "./words.ts";

/** Entities, one line each. `names` are their own names, or their FQNs where they stand in different places. */
export function listLines(entities: readonly EntitySummary[], names: "name" | "fqn", look: Look): string[] {
  const number = (value: number | null): string => (value === null || value === 0 ? "" : count(value));
  return grid(
    [
      { title: "NAME", shrinkTo: 16 },
      { title: "TYPE" },
      { title: "BELOW", align: "right", spare: 3 },
      { title: "COLUMNS", align: "right", spare: 2 },
      { title: "ROWS", align: "right", spare: 4 },
      { title: "VERSION", align: "right", spare: 1 },
      { title: "DESCRIPTION", shrinkTo: 12 },
    ],
    entities.map((entity) => [
      {
        text: names === "fqn" ? entity.fqn : quoteName(entity.name),
        tint: entity.deleted ? ("dim" as const) : ("bold" as const),
      },
      wordFor(entity.type, entity.kind) + (entity.deleted ? " (deleted)" : ""),
      number(entity.children),
      number(entity.columns),
      number(entity.rowCount),
      formatVersion(entity.version),
      firstLine(entity.description ?? ""),
    ]),
    look,
  );
}

const firstLine = (text: string): string => text.trim().split(/\r?\n/, 1)[0] ?? "";

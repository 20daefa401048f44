import type { Entity } from "@headwater/catalog";
import { type Column, columnsByPath, type TableConstraint } from "@headwater/core";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { columnGrid, nullText } from "./column-grid.ts";
import { block, fact, paragraph } from "./sections.ts";
import { constraintText, plainText, tagText, typeText } from "./values.ts";
import { wordFor } from "./words.ts";

/** One column as a person wants to see it. `path` is its names as they stand in its FQN. */
export function columnLines(entity: Entity, path: string, look: Look): string[] {
  const column = columnsByPath((entity.shown["columns"] ?? []) as unknown as Column[]).get(path);
  if (column === undefined) return [];
  const constraints = ((entity.shown["tableConstraints"] ?? []) as unknown as TableConstraint[]).filter(({ columns }) =>
    columns.includes(column.name),
  );
  const { displayName, description, tags, source, children } = column;
  return [
    `${look.paint("bold", safe(`${entity.fqn}.${path}`))}  ${look.paint("dim", `column of a ${wordFor(entity.type, entity.kind)}`)}`,
    ...(displayName == null ? [] : [safe(displayName)]),
    ...(description == null ? [] : ["", ...paragraph(description.trim(), look, "  ")]),
    "",
    ...fact("type", typeText(column), look),
    ...fact("null", nullText(column), look),
    ...fact("tags", (tags ?? []).map(tagText).join(", "), look),
    ...constraints.flatMap((constraint) => fact("key", constraintText(constraint), look)),
    ...Object.entries(source ?? {}).flatMap(([key, value]) => fact(key, plainText(value), look)),
    ...fact("curated", Object.keys(entity.curated?.columns?.[path] ?? {}).join(", "), look),
    ...(children == null || children.length === 0 ? [] : block("Fields", columnGrid(children, [], look), look)),
  ];
}

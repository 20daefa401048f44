import { assemble, type Found, type ReadItem, type Slice } from "@headwater/core/connector";
import { bySchema, keyOf, schemaOf } from "./members.ts";
import type { MysqlSession, RowOf, Shown } from "./requests.ts";
import { bareNames, serverKind } from "./routine-names.ts";
import type { EventRows, ParameterRow, RoutineRows } from "./rows.ts";
import { readTexts } from "./texts.ts";

/** Reads routines and events, with their texts: a fixed handful of requests. */
export async function* readRoutines(
  session: MysqlSession,
  { members }: Slice,
): AsyncIterable<ReadItem<RoutineRows | EventRows>> {
  const events = members.filter(({ kind }) => kind === "Event");
  const routines = members.filter(({ kind }) => kind !== "Event");
  if (routines.length > 0) yield* readOnlyRoutines(session, routines);
  if (events.length > 0) yield* readEvents(session, events);
}

type Named = { schema: string; name: string; kind: string };

const kindKey = (row: Named): string => `${row.kind} ${keyOf(row)}`;

/** What a member is called by the server: the row of the first of its possible names that there is. */
function rowOf<R>(member: Found, rows: ReadonlyMap<string, R>): R | undefined {
  const kind = serverKind(member.kind);
  for (const name of bareNames(member)) {
    const row = rows.get(kindKey({ kind, schema: schemaOf(member.parent), name }));
    if (row !== undefined) return row;
  }
  return undefined;
}

async function* readOnlyRoutines(
  session: MysqlSession,
  members: readonly Found[],
): AsyncIterable<ReadItem<RoutineRows>> {
  const among = { members: bySchema(members, bareNames) };
  const rows = new Map((await session.all("routines", among)).map((row) => [kindKey(row), row]));
  const parameters = assemble(rows.keys(), await session.all("parameters", among), kindKey);
  const shown = [...rows.values()].flatMap((row) => (row.definition === null ? [] : [objectOf(row, row.definition)]));
  const texts = textsByKey(shown, await readTexts(session, shown));
  for (const member of members) {
    const row = rowOf(member, rows);
    if (row === undefined) continue;
    const { text, isWhole } = texts.get(kindKey(row)) ?? { text: row.definition, isWhole: false };
    yield {
      path: [...member.parent, member.name],
      rows: {
        is: "routine",
        ...row,
        definition: text,
        isWhole,
        parameters: parameters
          .of(kindKey(row))
          .map(({ mode, parameter, type, characterSet }): ParameterRow => [mode, parameter, type, characterSet]),
      },
    };
  }
}

async function* readEvents(session: MysqlSession, members: readonly Found[]): AsyncIterable<ReadItem<EventRows>> {
  const read = await session.all("events", { members: bySchema(members, bareNames) });
  const rows = new Map(read.map((row) => [kindKey({ ...row, kind: "EVENT" }), row]));
  const shown = read.map((row) => objectOf({ ...row, kind: "EVENT" }, row.definition));
  const texts = textsByKey(shown, await readTexts(session, shown));
  for (const member of members) {
    const row = rowOf<RowOf<"events">>(member, rows);
    if (row === undefined) continue;
    const { text, isWhole } = texts.get(kindKey({ ...row, kind: "EVENT" })) ?? { text: row.definition, isWhole: false };
    yield { path: [...member.parent, member.name], rows: { is: "event", ...row, definition: text, isWhole } };
  }
}

const objectOf = ({ kind, schema, name }: Named, text: string): Shown & { text: string } => ({
  kind,
  schema,
  name,
  text,
});

const textsByKey = <T>(objects: readonly Shown[], texts: ReadonlyMap<Shown, T>): Map<string, T> =>
  new Map(objects.flatMap((object) => (texts.has(object) ? [[kindKey(object), texts.get(object) as T]] : [])));

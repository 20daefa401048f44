import {
  type Assembled,
  assemble,
  type Found,
  type ReadItem,
  type Slice,
  SourceError,
} from "@headwater/core/connector";
import { qualified } from "./escape.ts";
import { type Grants, readGrants } from "./grants.ts";
import { bySchema, keyOf, schemaOf } from "./members.ts";
import type { MysqlSession, RowOf, Shown } from "./requests.ts";
import type { TableRows, TriggerRow, ViewPart } from "./rows.ts";
import { isMariaDb, readStatements, readTexts } from "./texts.ts";

/** Rights that show a column. Source: MySQL's manual, "The INFORMATION_SCHEMA COLUMNS Table". */
const SHOW_COLUMNS = ["SELECT", "INSERT", "UPDATE", "REFERENCES"] as const;

/** Reads tables and views: a fixed handful of requests. */
export async function* readTables(session: MysqlSession, { members, want }: Slice): AsyncIterable<ReadItem<TableRows>> {
  const grants = readGrants((await session.all("grants")).map(({ line }) => line));
  const rows = new Map(
    (await session.all("tables", { members: bySchema(members, nameOf) })).map((row) => [keyOf(row), row]),
  );
  // What cannot be opened would be waited for by every further request.
  const open: Opened[] = [];
  for (const member of members) {
    const row = rows.get(keyOf({ schema: schemaOf(member.parent), name: member.name }));
    // It was dropped since it was listed.
    if (row === undefined) continue;
    const trouble = troubleOf(row);
    if (trouble === null || trouble.ofView) open.push({ member, row, invalid: trouble?.message ?? null });
    else yield cannotOpen(member, trouble.message);
  }
  if (open.length === 0) return;
  const parts = await readParts(session, open, grants);
  for (const { member, row, invalid } of open) {
    const { schema, name, type, engine, collation, comment, options, rowCount, sizeBytes } = row;
    const key = keyOf(row);
    const isView = member.kind === "View";
    yield {
      path: [...member.parent, member.name],
      rows: {
        mariaDb: isMariaDb(session),
        database: member.parent[0] ?? "",
        schema,
        name,
        type,
        engine,
        collation,
        // The comment of a view is the word VIEW, or what is wrong with it.
        comment: isView ? null : comment,
        options,
        columns: withoutKey(parts.columns.of(key)) as TableRows["columns"],
        allColumns: grants.allow(schema, name, ...SHOW_COLUMNS),
        indexes: withoutKey(parts.indexes.of(key)) as TableRows["indexes"],
        foreignKeys: withoutKey(parts.foreignKeys.of(key)) as TableRows["foreignKeys"],
        checks: withoutKey(parts.checks.of(key)) as TableRows["checks"],
        partitions: withoutKey(parts.partitions.of(key)) as TableRows["partitions"],
        triggers:
          isView || grants.allow(schema, name, "TRIGGER") ? parts.triggers.of(key).map(({ row: one }) => one) : null,
        view: isView ? viewPart(parts.views.of(key)[0]) : null,
        invalid,
        ddl: want.ddl,
      },
      ...(isView ? {} : { seen: observations(rowCount, sizeBytes) }),
    };
  }
}

/** A member that can be read, with its row, and with what is wrong with it as a view. */
interface Opened {
  member: Found;
  row: RowOf<"tables">;
  invalid: string | null;
}

type PartName = "columns" | "indexes" | "foreignKeys" | "checks" | "partitions" | "triggers" | "views";
type Parts = { [N in Exclude<PartName, "triggers">]: Assembled<RowOf<N>> } & {
  triggers: Assembled<{ schema: string; name: string; row: TriggerRow }>;
};

/** The parts of tables and views: one request for each kind of part that one of them may have. */
async function readParts(session: MysqlSession, open: readonly Opened[], grants: Grants): Promise<Parts> {
  const ofKind = (is: (kind: string) => boolean): Found[] =>
    open.flatMap(({ member }) => (is(member.kind) ? [member] : []));
  const all = ofKind(() => true);
  const tables = ofKind((kind) => kind !== "View");
  const read = async <N extends PartName>(name: N, members: readonly Found[]): Promise<RowOf<N>[]> =>
    members.length === 0 ? [] : ((await session.all(name, { members: bySchema(members, nameOf) })) as RowOf<N>[]);
  const keys = open.map(({ row }) => keyOf(row));
  const byKey = <R extends { schema: string; name: string }>(rows: readonly R[]): Assembled<R> =>
    assemble(keys, rows, keyOf);
  return {
    columns: byKey(await read("columns", all)),
    indexes: byKey(await read("indexes", tables)),
    foreignKeys: byKey(await read("foreignKeys", tables)),
    checks: byKey(await read("checks", tables)),
    partitions: byKey(
      await read(
        "partitions",
        ofKind((kind) => kind === "Partitioned"),
      ),
    ),
    triggers: byKey(await withTexts(session, await read("triggers", tables))),
    views: byKey(
      await withDefinitions(
        session,
        await read(
          "views",
          ofKind((kind) => kind === "View"),
        ),
        grants,
      ),
    ),
  };
}

const withoutKey = (rows: readonly { schema: string; name: string }[]): unknown[][] =>
  rows.map(({ schema: _schema, name: _name, ...rest }) => Object.values(rest));

const nameOf = ({ name }: Found): string[] => [name];

const observations = (
  rowCount: number | null,
  sizeBytes: number | null,
): { rowCount?: number; sizeBytes?: number } => ({
  ...(rowCount === null ? {} : { rowCount }),
  ...(sizeBytes === null ? {} : { sizeBytes }),
});

const LOCKED = /lock wait timeout|metadata lock/i;

/** What becomes of an object the server cannot open: somebody has it locked, or it is damaged. */
function cannotOpen({ parent, name }: Found, message: string): ReadItem<never> {
  const path = [...parent, name];
  if (LOCKED.test(message)) return { setAside: path, reason: "Somebody has it locked." };
  const error = new SourceError("refused", `The server cannot open it: ${message.replace(/\.$/, "")}.`, {
    hint: `CHECK TABLE ${qualified(schemaOf(parent), name)}; tells more.`,
  });
  return { failed: path, error };
}

const INVALID_VIEW = /references invalid table\(s\) or column\(s\) or function\(s\)/;

/** What stands in the place of a comment when a table cannot be opened. */
const NOT_OPENED =
  /\(errno: \d+|^Lock wait timeout|^Tablespace |^Table '.*' (?:doesn't exist|is marked as crashed)|^Incorrect information in file|^Unknown storage engine/;

/** What keeps the server from opening an object: it says so in the place of its comment. */
function troubleOf({ type, engine, comment, sizeBytes }: RowOf<"tables">): { ofView: boolean; message: string } | null {
  if (type === "VIEW") {
    if (comment === null || comment === "VIEW") return null;
    return { ofView: INVALID_VIEW.test(comment), message: comment };
  }
  if (comment === null) return null;
  // MariaDB knows not even the engine of what it cannot open; MySQL has it in its dictionary, and nothing else to tell a comment from an error.
  const isError = engine === null || ((sizeBytes ?? 0) === 0 && NOT_OPENED.test(comment));
  return isError ? { ofView: false, message: comment } : null;
}

function viewPart(row: RowOf<"views"> | undefined): ViewPart | null {
  if (row === undefined) return null;
  const { definition, definer, security, checkOption, algorithm } = row;
  return { definition: definition === "" ? null : definition, definer, security, checkOption, algorithm };
}

/**
 * Views with their queries. Early releases of MySQL 8.0 hide them in information_schema from accounts that may see them, unless the right is one
 * on the very view; `SHOW CREATE VIEW` does not.
 */
async function withDefinitions(
  session: MysqlSession,
  rows: readonly RowOf<"views">[],
  grants: Grants,
): Promise<RowOf<"views">[]> {
  const hidden = rows.filter(
    ({ definition, schema, name }) =>
      definition === "" && grants.allow(schema, name, "SHOW VIEW") && grants.allow(schema, name, "SELECT"),
  );
  const statements = await readStatements(
    session,
    hidden.map(({ schema, name }) => ({ kind: "VIEW", schema, name })),
  );
  const definitions = new Map([...statements].map(([view, text]) => [keyOf(view), queryOf(text ?? "")]));
  return rows.map((row) => ({ ...row, definition: definitions.get(keyOf(row)) ?? row.definition }));
}

const NAME = "`(?:[^`]|``)*`";
const VIEW_HEAD = new RegExp(
  `^CREATE (?:ALGORITHM=\\w+ )?DEFINER=${NAME}@${NAME} SQL SECURITY \\w+ VIEW (?:${NAME}\\.)?${NAME}(?: \\((?:${NAME},? ?)*\\))? AS `,
  "s",
);

/** The query in the statement that `SHOW CREATE VIEW` gives. */
const queryOf = (statement: string): string =>
  VIEW_HEAD.test(statement)
    ? statement.replace(VIEW_HEAD, "").replace(/ WITH (?:CASCADED|LOCAL) CHECK OPTION$/, "")
    : "";

/** Triggers with their texts as they were written. */
async function withTexts(
  session: MysqlSession,
  rows: readonly RowOf<"triggers">[],
): Promise<{ schema: string; name: string; row: TriggerRow }[]> {
  const seen = rows.flatMap((row) => (row.statement === null ? [] : [{ ...row, statement: row.statement }]));
  const objects = seen.map((row): Shown & { text: string } => ({
    kind: "TRIGGER",
    schema: row.schema,
    name: row.trigger,
    text: row.statement,
  }));
  const texts = await readTexts(session, objects);
  return seen.map(({ schema, name, trigger, timing, event, statement, definer }, at) => {
    const { text, isWhole } = texts.get(objects[at] as Shown) ?? { text: statement, isWhole: false };
    return { schema, name, row: [trigger, timing, event, text, definer, isWhole] };
  });
}

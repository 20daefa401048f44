import { assemble, type Found, type ReadItem, type Slice, SourceError } from "@headwater/core/connector";
import { qualified } from "./escape.ts";
import { type Grants, readGrants } from "./grants.ts";
import { bySchema, keyOf } from "./members.ts";
import type { MysqlSession, RowOf, Shown } from "./requests.ts";
import type { TableRows, TriggerRow, ViewPart } from "./rows.ts";
import { isMariaDb, readStatements, readTexts } from "./texts.ts";

/** Rights that show a column. Source: MySQL's manual, "The INFORMATION_SCHEMA COLUMNS Table". */
const SHOW_COLUMNS = ["SELECT", "INSERT", "UPDATE", "REFERENCES"] as const;

/** Reads tables and views: a fixed handful of requests. */
export async function* readTables(session: MysqlSession, { members, want }: Slice): AsyncIterable<ReadItem<TableRows>> {
  const read = async <N extends "indexes" | "foreignKeys" | "checks" | "partitions" | "triggers" | "views">(
    name: N,
    among: readonly Found[],
  ): Promise<RowOf<N>[]> =>
    among.length === 0 ? [] : ((await session.all(name, { members: bySchema(among, nameOf) })) as RowOf<N>[]);
  const tables = members.filter(({ kind }) => kind !== "View");
  const all = { members: bySchema(members, nameOf) };
  const grants = readGrants((await session.all("grants")).map(({ line }) => line));
  const rows = new Map((await session.all("tables", all)).map((row) => [keyOf(row), row]));
  const of = <R extends { schema: string; name: string }>(list: R[]): ((key: string) => readonly R[]) => {
    const assembled = assemble(rows.keys(), list, keyOf);
    return (key) => assembled.of(key);
  };
  const columns = of(await session.all("columns", all));
  const indexes = of(await read("indexes", tables));
  const foreignKeys = of(await read("foreignKeys", tables));
  const checks = of(await read("checks", tables));
  const partitions = of(
    await read(
      "partitions",
      tables.filter(({ kind }) => kind === "Partitioned"),
    ),
  );
  const triggers = of(await readTriggers(session, await read("triggers", tables)));
  const viewRows = await read(
    "views",
    members.filter(({ kind }) => kind === "View"),
  );
  const views = of(await withDefinitions(session, viewRows, grants));

  for (const member of members) {
    const key = keyOf({ schema: member.parent[1] ?? "", name: member.name });
    const row = rows.get(key);
    // It was dropped since it was listed.
    if (row === undefined) continue;
    const path = [...member.parent, member.name];
    const trouble = troubleOf(row);
    if (trouble !== null && !trouble.ofView) {
      yield LOCKED.test(trouble.message)
        ? { setAside: path, reason: "Somebody has it locked." }
        : { failed: path, error: cannotOpen(trouble.message, row) };
      continue;
    }
    const { schema, name, type, engine, collation, comment, options, rowCount, sizeBytes } = row;
    const isView = member.kind === "View";
    const withoutKey = <R extends { schema: string; name: string }>(list: readonly R[]): unknown[][] =>
      list.map(({ schema: _schema, name: _name, ...rest }) => Object.values(rest));
    yield {
      path,
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
        columns: withoutKey(columns(key)) as TableRows["columns"],
        allColumns: grants.allow(schema, name, ...SHOW_COLUMNS),
        indexes: withoutKey(indexes(key)) as TableRows["indexes"],
        foreignKeys: withoutKey(foreignKeys(key)) as TableRows["foreignKeys"],
        checks: withoutKey(checks(key)) as TableRows["checks"],
        partitions: withoutKey(partitions(key)) as TableRows["partitions"],
        triggers: isView || grants.allow(schema, name, "TRIGGER") ? triggers(key).map(({ row: one }) => one) : null,
        view: isView ? viewPart(views(key)[0]) : null,
        invalid: trouble?.message ?? null,
        ddl: want.ddl,
      },
      ...(isView ? {} : { seen: observations(rowCount, sizeBytes) }),
    };
  }
}

const nameOf = ({ name }: Found): string[] => [name];

const observations = (
  rowCount: number | null,
  sizeBytes: number | null,
): { rowCount?: number; sizeBytes?: number } => ({
  ...(rowCount === null ? {} : { rowCount }),
  ...(sizeBytes === null ? {} : { sizeBytes }),
});

const LOCKED = /lock wait timeout|metadata lock/i;

const cannotOpen = (message: string, { schema, name }: RowOf<"tables">): SourceError =>
  new SourceError("refused", `The server cannot open it: ${message.replace(/\.$/, "")}.`, {
    hint: `CHECK TABLE ${qualified(schema, name)}; tells more.`,
  });

const INVALID_VIEW = /references invalid table\(s\) or column\(s\) or function\(s\)/;

/** What keeps the server from opening an object: it says so in the place of its comment. */
function troubleOf({ type, engine, comment, collation }: RowOf<"tables">): { ofView: boolean; message: string } | null {
  if (type === "VIEW") {
    if (comment === null || comment === "VIEW") return null;
    return { ofView: INVALID_VIEW.test(comment), message: comment };
  }
  // MySQL keeps the engine in its dictionary; MariaDB knows nothing of what it cannot open.
  return engine === null && collation === null && comment !== null ? { ofView: false, message: comment } : null;
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
async function readTriggers(
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

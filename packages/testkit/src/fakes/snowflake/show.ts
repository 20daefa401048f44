/** SHOW and GET_DDL. Columns are those of docs.snowflake.com's pages of each command that a reader of metadata uses. */
import type { StatementForm } from "../statements.ts";
import { type Answer, answerOf, type AnswerCell } from "./answer.ts";
import { NAME, PATH, parsePath, parseText, shownName, TEXT } from "./names.ts";
import type { SnowflakeSession } from "./session.ts";
import type { SnowflakeDatabase, SnowflakeSchema, SnowflakeTable } from "./state.ts";

type Form = StatementForm<SnowflakeSession, Answer>;
type Groups = Record<string, string | undefined>;

/** SHOW answers with at most this many rows; LIMIT … FROM pages. */
const SHOW_ROWS = 10_000;

interface Place {
  database: SnowflakeDatabase;
  schema: SnowflakeSchema;
  table: SnowflakeTable;
}

const WHERE = String.raw`(?:\s+IN\s+(?:(?<account>ACCOUNT)|(?<kind>DATABASE|SCHEMA|TABLE)(?:\s+(?<path>${PATH}))?))?`;
const PAGE = String.raw`(?:\s+LIMIT\s+(?<limit>\d+)(?:\s+FROM\s+(?<from>${TEXT}))?)?`;

const show = (what: string, run: Form["run"]): Form => ({
  form: `SHOW ${what} IN …`,
  pattern: new RegExp(String.raw`^SHOW\s+(?:TERSE\s+)?${what.replaceAll(" ", String.raw`\s+`)}${WHERE}${PAGE}$`, "is"),
  run,
});

/** The tables and views of the place a SHOW is about. */
function placesOf({ kind, path, account }: Groups, session: SnowflakeSession): Place[] {
  const names = parsePath(path ?? "");
  const level = account === undefined ? (kind ?? (session.database === null ? "" : "DATABASE")).toUpperCase() : "";
  const below = (database: SnowflakeDatabase, schema: SnowflakeSchema): Place[] =>
    session.tables(database, schema).map((table) => ({ database, schema, table }));
  const inDatabase = (database: SnowflakeDatabase): Place[] =>
    session.schemas(database).flatMap((schema) => below(database, schema));
  if (level === "DATABASE") return inDatabase(session.findDatabase(names));
  if (level === "SCHEMA") {
    const { database, schema } = session.findSchema(names);
    return below(database, schema);
  }
  if (level === "TABLE") {
    const found = session.findTable(names);
    return [{ database: session.findDatabase([found.path[0] ?? ""]), schema: found.schema, table: found.table }];
  }
  return session.databases().flatMap(inDatabase);
}

/** Rows by name, from behind a name, at most so many. */
function paged(names: readonly string[], rows: AnswerCell[][], groups: Groups, times: readonly string[] = []): Answer {
  const at = names.indexOf("name");
  const from = groups["from"] === undefined ? null : parseText(groups["from"]);
  const nameOf = (row: AnswerCell[]): string => String(row[at]);
  const sorted = at < 0 ? rows : rows.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const behind = from === null ? sorted : sorted.filter((row) => nameOf(row) > from);
  return answerOf(names, behind.slice(0, Math.min(SHOW_ROWS, Number(groups["limit"] ?? SHOW_ROWS))), times);
}

function tablesOf(kind: SnowflakeTable["kind"]): Form["run"] {
  return (groups, session) =>
    paged(
      [
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "kind",
        "comment",
        "owner",
        ...(kind === "VIEW" ? ["text"] : []),
      ],
      placesOf(groups, session)
        .filter(({ table }) => table.kind === kind)
        .map(({ database, schema, table }) => [
          table.created,
          table.name,
          database.name,
          schema.name,
          table.kind,
          table.comment ?? "",
          table.owner,
          ...(kind === "VIEW" ? [table.text] : []),
        ]),
      groups,
      ["created_on"],
    );
}

/** The statement that makes a table. */
export function definitionOf({ name, kind, columns, comment, text, primaryKey }: SnowflakeTable): string {
  if (kind === "VIEW") return `${text ?? ""};`;
  const lines = columns.map(
    (column) =>
      `\t${shownName(column.name)} ${column.type}${column.nullable ? "" : " NOT NULL"}${column.comment === null ? "" : ` COMMENT '${quoted(column.comment)}'`}`,
  );
  if (primaryKey.length > 0) lines.push(`\tprimary key (${primaryKey.map(shownName).join(", ")})`);
  return `create or replace TABLE ${shownName(name)} (\n${lines.join(",\n")}\n)${comment === null ? "" : `COMMENT='${quoted(comment)}'`};`;
}

const quoted = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");

/** The forms. */
export const SHOWS: readonly Form[] = [
  show("DATABASES", (groups, session) =>
    paged(
      ["created_on", "name", "origin", "owner", "comment", "kind"],
      session
        .databases()
        .map(({ name, owner, comment, created }) => [created, name, "", owner, comment ?? "", "STANDARD"]),
      groups,
      ["created_on"],
    ),
  ),
  show("SCHEMAS", (groups, session) => {
    const databases =
      groups["kind"] === undefined ? session.databases() : [session.findDatabase(parsePath(groups["path"] ?? ""))];
    return paged(
      ["created_on", "name", "database_name", "owner", "comment"],
      databases.flatMap((database) =>
        session
          .schemas(database)
          .map(({ name, owner, comment, created }) => [created, name, database.name, owner, comment ?? ""]),
      ),
      groups,
      ["created_on"],
    );
  }),
  show("TABLES", tablesOf("TABLE")),
  show("VIEWS", tablesOf("VIEW")),
  show("COLUMNS", (groups, session) =>
    paged(
      ["table_name", "schema_name", "column_name", "data_type", "null?", "comment", "database_name"],
      placesOf(groups, session).flatMap(({ database, schema, table }) =>
        table.columns.map((column) => [
          table.name,
          schema.name,
          column.name,
          JSON.stringify({ type: column.type.replace(/\(.*/, ""), nullable: column.nullable }),
          column.nullable ? "true" : "false",
          column.comment ?? "",
          database.name,
        ]),
      ),
      groups,
    ),
  ),
  show("PRIMARY KEYS", (groups, session) =>
    paged(
      ["created_on", "database_name", "schema_name", "table_name", "column_name", "key_sequence", "constraint_name"],
      placesOf(groups, session).flatMap(({ database, schema, table }) =>
        table.primaryKey.map((column, at) => [
          table.created,
          database.name,
          schema.name,
          table.name,
          column,
          at + 1,
          `SYS_CONSTRAINT_${table.name}`,
        ]),
      ),
      groups,
      ["created_on"],
    ),
  ),
  {
    form: "SHOW GRANTS TO ROLE",
    pattern: new RegExp(String.raw`^SHOW\s+GRANTS\s+TO\s+ROLE\s+(?<role>${NAME})$`, "is"),
    run: ({ role = "" }, { account }) => {
      const [name = ""] = parsePath(role);
      const rows = [...(account.roles.get(name) ?? [])].map((right): AnswerCell[] => {
        const [, privilege = "", kind = "", path = "[]"] = /^(.*) ON (\w+) (.*)$/.exec(right) ?? [];
        const shown = (JSON.parse(path) as string[]).map(shownName).join(".");
        return [account.clock.now(), privilege, kind, shown, "ROLE", name];
      });
      const names = ["created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name"];
      return answerOf(names, rows, ["created_on"]);
    },
  },
  {
    form: "SELECT GET_DDL('TABLE' or 'VIEW', …)",
    pattern: new RegExp(
      String.raw`^SELECT\s+GET_DDL\(\s*'(?:TABLE|VIEW)'\s*,\s*(?<name>${TEXT})\s*(?:,\s*(?:TRUE|FALSE)\s*)?\)(?:\s+AS\s+\w+)?$`,
      "is",
    ),
    run: ({ name = "''" }, session) =>
      answerOf(["DDL"], [[definitionOf(session.findTable(parsePath(parseText(name))).table)]]),
  },
];

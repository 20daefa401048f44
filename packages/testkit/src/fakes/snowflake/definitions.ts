/** Statements that make, change and drop: CREATE, DROP, ALTER, COMMENT, GRANT. */
import type { StatementForm } from "../statements.ts";
import { type Answer, done } from "./answer.ts";
import { SnowflakeError, notThere } from "./error.ts";
import { NAME, PATH, parseName, parsePath, parseText, TEXT } from "./names.ts";
import type { SnowflakeSession } from "./session.ts";
import type { SnowflakeColumn, TagAssignment } from "./state.ts";

type Form = StatementForm<SnowflakeSession, Answer>;
type Groups = Record<string, string | undefined>;

const form = (name: string, pattern: string, run: Form["run"]): Form => ({
  form: name,
  pattern: new RegExp(`^${pattern.replaceAll(" ", String.raw`\s+`)}$`, "is"),
  run,
});

const COMMENT = String.raw`(?:\s+COMMENT\s*=\s*(?<comment>${TEXT}))?`;

const commentOf = ({ comment }: Groups): string | null => (comment === undefined ? null : parseText(comment));

/** Reads a list of columns. What it does not understand it refuses. */
function parseColumns(list: string): { columns: SnowflakeColumn[]; primaryKey: string[] } {
  const columns: SnowflakeColumn[] = [];
  const primaryKey: string[] = [];
  const one = new RegExp(
    String.raw`^(?<name>${NAME})\s+(?<type>\w+(?:\s*\([\d\s,]*\))?)(?<not>\s+NOT\s+NULL)?(?<key>\s+PRIMARY\s+KEY)?(?:\s+COMMENT\s+(?<comment>${TEXT}))?$`,
    "is",
  );
  for (const part of splitList(list)) {
    const key = /^PRIMARY\s+KEY\s*\((.*)\)$/is.exec(part);
    if (key !== null) {
      primaryKey.push(...(key[1] ?? "").split(",").map(parseName));
      continue;
    }
    const groups: Groups = { ...one.exec(part)?.groups };
    if (groups["name"] === undefined) throw syntaxError(part);
    const name = parseName(groups["name"]);
    if (groups["key"] !== undefined) primaryKey.push(name);
    columns.push({
      name,
      type: (groups["type"] ?? "").replaceAll(/\s+/g, "").toUpperCase(),
      nullable: groups["not"] === undefined && groups["key"] === undefined,
      comment: commentOf(groups),
    });
  }
  return { columns, primaryKey };
}

/** Splits at commas that stand in no parentheses and no quotes. */
function splitList(list: string): string[] {
  const parts = list.match(/(?:"(?:[^"]|"")*"|'(?:[^'\\]|''|\\.)*'|\([^()]*\)|[^,])+/g) ?? [];
  return parts.map((part) => part.trim());
}

const syntaxError = (near: string): SnowflakeError =>
  new SnowflakeError("001003", "42000", `SQL compilation error:\nsyntax error unexpected '${near}'.`);

function create(
  session: SnowflakeSession,
  groups: Groups,
  made: Pick<Made, "kind" | "columns" | "primaryKey" | "text">,
): Answer {
  const path = parsePath(groups["path"] ?? "");
  const { database, schema } = session.findSchema(path.slice(0, -1));
  const name = path.at(-1) ?? "";
  const { account, role } = session;
  const now = account.clock.now();
  if (schema.tables.has(name) && groups["replace"] === undefined)
    throw new SnowflakeError("002002", "42710", `SQL compilation error:\nObject '${name}' already exists.`);
  const before = schema.tables.get(name);
  if (before !== undefined)
    account.now.dropped.push({ path: [database.name, schema.name, name], table: before, deleted: now });
  schema.tables.set(name, { name, owner: role, comment: commentOf(groups), created: now, lastDdl: now, ...made });
  account.changed();
  return done(`${made.kind === "VIEW" ? "View" : "Table"} ${name} successfully created.`);
}
type Made = SnowflakeSession["account"]["now"]["dropped"][number]["table"];

function assign(session: SnowflakeSession, groups: Groups): Answer {
  const { account } = session;
  const tag = parsePath(groups["tag"] ?? "");
  if (!account.tagNames.has(JSON.stringify(tag))) throw notThere("Tag", tag.join("."));
  const domain = (groups["kind"] ?? "").toUpperCase().replace("VIEW", "TABLE") as TagAssignment["domain"];
  const typed = parsePath(groups["path"] ?? "");
  const path =
    domain === "DATABASE"
      ? [session.findDatabase(typed).name]
      : domain === "SCHEMA"
        ? [session.findSchema(typed).database.name, session.findSchema(typed).schema.name]
        : session.findTable(typed).path;
  const column = groups["column"] === undefined ? null : parseName(groups["column"]);
  const others = account.now.tags.filter(
    (one) => JSON.stringify([one.tag, one.path, one.column]) !== JSON.stringify([tag, path, column]),
  );
  const value = groups["value"];
  if (value !== undefined)
    others.push({ tag, value: parseText(value), domain: column === null ? domain : "COLUMN", path, column });
  account.now.tags = others;
  account.changed();
  return done("Statement executed successfully.");
}

function right({ privilege, kind, path }: Groups): string {
  return `${(privilege ?? "").trim().replaceAll(/\s+/g, " ").toUpperCase()} ON ${kindOf(kind)} ${JSON.stringify(parsePath(path ?? ""))}`;
}
const kindOf = (kind: string | undefined): string => (kind ?? "").toUpperCase().replace("VIEW", "TABLE");

function rightsOf(session: SnowflakeSession, role: string | undefined): Set<string> {
  const rights = session.account.roles.get(parseName(role ?? ""));
  if (rights === undefined) throw notThere("Role", role ?? "");
  return rights;
}

const KIND = "(?<kind>DATABASE|SCHEMA|TABLE|VIEW)";
const TARGET = `ALTER ${KIND} (?<path>${PATH})(?: (?:MODIFY|ALTER) COLUMN (?<column>${NAME}))?`;

/** The forms. */
export const DEFINITIONS: readonly Form[] = [
  form("CREATE DATABASE", `CREATE DATABASE (?<path>${NAME})${COMMENT}`, (groups, { account, role }) => {
    const name = parseName(groups["path"] ?? "");
    const created = account.clock.now();
    account.now.databases.set(name, { name, owner: role, comment: commentOf(groups), created, schemas: new Map() });
    account.changed();
    return done(`Database ${name} successfully created.`);
  }),
  form("CREATE SCHEMA", `CREATE SCHEMA (?<path>${PATH})${COMMENT}`, (groups, session) => {
    const path = parsePath(groups["path"] ?? "");
    const name = path.at(-1) ?? "";
    const { account, role } = session;
    const { schemas } = session.findDatabase(path.slice(0, -1));
    schemas.set(name, {
      name,
      owner: role,
      comment: commentOf(groups),
      created: account.clock.now(),
      tables: new Map(),
    });
    account.changed();
    return done(`Schema ${name} successfully created.`);
  }),
  form(
    "CREATE TABLE",
    String.raw`CREATE (?<replace>OR REPLACE )?TABLE (?<path>${PATH})\s*\((?<columns>.*)\)${COMMENT}`,
    (groups, session) =>
      create(session, groups, { kind: "TABLE", text: null, ...parseColumns(groups["columns"] ?? "") }),
  ),
  form(
    "CREATE VIEW (with its columns named)",
    String.raw`(?<text>CREATE (?<replace>OR REPLACE )?VIEW (?<path>${PATH})\s*\((?<columns>[^()]*)\)${COMMENT} AS .*)`,
    (groups, session) => {
      const columns = splitList(groups["columns"] ?? "").map((name) => ({
        name: parseName(name),
        type: "VARCHAR(16777216)",
        nullable: true,
        comment: null,
      }));
      return create(session, groups, { kind: "VIEW", columns, primaryKey: [], text: groups["text"] ?? "" });
    },
  ),
  form("DROP TABLE, VIEW", `DROP (?:TABLE|VIEW) (?<path>${PATH})`, (groups, session) => {
    const { path, schema, table } = session.findTable(parsePath(groups["path"] ?? ""));
    const { account } = session;
    schema.tables.delete(table.name);
    account.now.tags = account.now.tags.filter((one) => JSON.stringify(one.path) !== JSON.stringify(path));
    account.now.dropped.push({ path, table, deleted: account.clock.now() });
    account.changed();
    return done(`${table.name} successfully dropped.`);
  }),
  form(
    "ALTER TABLE … ADD COLUMN",
    String.raw`ALTER TABLE (?<path>${PATH}) ADD (?:COLUMN )?(?<columns>.*)`,
    (groups, session) => {
      const { table } = session.findTable(parsePath(groups["path"] ?? ""));
      table.columns.push(...parseColumns(groups["columns"] ?? "").columns);
      table.lastDdl = session.account.clock.now();
      session.account.changed();
      return done("Statement executed successfully.");
    },
  ),
  form("COMMENT ON COLUMN", `COMMENT ON COLUMN (?<path>${PATH}) IS (?<comment>${TEXT})`, (groups, session) => {
    const path = parsePath(groups["path"] ?? "");
    const { table } = session.findTable(path.slice(0, -1));
    const column = table.columns.find(({ name }) => name === path.at(-1));
    if (column === undefined) throw notThere("Column", path.at(-1) ?? "");
    column.comment = commentOf(groups);
    table.lastDdl = session.account.clock.now();
    session.account.changed();
    return done("Statement executed successfully.");
  }),
  form("COMMENT ON …", `COMMENT ON ${KIND} (?<path>${PATH}) IS (?<comment>${TEXT})`, (groups, session) => {
    const path = parsePath(groups["path"] ?? "");
    const kind = kindOf(groups["kind"]);
    const target =
      kind === "DATABASE"
        ? session.findDatabase(path)
        : kind === "SCHEMA"
          ? session.findSchema(path).schema
          : session.findTable(path).table;
    target.comment = commentOf(groups);
    if ("lastDdl" in target) target.lastDdl = session.account.clock.now();
    session.account.changed();
    return done("Statement executed successfully.");
  }),
  form("CREATE TAG", `CREATE TAG (?<path>${PATH})${COMMENT}`, (groups, { account }) => {
    const path = parsePath(groups["path"] ?? "");
    account.tagNames.set(JSON.stringify(path), path);
    return done(`Tag ${path.at(-1) ?? ""} successfully created.`);
  }),
  form("ALTER … SET TAG", String.raw`${TARGET} SET TAG (?<tag>${PATH})\s*=\s*(?<value>${TEXT})`, (groups, session) =>
    assign(session, groups),
  ),
  form("ALTER … UNSET TAG", `${TARGET} UNSET TAG (?<tag>${PATH})`, (groups, session) => assign(session, groups)),
  form("CREATE ROLE", `CREATE ROLE (?<role>${NAME})`, ({ role = "" }, { account }) => {
    account.roles.set(parseName(role), new Set());
    return done(`Role ${parseName(role)} successfully created.`);
  }),
  form(
    "GRANT … TO ROLE",
    `GRANT (?<privilege>[A-Z ]+?) ON ${KIND} (?<path>${PATH}) TO ROLE (?<role>${NAME})`,
    (groups, session) => {
      rightsOf(session, groups["role"]).add(right(groups));
      return done("Statement executed successfully.");
    },
  ),
  form(
    "REVOKE … FROM ROLE",
    `REVOKE (?<privilege>[A-Z ]+?) ON ${KIND} (?<path>${PATH}) FROM ROLE (?<role>${NAME})`,
    (groups, session) => {
      rightsOf(session, groups["role"]).delete(right(groups));
      return done("Statement executed successfully.");
    },
  ),
  form(
    "USE ROLE, DATABASE, SCHEMA, WAREHOUSE",
    `USE (?<what>ROLE|DATABASE|SCHEMA|WAREHOUSE) (?<path>${PATH})`,
    (groups, session) => {
      const path = parsePath(groups["path"] ?? "");
      const what = (groups["what"] ?? "").toUpperCase();
      if (what === "ROLE") {
        rightsOf(session, groups["path"]);
        session.role = path[0] ?? session.role;
      } else if (what === "DATABASE") session.database = session.findDatabase(path).name;
      else if (what === "SCHEMA") {
        const { database, schema } = session.findSchema(path);
        [session.database, session.schema] = [database.name, schema.name];
      }
      return done("Statement executed successfully.");
    },
  ),
  form("ALTER SESSION SET", String.raw`ALTER SESSION SET (?<settings>.+)`, ({ settings = "" }, session) => {
    for (const [, name = "", value = ""] of settings.matchAll(/(\w+)\s*=\s*('(?:[^']|'')*'|[\w.]+)/g))
      session.parameters.set(name.toUpperCase(), value.startsWith("'") ? parseText(value) : value);
    return done("Statement executed successfully.");
  }),
];

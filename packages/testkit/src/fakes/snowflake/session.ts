import { notThere } from "./error.ts";
import { shownName } from "./names.ts";
import type { SnowflakeAccount, SnowflakeDatabase, SnowflakeSchema, SnowflakeTable } from "./state.ts";

/** Somebody who is signed in. */
export class SnowflakeSession {
  readonly account: SnowflakeAccount;
  readonly user: string;
  role: string;
  database: string | null;
  schema: string | null;
  /** What ALTER SESSION has set, by upper-case name. */
  readonly parameters: Map<string, string> = new Map([["TIMEZONE", "Etc/UTC"]]);

  constructor(account: SnowflakeAccount, user: string, role: string, database: string | null, schema: string | null) {
    this.account = account;
    this.user = user;
    this.role = role;
    this.database = database;
    this.schema = schema;
  }

  /** Databases the role may see. */
  databases(): SnowflakeDatabase[] {
    const { account, role } = this;
    return [...account.now.databases.values()].filter(({ name, owner }) =>
      account.sees(role, owner, "DATABASE", [name]),
    );
  }

  /** Schemas of a database the role may see. */
  schemas(database: SnowflakeDatabase): SnowflakeSchema[] {
    const { account, role } = this;
    return [...database.schemas.values()].filter(({ name, owner }) =>
      account.sees(role, owner, "SCHEMA", [database.name, name]),
    );
  }

  /** Tables and views of a schema the role may see. */
  tables(database: SnowflakeDatabase, schema: SnowflakeSchema): SnowflakeTable[] {
    const { account, role } = this;
    return [...schema.tables.values()].filter(({ name, owner }) =>
      account.sees(role, owner, "TABLE", [database.name, schema.name, name]),
    );
  }

  /** A database by its path. Throws what Snowflake does. */
  findDatabase([name]: readonly string[]): SnowflakeDatabase {
    const wanted = name ?? this.database ?? "";
    const found = this.databases().find((database) => database.name === wanted);
    if (found === undefined) throw notThere("Database", shownName(wanted));
    return found;
  }

  /** A schema by its path, with or without its database. */
  findSchema(path: readonly string[]): { database: SnowflakeDatabase; schema: SnowflakeSchema } {
    const [databaseName, schemaName] = path.length > 1 ? path : [this.database ?? "", path[0] ?? this.schema ?? ""];
    const database = this.findDatabase([databaseName ?? ""]);
    const schema = this.schemas(database).find(({ name }) => name === schemaName);
    if (schema === undefined) throw notThere("Schema", shown(path));
    return { database, schema };
  }

  /** A table or view by its path, with or without what is above it. */
  findTable(path: readonly string[]): { path: string[]; schema: SnowflakeSchema; table: SnowflakeTable } {
    const { database, schema } = this.findSchema(path.slice(0, -1));
    const table = this.tables(database, schema).find(({ name }) => name === path.at(-1));
    if (table === undefined) throw notThere("Object", shown(path));
    return { path: [database.name, schema.name, table.name], schema, table };
  }
}

const shown = (path: readonly string[]): string => path.map(shownName).join(".");

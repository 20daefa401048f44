/** A connector for shelves that does everything right. Those that do not replace a part of it. */
import {
  assemble,
  type ConnectOptions,
  type Connector,
  type DataType,
  defineConnector,
  type Driver,
  type Found,
  isSourceError,
  type Json,
  type ListItem,
  type Manifest,
  type MetadataNode,
  type Page,
  type Path,
  type ReadItem,
  type Row as RowOf,
  type Secret,
  secret,
  type Session,
  type Slice,
  SourceError,
  type TableFacts,
  type TimedLog,
  z,
} from "@headwater/core/connector";
import { type Shelf, ShelfError, SHELVES } from "./shelf.ts";

export const REQUESTS = {
  who: { effect: "read", columns: { name: "text", now: "text" } },
  scopes: { effect: "read", columns: { scope: "text" } },
  log: { effect: "read", columns: { number: "number", text: { type: "text", holds: "sql" }, at: "number" } },
  boards: { effect: "read", columns: { scope: "text", name: "text", columns: "number" } },
  columns: {
    effect: "read",
    columns: {
      scope: "text",
      name: "text",
      comment: { type: "text?", holds: "text" },
      position: "number",
      column: "text",
      type: "text",
    },
  },
} as const;
export type Requests = typeof REQUESTS;

export interface ShelfConfig {
  shelf: string;
  reader: string;
  password: Secret;
}

export const configSchema: z.ZodType<ShelfConfig> = z.strictObject({
  shelf: z.string(),
  reader: z.string().default("anybody"),
  password: secret(),
});

export const MANIFEST: Manifest = {
  id: "shelf",
  title: "Shelf",
  contract: 1,
  service: "database",
  types: { shelf: "CustomDatabase" },
  capabilities: { metadata: { queries: { perGroup: 3, perSlice: 1 } }, lineage: {} },
  privileges: [],
  sdks: { "shelf-driver": "1.0.0" },
  tested: ["shelves"],
};

export type BoardRows = { comment: string | null; columns: { name: string; type: string }[] };

/** Name quoting of shelves: the one escaper. */
export const quoted = (...names: string[]): string => names.map((name) => `"${name.replaceAll('"', '""')}"`).join(".");

/** What a request is in the shelf's own words. */
export function questionOf(name: string, args: Json): string {
  const { of } = args as { of?: string[][] };
  return of === undefined ? name : `${name} of ${of.map((names) => quoted(...names)).join(", ")}`;
}

export function toSourceError(error: unknown): SourceError {
  if (isSourceError(error)) return error;
  if (error instanceof Error && error.name === "AbortError")
    return new SourceError("interrupted", "The run was interrupted.", { cause: error });
  if (error instanceof ShelfError)
    return new SourceError(error.reason === "password" ? "signIn" : "refused", error.message);
  throw error;
}

/** Opens a shelf. */
export async function connect(config: ShelfConfig, _options: ConnectOptions): Promise<Driver> {
  const shelf = SHELVES.get(config.shelf) as Shelf;
  try {
    shelf.signIn(config.password.reveal());
  } catch (error) {
    throw toSourceError(error);
  }
  return {
    async *request(name, args, signal): AsyncGenerator<Page> {
      try {
        for await (const rows of shelf.ask(questionOf(name, args), config.reader, signal)) yield { rows };
      } catch (error) {
        throw toSourceError(error);
      }
    },
    begin: async () => undefined,
    end: async () => undefined,
    close: async () => undefined,
  };
}

export async function hello(session: Session<Requests>): ReturnType<Connector["hello"]> {
  const [who] = await session.all("who");
  if (who === undefined) throw new Error("A shelf says who it is.");
  return { identity: who.name, version: "1", now: who.now, names: { unquoted: "kept", caseSensitive: true } };
}

/** The columns of the members of a slice, in order. */
export function readColumns(
  session: Session<Requests>,
  members: readonly Found[],
): Promise<RowOf<Requests["columns"]>[]> {
  return session.all("columns", { of: members.map(({ parent, name }) => [parent[1] ?? "", name]) });
}

export const pathKey = (scope: string, name: string): string => JSON.stringify([scope, name]);

export async function* listBoards(session: Session<Requests>, parents: readonly Path[]): AsyncIterable<ListItem> {
  const byScope = new Map(parents.map((parent) => [parent[1] ?? "", parent]));
  for await (const rows of session.pages("boards", { of: [...byScope.keys()].map((scope) => [scope]) }))
    for (const { scope, name, columns } of rows) {
      const parent = byScope.get(scope);
      if (parent !== undefined) yield { parent, name, kind: "Regular", key: pathKey(scope, name), weight: columns };
    }
  for (const parent of parents) yield { listed: parent, seen: "granted" };
}

export async function* readBoards(session: Session<Requests>, { members }: Slice): AsyncIterable<ReadItem<BoardRows>> {
  const rows = await readColumns(session, members);
  const keys = members.map(({ parent, name }) => pathKey(parent[1] ?? "", name));
  const columns = assemble(keys, rows, ({ scope, name }) => pathKey(scope, name));
  for (const { parent, name } of members) {
    const own = columns.of(pathKey(parent[1] ?? "", name)).toSorted((a, b) => a.position - b.position);
    const [first] = own;
    if (first === undefined) continue;
    yield {
      path: [...parent, name],
      rows: { comment: first.comment, columns: own.map(({ column, type }) => ({ name: column, type })) },
    };
  }
}

export const TYPES: Readonly<Record<string, DataType>> = { words: "TEXT", count: "INT", moment: "TIMESTAMP" };

export function boardFacts({ comment, columns }: BoardRows): TableFacts {
  return {
    tableType: "Regular",
    description: comment,
    columns: columns.map(({ name, type }, at) => ({
      name,
      dataType: TYPES[type] ?? "UNKNOWN",
      dataTypeDisplay: type,
      ordinalPosition: at + 1,
    })),
  };
}

/** The nodes of a shelf. Every scope has a session of its own. */
const database: MetadataNode<Requests, "database"> = {
  kinds: ["Database"],
  async *list() {
    yield { parent: [], name: "shelf", kind: "Database", seed: null };
    yield { listed: [], seen: "complete" };
  },
  facts: () => ({ description: null }),
};

const databaseSchema: MetadataNode<Requests, "databaseSchema"> = {
  kinds: ["Schema"],
  async *list(session, parents) {
    const scopes = await session.all("scopes");
    for (const parent of parents) {
      for (const { scope } of scopes) yield { parent, name: scope, kind: "Schema", key: scope, seed: null };
      yield { listed: parent, seen: "complete" };
    }
  },
  facts: () => ({ description: null }),
};

/** Boards. Every scope has a session of its own. */
export const table: MetadataNode<Requests, "table", BoardRows> = {
  kinds: ["Regular"],
  group: ([, scope = ""]) => scope,
  list: listBoards,
  read: readBoards,
  facts: boardFacts,
};

/** The log of what was asked. */
export const log: TimedLog<Requests> = {
  earliest: async () => null,
  async *read(session, { from, to }, { pageRows, cursor }) {
    let after = cursor ?? "0";
    for (;;) {
      const rows = await session.all("log", { of: [[String(from), String(to), after, String(pageRows)]] });
      const last = rows.at(-1);
      if (last === undefined) return;
      after = String(last.number);
      const queries = rows.map(({ text, at }) => ({ ...NOTHING_KNOWN, text, at }));
      yield { queries, faults: [], leftOut: 0, cursor: after, bytes: 0 };
    }
  },
};

const NOTHING_KNOWN = {
  durationMs: null,
  user: null,
  database: null,
  schema: null,
  session: null,
  times: 1,
  cut: false,
};

/** The parts of the connector that a broken one may replace. */
export interface Parts {
  manifest?: Manifest;
  config?: z.ZodType;
  connect?: typeof connect;
  table?: Partial<typeof table>;
  log?: Partial<typeof log>;
}

/** The connector, with some parts replaced. */
export function shelfConnector(parts: Parts = {}): Connector {
  return defineConnector({
    manifest: parts.manifest ?? MANIFEST,
    config: (parts.config ?? configSchema) as z.ZodType<ShelfConfig>,
    requests: REQUESTS,
    connect: parts.connect ?? connect,
    hello,
    check: [
      {
        name: "List the scopes",
        required: true,
        loses: "nothing can be read",
        run: async (session) => `${(await session.all("scopes")).length} scopes`,
      },
    ],
    metadata: { database, databaseSchema, table: { ...table, ...parts.table } },
    lineage: { kind: "timed", log: { ...log, ...parts.log } },
  });
}

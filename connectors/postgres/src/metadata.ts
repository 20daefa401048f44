import {
  type Found,
  isSourceError,
  type ListItem,
  type Metadata,
  type MetadataNode,
  type Path,
  type ReadItem,
  type Row,
  type Session,
  type Slice,
  type TableType,
} from "@headwater/core/connector";
import { identifier } from "./escape.ts";
import { databaseFacts, routineFacts, schemaFacts, tableFacts } from "./facts.ts";
import type { Requests } from "./requests.ts";
import type { DatabaseRows, RoutineRows, SchemaRows, TableRows } from "./rows.ts";
import type { KnownTypes, TypeParts } from "./types.ts";

type PostgresSession = Session<Requests>;
type RowOf<N extends keyof Requests> = Row<Requests[N]>;

/** Definitions of views read by one statement. Writing them locks what they name, and a server has room for so many locks only. */
const VIEWS_AT_ONCE = 200;
/** The server has no memory or no room for locks left. */
const OUT_OF_MEMORY = "53200";

const databaseOf = ([database = ""]: Path): string => database;
const keyOf = (database: string, oid: string): string => `${database}/${oid}`;
const oidOf = (found: Found): string => (found.key ?? "").slice((found.key ?? "").indexOf("/") + 1);

const database: MetadataNode<Requests, "database", DatabaseRows> = {
  kinds: ["Database"],
  async *list(session, [parent = []]) {
    for (const row of await session.all("databases")) {
      const { owner, comment, encoding, collation, characterType } = row;
      const found: Found = { parent, name: row.name, kind: "Database", key: row.oid };
      found.seed = { owner, comment, encoding, collation, characterType } satisfies DatabaseRows;
      if (!row.wanted) found.skip = "the connection reads one database only; ingestAllDatabases reads all";
      else if (!row.open) found.blocked = { reason: `The database ${row.name} takes no connections.`, failure: false };
      else if (!row.allowed)
        found.blocked = {
          reason: `The role ${row.role} may not connect to the database ${row.name}.`,
          hint: grantConnect(row.name, row.role),
          failure: false,
        };
      yield found;
    }
    yield { listed: parent, seen: "complete" };
  },
  facts: databaseFacts,
};

const grantConnect = (name: string, role: string): string =>
  `Let its owner run: GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(role)};`;
const databaseSchema: MetadataNode<Requests, "databaseSchema", SchemaRows> = {
  kinds: ["Schema"],
  group: databaseOf,
  async *list(session, parents) {
    const rows = await session.all("schemas");
    for (const parent of parents) {
      for (const row of rows)
        yield {
          parent,
          name: row.name,
          kind: "Schema",
          key: keyOf(row.database, row.oid),
          seed: { owner: row.owner, comment: row.comment } satisfies SchemaRows,
        };
      yield { listed: parent, seen: "complete" };
    }
  },
  facts: schemaFacts,
};

/** pg_class.relkind as OpenMetadata's kind of table. */
const TABLE_KINDS: Readonly<Record<string, TableType>> = {
  r: "Regular",
  p: "Partitioned",
  f: "Foreign",
  v: "View",
  m: "MaterializedView",
};

const table: MetadataNode<Requests, "table", TableRows> = {
  kinds: Object.values(TABLE_KINDS),
  group: databaseOf,
  async *list(session, parents) {
    yield* listBySchema(parents, session.pages("relations", { schemas: parents.map(schemaOf) }), (row) => ({
      name: row.name,
      kind: TABLE_KINDS[row.kind] ?? row.kind,
      weight: row.columns,
    }));
  },
  read: readTables,
  facts: (rows, kind) => tableFacts(rows, kind as TableType),
};

const storedProcedure: MetadataNode<Requests, "storedProcedure", RoutineRows> = {
  kinds: ["Function", "StoredProcedure"],
  group: databaseOf,
  async *list(session, parents) {
    yield* listBySchema(parents, session.pages("routineNames", { schemas: parents.map(schemaOf) }), (row) => ({
      name: row.name,
      kind: row.kind === "p" ? "StoredProcedure" : "Function",
    }));
  },
  read: readRoutines,
  facts: routineFacts,
};

/** What the connector reads of a server. */
export const metadata = { database, databaseSchema, table, storedProcedure } as unknown as Metadata<Requests>;

const schemaOf = (parent: Path): string => parent[1] ?? "";

/** Children of schemas as they stream in, and a verdict for every schema: what the catalog holds, every role may see. */
async function* listBySchema<R extends { schema: string; database: string; oid: string }>(
  parents: readonly Path[],
  pages: AsyncIterable<R[]>,
  describe: (row: R) => Pick<Found, "name" | "kind" | "weight">,
): AsyncIterable<ListItem> {
  const bySchema = new Map(parents.map((parent) => [schemaOf(parent), parent]));
  for await (const rows of pages)
    for (const row of rows) {
      const parent = bySchema.get(row.schema);
      if (parent !== undefined) yield { parent, key: keyOf(row.database, row.oid), ...describe(row) };
    }
  for (const parent of parents) yield { listed: parent, seen: "complete" };
}

/** Members by their oid; those that somebody has locked are handed back at once. */
async function* setLockedAside(
  session: PostgresSession,
  members: readonly Found[],
  routines: boolean,
  readable: Map<string, Found>,
): AsyncIterable<ReadItem<never>> {
  const locks = new Map<string, RowOf<"locked">>();
  for (const row of await session.all("locked")) if (row.routine === routines) locks.set(row.oid, row);
  for (const member of members) {
    const oid = oidOf(member);
    const lock = locks.get(oid);
    if (lock === undefined) readable.set(oid, member);
    else yield { setAside: [...member.parent, member.name], reason: lockedBecause(lock) };
  }
}

function lockedBecause({ holder, lockedName }: RowOf<"locked">): string {
  const who = holder === null ? "a prepared transaction" : `process ${holder}`;
  return `${who} has, or waits for, an ACCESS EXCLUSIVE lock on ${lockedName}.`;
}

/** Whether what was read is still what was listed: another name means that it was renamed in between. */
const isStill = (member: Found, schema: string, name: string): boolean =>
  member.name === name && schemaOf(member.parent) === schema;

async function* readTables(session: PostgresSession, { members, want }: Slice): AsyncIterable<ReadItem<TableRows>> {
  const readable = new Map<string, Found>();
  yield* setLockedAside(session, members, false, readable);
  if (readable.size === 0) return;
  const oids = [...readable.keys()];
  const rows = await session.all("tables", { oids });
  const ofKind = (...kinds: TableType[]): string[] =>
    oids.filter((oid) => kinds.includes(readable.get(oid)?.kind as TableType));
  const partitioned = ofKind("Partitioned");
  const partitions = new Map<string, RowOf<"partitions">>();
  if (partitioned.length > 0)
    for (const row of await session.all("partitions", { oids: partitioned })) partitions.set(row.oid, row);
  const policies = new Map<string, RowOf<"policies">>();
  if (want.tags) for (const row of await session.all("policies", { oids })) policies.set(row.oid, row);
  const types = await readTypes(session, rows);
  const definitions = await readDefinitions(session, ofKind("View", "MaterializedView"));

  for (const row of rows) {
    const member = readable.get(row.oid);
    const definition = definitions.get(row.oid) ?? null;
    // A view without a definition was dropped while we read.
    if (member === undefined || !isStill(member, row.schema, row.name)) continue;
    if (definitions.has(row.oid) && definition === null) continue;
    const parts = partitions.get(row.oid);
    const policy = policies.get(row.oid);
    const rowCount = row.rowCount ?? parts?.rowCount;
    const sizeBytes = row.sizeBytes ?? parts?.sizeBytes;
    yield {
      path: [...member.parent, member.name],
      rows: {
        database: databaseOf(member.parent),
        schema: row.schema,
        name: row.name,
        detail: row.detail,
        types: row.typeIds === null ? null : knownTypes(row.typeIds, types),
        partitions:
          parts === undefined
            ? null
            : { strategy: parts.strategy, key: parts.key, columns: parts.columns, partitions: parts.partitions },
        policies: !want.tags
          ? null
          : policy === undefined
            ? "none"
            : { classification: policy.classification, names: policy.names },
        definition,
        ddl: want.ddl,
      },
      columnKeys: row.numbers === null ? [] : row.numbers.slice(1, -1).split(","),
      ...(rowCount == null && sizeBytes == null
        ? {}
        : { seen: { ...(rowCount == null ? {} : { rowCount }), ...(sizeBytes == null ? {} : { sizeBytes }) } }),
    };
  }
}

/** A type with the oids of those it is made of. */
interface TypeNode {
  parts: TypeParts;
  madeOf: [shown: string, oid: string][];
}

async function readTypes(session: PostgresSession, rows: readonly RowOf<"tables">[]): Promise<Map<string, TypeNode>> {
  const oids = new Set<string>();
  for (const { typeIds } of rows)
    if (typeIds !== null) for (const oid of Object.values(JSON.parse(typeIds) as Record<string, string>)) oids.add(oid);
  const types = new Map<string, TypeNode>();
  if (oids.size === 0) return types;
  for (const row of await session.all("types", { oids: [...oids] })) types.set(row.oid, typeNode(row));
  return types;
}

function typeNode(row: RowOf<"types">): TypeNode {
  const attributes = (row.attributes ?? []) as [string, string, string, string | null][];
  const isArray = row.category === "A" && row.kind === "b";
  const of = row.kind === "d" ? row.base : isArray ? row.element : row.subtype;
  const madeOf = [...(of === null ? [] : [of]), ...attributes.map(([, shown, oid]) => [shown, oid])];
  return {
    parts: {
      name: row.name,
      kind: row.kind,
      array: isArray,
      of: of === null ? null : ((of as [string, string])[0] ?? null),
      labels: row.labels as string[] | null,
      attributes:
        row.kind === "c"
          ? attributes.map(([name, type, , comment]): [string, string, string | null] => [name, type, comment])
          : null,
      domain:
        row.kind === "d"
          ? { notNull: row.notNull, default: row.default, checks: (row.checks ?? []) as [string, string][] }
          : null,
    },
    madeOf: madeOf as [string, string][],
  };
}

/** The types of one table that are not known by name, with all they are made of. */
function knownTypes(typeIds: string, types: ReadonlyMap<string, TypeNode>): KnownTypes {
  const known: KnownTypes = {};
  const pending = Object.entries(JSON.parse(typeIds) as Record<string, string>);
  for (const [shown, oid] of pending) {
    const node = types.get(oid);
    if (node === undefined || Object.hasOwn(known, shown)) continue;
    known[shown] = node.parts;
    pending.push(...node.madeOf);
  }
  return known;
}

/** The definitions of views, a bounded number at a time, fewer where the server has no room for the locks. */
async function readDefinitions(session: PostgresSession, oids: readonly string[]): Promise<Map<string, string | null>> {
  const definitions = new Map<string, string | null>();
  let size = VIEWS_AT_ONCE;
  for (let at = 0; at < oids.length;) {
    const chunk = oids.slice(at, at + size);
    try {
      for (const { oid, definition } of await session.all("viewDefinitions", { oids: chunk }))
        definitions.set(oid, definition);
      at += size;
    } catch (error) {
      if (!isSourceError(error) || error.sourceCode !== OUT_OF_MEMORY || chunk.length === 1) throw error;
      size = Math.ceil(chunk.length / 2);
    }
  }
  return definitions;
}

async function* readRoutines(session: PostgresSession, { members }: Slice): AsyncIterable<ReadItem<RoutineRows>> {
  const readable = new Map<string, Found>();
  yield* setLockedAside(session, members, true, readable);
  if (readable.size === 0) return;
  for (const { oid, name, ...rows } of await session.all("routines", { oids: [...readable.keys()] })) {
    const member = readable.get(oid);
    if (member !== undefined && isStill(member, rows.schema, name)) yield { path: [...member.parent, name], rows };
  }
}

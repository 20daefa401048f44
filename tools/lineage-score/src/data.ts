import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Dialect, type DialectName, dialects } from "@headwater/sql-lineage";

/** A case of which the lineage is known. */
export interface LabelledCase {
  readonly id: string;
  readonly kind: "table" | "column" | "split";
  readonly dialect: string;
  readonly sql: string;
  readonly schema: Readonly<Record<string, readonly string[]>> | null;
  /** Switches of the suite it comes from. */
  readonly config: Readonly<Record<string, string>>;
  readonly sources?: readonly { readonly table?: string; readonly path?: string }[];
  readonly targets?: readonly { readonly table?: string; readonly path?: string }[];
  /** `[[source table, column], [target table, column]]`; a null source is unknown, a null target is the result of a query. */
  readonly columns?: readonly (readonly [readonly [string | null, string], readonly [string | null, string]])[];
  readonly statements?: number;
}

/** A TPC query with what its columns come from. */
export interface TpcQuery {
  readonly id: string;
  readonly sql: string;
  readonly dialect: string;
  readonly schema: Readonly<Record<string, readonly string[]>>;
  readonly columns: readonly (readonly [string, readonly (readonly [string, string])[], boolean])[];
  readonly tables: readonly string[];
}

/** A statement nobody labelled. */
export interface PlainStatement {
  readonly id: string;
  readonly dialect: string;
  readonly kind: string;
  readonly sql: string;
}

export interface Data {
  readonly labelled: readonly LabelledCase[];
  readonly tpc: readonly TpcQuery[];
  readonly statements: readonly PlainStatement[];
}

/** Which part of the data is looked at: that which was open while the engine was written, that which was not, or both. */
export type Part = "open" | "aside" | "all";

/** Whether a case was set aside: one in three, by the hash of its id, so that nobody chose which. */
export function setAside(id: string): boolean {
  return Number.parseInt(createHash("sha256").update(id).digest("hex").slice(0, 8), 16) % 3 === 0;
}

function belongs(id: string, part: Part): boolean {
  return part === "all" || setAside(id) === (part === "aside");
}

/** Reads a folder laid out like the lineage data: `sqllineage-cases.json`, `tpc.json`, `statements/<dialect>.jsonl`; each may be absent. */
export function readData(folder: string, part: Part): Data {
  return { labelled: readLabelled(folder, part), tpc: readTpc(folder, part), statements: readStatements(folder, part) };
}

/** Other names of dialects, so that every system is asked in its own. */
const ALIASES: Readonly<Record<string, string>> = {
  mssql: "tsql",
  sqlserver: "tsql",
  synapse: "tsql",
  fabric: "tsql",
  postgresql: "postgres",
  generic: "ansi",
  "non-validating": "ansi",
};

function named<T extends { readonly dialect: string }>(one: T): T {
  const dialect = one.dialect.toLowerCase();
  return { ...one, dialect: ALIASES[dialect] ?? dialect };
}

type Schemas = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

function readLabelled(folder: string, part: Part): LabelledCase[] {
  const file = join(folder, "sqllineage-cases.json");
  if (!existsSync(file)) return [];
  const {
    schemas,
    cases,
  }: {
    schemas?: Schemas;
    cases: (Omit<LabelledCase, "schema" | "config"> & {
      schema?: string | Readonly<Record<string, readonly string[]>> | null;
      config?: LabelledCase["config"];
    })[];
  } = JSON.parse(readFileSync(file, "utf8"));
  return cases
    .filter(({ id }) => belongs(id, part))
    .map((one) => ({
      ...named(one),
      config: one.config ?? {},
      schema: typeof one.schema === "string" ? (schemas?.[one.schema] ?? null) : (one.schema ?? null),
    }));
}

function readTpc(folder: string, part: Part): TpcQuery[] {
  const file = join(folder, "tpc.json");
  if (!existsSync(file)) return [];
  const {
    schemas,
    queries,
  }: {
    schemas?: Schemas;
    queries: (Omit<TpcQuery, "schema"> & { schema?: string | TpcQuery["schema"] })[];
  } = JSON.parse(readFileSync(file, "utf8"));
  return queries
    .filter(({ id }) => belongs(id, part))
    .map((query) => ({
      ...named(query),
      schema: typeof query.schema === "string" ? (schemas?.[query.schema] ?? {}) : (query.schema ?? {}),
    }));
}

function readStatements(folder: string, part: Part): PlainStatement[] {
  const directory = join(folder, "statements");
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted()
    .flatMap((name) =>
      readFileSync(join(directory, name), "utf8")
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => {
          const statement: Omit<PlainStatement, "dialect"> = JSON.parse(line);
          return named({ dialect: name.slice(0, -".jsonl".length), ...statement });
        }),
    )
    .filter(({ id }) => belongs(id, part));
}

/** Dialects of the data that are read with the table of another. */
const NEAREST: Readonly<Record<string, DialectName>> = {
  sparksql: "spark",
  duckdb: "ansi",
  teradata: "ansi",
  db2: "ansi",
  sqlite: "ansi",
  exasol: "ansi",
  vertica: "postgres",
  greenplum: "postgres",
  materialize: "postgres",
  mariadb: "mysql",
  starrocks: "mysql",
  doris: "mysql",
  presto: "trino",
  impala: "hive",
  flink: "ansi",
  soql: "ansi",
};

/** The engine's dialect for a dialect's name in the data. */
export function dialectFor(name: string): Dialect {
  const nearest = NEAREST[name] ?? name;
  return (dialects as Readonly<Record<string, Dialect>>)[nearest] ?? dialects.ansi;
}

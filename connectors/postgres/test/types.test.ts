import { createDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { describe, expect, test } from "vitest";
import { columnType, type KnownTypes, type TypeParts } from "../src/types.ts";
import { readDatabase } from "./reading.ts";

const parts = (kind: string, given: Partial<TypeParts> = {}): TypeParts => ({
  name: "t",
  kind,
  of: null,
  labels: null,
  attributes: null,
  domain: null,
  array: false,
  ...given,
});

describe("types that are known by name", () => {
  test.each([
    ["smallint", { dataType: "SMALLINT" }],
    ["integer", { dataType: "INT" }],
    ["bigint", { dataType: "BIGINT" }],
    ["numeric", { dataType: "NUMERIC" }],
    ["numeric(10,2)", { dataType: "NUMERIC", precision: 10, scale: 2 }],
    ["numeric(3,-2)", { dataType: "NUMERIC", precision: 3, scale: -2 }],
    ["real", { dataType: "FLOAT" }],
    ["double precision", { dataType: "DOUBLE" }],
    ["money", { dataType: "NUMERIC" }],
    ["character varying", { dataType: "VARCHAR" }],
    ["character varying(80)", { dataType: "VARCHAR", dataLength: 80 }],
    ["character(3)", { dataType: "CHAR", dataLength: 3 }],
    ["bpchar", { dataType: "CHAR" }],
    ['"char"', { dataType: "CHAR", dataLength: 1 }],
    ["name", { dataType: "VARCHAR" }],
    ["text", { dataType: "TEXT" }],
    ["bytea", { dataType: "BYTEA" }],
    ["boolean", { dataType: "BOOLEAN" }],
    ["date", { dataType: "DATE" }],
    ["time without time zone", { dataType: "TIME" }],
    ["time(3) with time zone", { dataType: "TIME", precision: 3 }],
    ["timestamp without time zone", { dataType: "TIMESTAMP" }],
    ["timestamp(0) without time zone", { dataType: "TIMESTAMP", precision: 0 }],
    ["timestamp(6) with time zone", { dataType: "TIMESTAMPZ", precision: 6 }],
    ["interval", { dataType: "INTERVAL" }],
    ["interval(2)", { dataType: "INTERVAL", precision: 2 }],
    ["interval day to second", { dataType: "INTERVAL" }],
    ["interval day to second(3)", { dataType: "INTERVAL", precision: 3 }],
    ["uuid", { dataType: "UUID" }],
    ["json", { dataType: "JSON" }],
    ["jsonb", { dataType: "JSON" }],
    ["xml", { dataType: "XML" }],
    ["inet", { dataType: "INET" }],
    ["cidr", { dataType: "CIDR" }],
    ["macaddr8", { dataType: "MACADDR" }],
    ["bit(8)", { dataType: "BINARY", source: { bits: 8 } }],
    ["bit varying(5)", { dataType: "VARBINARY", source: { bits: 5 } }],
    ["bit varying", { dataType: "VARBINARY" }],
    ["tsvector", { dataType: "TSVECTOR" }],
    ["tsquery", { dataType: "TSQUERY" }],
    ["pg_lsn", { dataType: "PG_LSN" }],
    ["point", { dataType: "POINT" }],
    ["polygon", { dataType: "POLYGON" }],
    ["circle", { dataType: "GEOMETRY" }],
    ["int4range", { dataType: "UNKNOWN", source: { range: "integer" } }],
    ["tstzmultirange", { dataType: "UNKNOWN", source: { range: "timestamp with time zone" } }],
    ["int2vector", { dataType: "ARRAY", arrayDataType: "SMALLINT" }],
    ["text[]", { dataType: "ARRAY", arrayDataType: "TEXT" }],
    ["numeric(10,2)[]", { dataType: "ARRAY", arrayDataType: "NUMERIC" }],
    ["timestamp(3) with time zone[]", { dataType: "ARRAY", arrayDataType: "TIMESTAMPZ" }],
    ["daterange[]", { dataType: "ARRAY", arrayDataType: "UNKNOWN", source: { range: "date" } }],
    ["jsonpath", { dataType: "UNKNOWN" }],
    ["public.no_such_type", { dataType: "UNKNOWN" }],
    ["constructor", { dataType: "UNKNOWN" }],
    ["", { dataType: "UNKNOWN" }],
  ])("%s", (shown, expected) => {
    expect(columnType(shown, {})).toEqual(expected);
  });
});

describe("types that are made of others", () => {
  const known: KnownTypes = {
    "public.geometry(Point,4326)": parts("b", { name: "geometry" }),
    "public.geography": parts("b", { name: "geography" }),
    "public.hstore": parts("b", { name: "hstore" }),
    "public.vector(3)": parts("b", { name: "vector" }),
    "public.cube": parts("b", { name: "cube" }),
    "s.m": parts("e", { labels: ["a", "b"] }),
    "s.m[]": parts("b", { of: "s.m", array: true }),
    "s.c": parts("c", {
      attributes: [
        ["x", "numeric(5,1)", "how much"],
        ["more", "s.m[]", null],
      ],
    }),
    "s.empty": parts("c", { attributes: [] }),
    "s.positive": parts("d", {
      of: "numeric(6,2)",
      domain: { notNull: true, default: "1", checks: [["c", "CHECK (VALUE > 0)"]] },
    }),
    "s.r": parts("r", { of: "s.positive" }),
    "s.mr": parts("m", { of: null }),
    "s.loop": parts("c", { attributes: [["again", "s.loop", null]] }),
  };
  test.each([
    ["public.geometry(Point,4326)", { dataType: "GEOMETRY" }],
    ["public.geography", { dataType: "GEOGRAPHY" }],
    ["public.hstore", { dataType: "MAP" }],
    ["public.vector(3)", { dataType: "ARRAY", arrayDataType: "FLOAT" }],
    ["public.cube", { dataType: "UNKNOWN" }],
    ["s.m", { dataType: "ENUM", source: { labels: ["a", "b"] } }],
    ["s.m[]", { dataType: "ARRAY", arrayDataType: "ENUM", source: { labels: ["a", "b"] } }],
    [
      "s.c",
      {
        dataType: "STRUCT",
        children: [
          {
            name: "x",
            dataType: "NUMERIC",
            precision: 5,
            scale: 1,
            dataTypeDisplay: "numeric(5,1)",
            description: "how much",
            ordinalPosition: 1,
          },
          {
            name: "more",
            dataType: "ARRAY",
            arrayDataType: "ENUM",
            source: { labels: ["a", "b"] },
            dataTypeDisplay: "s.m[]",
            description: null,
            ordinalPosition: 2,
          },
        ],
      },
    ],
    ["s.empty", { dataType: "STRUCT", children: [] }],
    [
      "s.positive",
      {
        dataType: "NUMERIC",
        precision: 6,
        scale: 2,
        source: {
          domain: {
            name: "s.positive",
            type: "numeric(6,2)",
            notNull: true,
            default: "1",
            checks: [{ name: "c", definition: "CHECK (VALUE > 0)" }],
          },
        },
      },
    ],
    ["s.r", { dataType: "UNKNOWN", source: { range: "s.positive" } }],
    ["s.mr", { dataType: "UNKNOWN" }],
  ])("%s", (shown, expected) => {
    expect(columnType(shown, known)).toEqual(expected);
  });

  test("nesting without end is cut", () => {
    expect(JSON.stringify(columnType("s.loop", known)).length).toBeLessThan(2_000);
  });
});

/** Types without an OpenMetadata type: their name is all there is to say. */
const UNKNOWN = new Set([
  "aclitem",
  "cid",
  "gtsvector",
  "jsonpath",
  "pg_brin_bloom_summary",
  "pg_brin_minmax_multi_summary",
  "pg_dependencies",
  "pg_mcv_list",
  "pg_ndistinct",
  "pg_node_tree",
  "pg_ddl_command",
  "refcursor",
  "tid",
  "xid",
  "xid8",
  "regclass",
  "regcollation",
  "regconfig",
  "regdictionary",
  "regnamespace",
  "regoper",
  "regoperator",
  "regproc",
  "regprocedure",
  "regrole",
  "regtype",
]);

await describePostgres((server) => {
  test("every type the server brings along is known or meant to be unknown", async () => {
    const database = await createDatabase(server);
    const types = await database.sql<{ name: string }>(
      `SELECT format_type(oid, NULL) AS name FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace
         AND typtype IN ('b', 'r', 'm') AND typcategory <> 'A' ORDER BY 1`,
    );
    // The server keeps some types to itself; each is tried on its own.
    for (const [at, { name }] of types.entries())
      await database.sql(`CREATE TABLE t${at} (a ${name}, b ${name}[])`).catch(() => {});
    const { entities } = await readDatabase(database.url, database.name);
    await database.drop();
    const columns = [...entities.values()].flatMap(({ facts }) => ("tableType" in facts ? facts.columns : []));
    expect(columns.length).toBeGreaterThan(120);
    const unknown = columns.filter(({ dataType, source }) => dataType === "UNKNOWN" && source === null);
    expect(unknown.map(({ dataTypeDisplay }) => dataTypeDisplay).filter((name) => !UNKNOWN.has(name ?? ""))).toEqual(
      [],
    );
    expect(columns.filter(({ name }) => name === "b").every(({ dataType }) => dataType === "ARRAY")).toBe(true);
  });
});

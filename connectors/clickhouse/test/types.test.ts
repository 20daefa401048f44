import { FACTS_SCHEMAS } from "@headwater/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnFacts } from "../src/columns.ts";
import type { ColumnRow } from "../src/rows.ts";
import { columnType } from "../src/types.ts";

const rowOf = (name: string, type: string, comment = ""): ColumnRow => [name, type, "", "", comment, "", 0];

test.each([
  ["Int8", { dataType: "TINYINT" }],
  ["UInt64", { dataType: "NUMBER", precision: 20, scale: 0 }],
  ["Int256", { dataType: "NUMBER", precision: 77, scale: 0 }],
  ["Decimal(10, 2)", { dataType: "DECIMAL", precision: 10, scale: 2 }],
  ["Nullable(String)", { dataType: "STRING", nullable: true }],
  ["LowCardinality(Nullable(String))", { dataType: "STRING", nullable: true }],
  ["FixedString(16)", { dataType: "CHAR", dataLength: 16 }],
  ["DateTime('Europe/Zurich')", { dataType: "TIMESTAMPZ" }],
  ["DateTime64(9, 'Asia/Tokyo')", { dataType: "TIMESTAMPZ", precision: 9 }],
  ["Time64(3)", { dataType: "TIME", precision: 3 }],
  ["IntervalDay", { dataType: "INTERVAL" }],
  ["IPv4", { dataType: "INET" }],
  ["Dynamic(max_types=8)", { dataType: "VARIANT" }],
  ["Variant(Array(Int8), String)", { dataType: "VARIANT" }],
  ["JSON", { dataType: "JSON" }],
  ["Object('json')", { dataType: "JSON" }],
  ["QBit(Float32, 16)", { dataType: "ARRAY", arrayDataType: "FLOAT" }],
  ["Array(Array(Nullable(Int32)))", { dataType: "ARRAY", arrayDataType: "ARRAY" }],
  [
    "AggregateFunction(quantiles(0.5, 0.9), UInt64)",
    { dataType: "AGGREGATEFUNCTION", source: { aggregate: "quantiles(0.5, 0.9)" } },
  ],
  ["SimpleAggregateFunction(max, Nullable(Date))", { dataType: "DATE", nullable: true, source: { aggregate: "max" } }],
  ["Enum8('it\\'s' = -1, 'b, c)' = 2)", { dataType: "ENUM", source: { labels: ["it's", "b, c)"], values: [-1, 2] } }],
  ["Polygon", { dataType: "POLYGON" }],
  ["SomethingNew(1)", { dataType: "UNKNOWN" }],
])("%s", (shown, expected) => {
  expect(columnType(shown)).toEqual(expected);
});

describe("structures", () => {
  test("tuples have named or numbered fields", () => {
    const { dataType, children } = columnType("Tuple(a Int8, `b c` Tuple(d Date, e Enum8('x, y' = 1)))");
    expect(dataType).toBe("STRUCT");
    expect(children?.map(({ name, dataTypeDisplay }) => [name, dataTypeDisplay])).toEqual([
      ["a", "Int8"],
      ["b c", "Tuple(d Date, e Enum8('x, y' = 1))"],
    ]);
    expect(children?.[1]?.children?.map(({ name }) => name)).toEqual(["d", "e"]);
    const unnamed = columnType("Tuple(Int8, Nullable(Decimal(3, 1)))").children;
    expect(unnamed?.map(({ name, dataType: type, constraint }) => [name, type, constraint])).toEqual([
      ["1", "TINYINT", "NOT_NULL"],
      ["2", "DECIMAL", "NULL"],
    ]);
  });

  test("maps have a key and a value, arrays the fields of their elements", () => {
    const map = columnType("Map(LowCardinality(String), Array(Tuple(x Int8, y String)))");
    expect(map.dataType).toBe("MAP");
    expect(map.children?.map(({ name, dataType }) => [name, dataType])).toEqual([
      ["key", "STRING"],
      ["value", "ARRAY"],
    ]);
    expect(map.children?.[1]?.children?.map(({ name }) => name)).toEqual(["x", "y"]);
  });

  test("JSON has the paths whose types are declared", () => {
    const shown = "JSON(max_dynamic_paths=16, `a.b` UInt32, c Array(String), SKIP x.y, SKIP REGEXP 'z')";
    expect(columnType(shown).children?.map(({ name, dataTypeDisplay }) => [name, dataTypeDisplay])).toEqual([
      ["a.b", "UInt32"],
      ["c", "Array(String)"],
    ]);
    expect(columnType("JSON(a.`b c` String)").children?.[0]?.name).toBe("a.b c");
  });

  test("flattened nested columns become one column again, with the comments of its parts", () => {
    const columns = columnFacts(
      [
        rowOf("id", "UInt64"),
        rowOf("n.a", "Array(Int32)", "first"),
        rowOf("n.b", "Array(Array(String))"),
        rowOf("plain.dot", "String"),
        rowOf("n.c", "Array(Nested(z String))"),
      ],
      null,
    );
    expect(
      columns.map(({ name, dataTypeDisplay, ordinalPosition }) => [name, dataTypeDisplay, ordinalPosition]),
    ).toEqual([
      ["id", "UInt64", 1],
      ["n", "Nested(a Int32, b Array(String), c Nested(z String))", 2],
      ["plain.dot", "String", 3],
    ]);
    expect(columns[1]).toMatchObject({ dataType: "ARRAY", arrayDataType: "STRUCT" });
    expect(columns[1]?.children?.map(({ name, description }) => [name, description])).toEqual([
      ["a", "first"],
      ["b", null],
      ["c", null],
    ]);
    expect(columns[1]?.children?.[2]?.children?.[0]?.name).toBe("z");
  });
});

test("any text is some type, and what the catalog accepts", () => {
  const part = fc.constantFrom(
    "Array(",
    "Tuple(",
    "Nullable(",
    "Map(",
    "JSON(",
    "Enum8(",
    ")",
    ",",
    " ",
    "'",
    "`",
    "\\",
    "a",
    "Int8",
    "=1",
    ".",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 40 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const columns = columnFacts([rowOf("a", text)], null);
      const facts = { tableType: "Regular" as const, columns };
      // A field without a name cannot come from a server.
      const named = !JSON.stringify(columns).includes('"name":""');
      expect(!named || FACTS_SCHEMAS.table.safeParse(facts).success).toBe(true);
    }),
  );
});

test("a type nested too deep is not followed to the end", () => {
  expect(columnType(`${"Array(".repeat(10_000)}Int8${")".repeat(10_000)}`).dataType).toBe("ARRAY");
});

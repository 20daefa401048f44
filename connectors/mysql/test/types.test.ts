import { describe, expect, test } from "vitest";
import { columnType } from "../src/types.ts";

describe("types as the server shows them", () => {
  test.each([
    ["tinyint(1)", { dataType: "TINYINT" }],
    ["smallint(5) unsigned", { dataType: "SMALLINT", source: { unsigned: true } }],
    ["mediumint", { dataType: "INT" }],
    ["int(7) unsigned zerofill", { dataType: "INT", source: { unsigned: true, zerofill: true } }],
    ["bigint(20)", { dataType: "BIGINT" }],
    ["decimal(12,2)", { dataType: "DECIMAL", precision: 12, scale: 2 }],
    ["float", { dataType: "FLOAT" }],
    ["float(7,3)", { dataType: "FLOAT", precision: 7, scale: 3 }],
    ["double unsigned", { dataType: "DOUBLE", source: { unsigned: true } }],
    ["bit(8)", { dataType: "BINARY", source: { bits: 8 } }],
    ["char(10)", { dataType: "CHAR", dataLength: 10 }],
    ["varchar(120)", { dataType: "VARCHAR", dataLength: 120 }],
    ["binary(3)", { dataType: "BINARY", dataLength: 3 }],
    ["varbinary(16)", { dataType: "VARBINARY", dataLength: 16 }],
    ["tinytext", { dataType: "TEXT" }],
    ["mediumtext", { dataType: "MEDIUMTEXT" }],
    ["longblob", { dataType: "LONGBLOB" }],
    ["datetime(6)", { dataType: "DATETIME", precision: 6 }],
    ["timestamp", { dataType: "TIMESTAMP" }],
    ["time(2)", { dataType: "TIME", precision: 2 }],
    ["year(4)", { dataType: "YEAR" }],
    ["json", { dataType: "JSON" }],
    ["point", { dataType: "POINT" }],
    ["geomcollection", { dataType: "GEOMETRY" }],
    ["uuid", { dataType: "UUID" }],
    ["inet6", { dataType: "INET" }],
    ["vector(3)", { dataType: "ARRAY", arrayDataType: "FLOAT", source: { dimensions: 3 } }],
    ["varchar(100) /*M!100301 COMPRESSED*/", { dataType: "VARCHAR", dataLength: 100, source: { compressed: true } }],
    ["enum('a','it''s','b,c',')','')", { dataType: "ENUM", source: { labels: ["a", "it's", "b,c", ")", ""] } }],
    [
      String.raw`enum('back\\slash','new\nline','\\''')`,
      { dataType: "ENUM", source: { labels: ["back\\slash", "new\nline", "\\'"] } },
    ],
    ["set('x','y y')", { dataType: "SET", source: { labels: ["x", "y y"] } }],
    ["enum('unsigned')", { dataType: "ENUM", source: { labels: ["unsigned"] } }],
    ["no_such_type", { dataType: "UNKNOWN" }],
    ["constructor", { dataType: "UNKNOWN" }],
    ["", { dataType: "UNKNOWN" }],
  ])("%s", (shown, expected) => {
    expect(columnType(shown)).toEqual(expected);
  });
});

import { expect, test } from "vitest";
import { ENTITY_TYPES, entityFqn, isEntityType, referencesOf, toDocument } from "../../src/index.ts";

test("what a document points at, each once and by FQN", () => {
  const table = toDocument("table", "s", {
    tableType: "Regular",
    columns: [],
    tableConstraints: [
      { constraintType: "PRIMARY_KEY", columns: ["id"] },
      {
        constraintType: "FOREIGN_KEY",
        columns: ["a", "b"],
        referredColumns: [
          ["d", "x.y", "t", "a"],
          ["d", "x.y", "t", "b"],
        ],
      },
      { constraintType: "FOREIGN_KEY", columns: ["c"], referredColumns: ["other.d.s.t.c"] },
    ],
  });
  expect(referencesOf("table", table)).toEqual([
    { kind: "foreignKey", to: 's.d."x.y".t' },
    { kind: "foreignKey", to: "other.d.s.t" },
  ]);
  const dashboard = toDocument("dashboard", "s", { charts: [["b"], ["a"]], dataModels: [["m"]] });
  expect(referencesOf("dashboard", dashboard)).toEqual([
    { kind: "chart", to: "s.a" },
    { kind: "chart", to: "s.b" },
    { kind: "dataModel", to: "s.model.m" },
  ]);
  const query = toDocument("query", "s", { query: "select 1", queryUsedIn: [["d", "s", "t"]] });
  expect(referencesOf("query", query)).toEqual([{ kind: "queryUsedIn", to: "s.d.s.t" }]);
  expect(referencesOf("topic", toDocument("topic", "s", { partitions: 1 }))).toEqual([]);
});

test("every type names its parents, and no two types one collection", () => {
  const collections = Object.values(ENTITY_TYPES).map(({ collection }) => collection);
  expect(new Set(collections).size).toBe(collections.length);
  for (const { parents } of Object.values(ENTITY_TYPES))
    for (const parent of parents) expect(isEntityType(parent)).toBe(true);
  expect(isEntityType("toString")).toBe(false);
  expect(entityFqn("dashboardDataModel", "my.s", ["a.b"])).toBe('"my.s".model."a.b"');
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Bump,
  type Column,
  diffDocuments,
  type Document,
  type EntityType,
  type Facts,
  type FieldChange,
  type Json,
  sameJson,
  toDocument,
} from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { anyFacts, facts } from "./arbitraries.ts";

const documentOf = (type: EntityType, given: unknown): Document => toDocument(type, "svc", given as Facts);
const table = (more: object): Document => documentOf("table", { tableType: "Regular", columns: [], ...more });
const columns = (...given: (Partial<Column> & { name: string })[]): Document =>
  table({ columns: given.map((column, at) => ({ dataType: "INT", ordinalPosition: at + 1, ...column })) });
const tag = (tagFQN: string): object => ({ tagFQN, source: "Classification", labelType: "Manual", state: "Confirmed" });

interface Changed {
  bump: Bump;
  added?: FieldChange[];
  updated?: FieldChange[];
  deleted?: FieldChange[];
}
function diff(before: Document, after: Document, renames?: ReadonlyMap<string, string>): Changed {
  const { bump, fieldsAdded, fieldsUpdated, fieldsDeleted } = diffDocuments("table", before, after, renames);
  return {
    bump,
    ...(fieldsAdded.length > 0 ? { added: fieldsAdded } : {}),
    ...(fieldsUpdated.length > 0 ? { updated: fieldsUpdated } : {}),
    ...(fieldsDeleted.length > 0 ? { deleted: fieldsDeleted } : {}),
  };
}

describe("changes and their bumps, by OpenMetadata's rules", () => {
  const email = { name: "email" };
  const one = (name: string, oldValue: unknown, newValue: unknown): FieldChange =>
    ({ name, oldValue, newValue }) as FieldChange;

  test.for<[what: string, before: Document, after: Document, changed: Changed]>([
    ["nothing", table({ description: "a" }), table({ description: "a" }), { bump: "none" }],
    [
      "a description that is new",
      table({}),
      table({ description: "a" }),
      { bump: "minor", added: [{ name: "description", newValue: "a" }] },
    ],
    [
      "a description that changed",
      table({ description: "a" }),
      table({ description: "b" }),
      { bump: "minor", updated: [one("description", "a", "b")] },
    ],
    [
      "a description that is gone",
      table({ description: "a" }),
      table({}),
      { bump: "minor", deleted: [{ name: "description", oldValue: "a" }] },
    ],
    [
      "the kind of table",
      table({}),
      table({ tableType: "External" }),
      { bump: "minor", updated: [one("tableType", "Regular", "External")] },
    ],
    [
      "the definition",
      table({ schemaDefinition: "a" }),
      table({ schemaDefinition: "b" }),
      { bump: "minor", updated: [one("schemaDefinition", "a", "b")] },
    ],
    [
      "owners, one more and one less",
      table({
        owners: [
          { type: "role", name: "a" },
          { type: "role", name: "b" },
        ],
      }),
      table({
        owners: [
          { type: "role", name: "b" },
          { type: "role", name: "c" },
        ],
      }),
      {
        bump: "minor",
        added: [{ name: "owners", newValue: [{ type: "role", name: "c" }] }],
        deleted: [{ name: "owners", oldValue: [{ type: "role", name: "a" }] }],
      },
    ],
    [
      "tags in another order",
      table({ tags: [tag("a.x"), tag("b.y")] }),
      table({ tags: [tag("b.y"), tag("a.x")] }),
      { bump: "none" },
    ],
    [
      "a tag more",
      table({}),
      table({ tags: [tag("a.x")] }),
      { bump: "minor", added: [{ name: "tags", newValue: [tag("a.x")] as never }] },
    ],
    [
      "facts of the source's own",
      table({ source: { a: 1, b: 2 } }),
      table({ source: { b: 3 } }),
      { bump: "minor", deleted: [{ name: "a", oldValue: 1 }], updated: [one("b", 2, 3)] },
    ],

    [
      "a column more",
      columns(email),
      columns(email, { name: "id" }),
      { bump: "minor", added: [{ name: "columns", newValue: [{ name: "id", dataType: "INT", ordinalPosition: 2 }] }] },
    ],
    [
      "a column less",
      columns(email, { name: "id" }),
      columns(email),
      {
        bump: "major",
        deleted: [{ name: "columns", oldValue: [{ name: "id", dataType: "INT", ordinalPosition: 2 }] }],
      },
    ],
    [
      "the first column less, which moves the others",
      columns({ name: "id" }, email),
      columns(email),
      {
        bump: "major",
        deleted: [{ name: "columns", oldValue: [{ name: "id", dataType: "INT", ordinalPosition: 1 }] }],
      },
    ],
    [
      "columns in another order",
      columns(email, { name: "id" }),
      columns({ name: "id" }, email),
      { bump: "minor", updated: [one("columns.order", ["email", "id"], ["id", "email"])] },
    ],
    [
      "a column's type",
      columns(email),
      columns({ ...email, dataType: "TEXT" }),
      { bump: "major", updated: [one("columns.email.dataType", "INT", "TEXT")] },
    ],
    [
      "an array's type",
      columns({ ...email, dataType: "ARRAY", arrayDataType: "INT" }),
      columns({ ...email, dataType: "ARRAY", arrayDataType: "TEXT" }),
      { bump: "major", updated: [one("columns.email.arrayDataType", "INT", "TEXT")] },
    ],
    [
      "a longer column",
      columns({ ...email, dataLength: 10 }),
      columns({ ...email, dataLength: 20 }),
      { bump: "minor", updated: [one("columns.email.dataLength", 10, 20)] },
    ],
    [
      "a shorter column",
      columns({ ...email, dataLength: 20 }),
      columns({ ...email, dataLength: 10 }),
      { bump: "major", updated: [one("columns.email.dataLength", 20, 10)] },
    ],
    [
      "a length where there was none",
      columns(email),
      columns({ ...email, dataLength: 10 }),
      { bump: "major", added: [{ name: "columns.email.dataLength", newValue: 10 }] },
    ],
    [
      "no length any more",
      columns({ ...email, dataLength: 10 }),
      columns(email),
      { bump: "minor", deleted: [{ name: "columns.email.dataLength", oldValue: 10 }] },
    ],
    [
      "less precision",
      columns({ ...email, precision: 10 }),
      columns({ ...email, precision: 9 }),
      { bump: "major", updated: [one("columns.email.precision", 10, 9)] },
    ],
    [
      "more precision",
      columns({ ...email, precision: 9 }),
      columns({ ...email, precision: 10 }),
      { bump: "minor", updated: [one("columns.email.precision", 9, 10)] },
    ],
    [
      "a smaller scale",
      columns({ ...email, scale: 2 }),
      columns({ ...email, scale: 0 }),
      { bump: "major", updated: [one("columns.email.scale", 2, 0)] },
    ],
    [
      "a column's description",
      columns(email),
      columns({ ...email, description: "a" }),
      { bump: "minor", added: [{ name: "columns.email.description", newValue: "a" }] },
    ],
    [
      "a column's constraint",
      columns({ ...email, constraint: "NULL" }),
      columns({ ...email, constraint: "NOT_NULL" }),
      { bump: "minor", updated: [one("columns.email.constraint", "NULL", "NOT_NULL")] },
    ],
    [
      "a column's tags",
      columns(email),
      columns({ ...email, tags: [tag("a.x") as never] }),
      { bump: "minor", added: [{ name: "columns.email.tags", newValue: [tag("a.x")] as never }] },
    ],
    [
      "a column's own facts",
      columns({ ...email, source: { default: "1" } }),
      columns(email),
      { bump: "minor", deleted: [{ name: "columns.email.default", oldValue: "1" }] },
    ],
    [
      "a column whose name has a dot",
      columns({ name: "a.b" }),
      columns({ name: "a.b", description: "x" }),
      { bump: "minor", added: [{ name: 'columns."a.b".description', newValue: "x" }] },
    ],
    [
      "a nested column less",
      columns({ name: "s", dataType: "STRUCT", children: [{ name: "x", dataType: "INT" }] }),
      columns({ name: "s", dataType: "STRUCT" }),
      { bump: "major", deleted: [{ name: "columns.s.children", oldValue: [{ name: "x", dataType: "INT" }] }] },
    ],
    [
      "a nested column's type",
      columns({ name: "s", dataType: "STRUCT", children: [{ name: "x", dataType: "INT" }] }),
      columns({ name: "s", dataType: "STRUCT", children: [{ name: "x", dataType: "TEXT" }] }),
      { bump: "major", updated: [one("columns.s.children.x.dataType", "INT", "TEXT")] },
    ],
    [
      "the largest bump counts",
      columns({ ...email, description: "a" }),
      columns({ ...email, description: "b", dataType: "TEXT" }),
      {
        bump: "major",
        updated: [one("columns.email.dataType", "INT", "TEXT"), one("columns.email.description", "a", "b")],
      },
    ],
  ])("%s", ([, before, after, changed]) => {
    expect(diff(before, after)).toEqual(changed);
  });

  test("a renamed column is compared with its former self", () => {
    const renames = new Map([["mail", "email"]]);
    const before = columns({ name: "id" }, { name: "mail", description: "a" });
    expect(diff(before, columns({ name: "id" }, { name: "email", description: "a" }), renames)).toEqual({
      bump: "major",
      updated: [one("columns.email.name", "mail", "email")],
    });
    // Not known to be renamed, it is one column less and one more.
    expect(diff(before, columns({ name: "id" }, { name: "email", description: "a" }))).toMatchObject({
      bump: "major",
      added: [{ name: "columns" }],
      deleted: [{ name: "columns" }],
    });
  });

  test("columns that change places by their names", () => {
    const renames = new Map([
      ["a", "b"],
      ["b", "a"],
    ]);
    const before = columns({ name: "a", description: "1" }, { name: "b", description: "2" });
    const after = columns({ name: "b", description: "1" }, { name: "a", description: "2" });
    expect(diff(before, after, renames)).toEqual({
      bump: "major",
      updated: [one("columns.b.name", "a", "b"), one("columns.a.name", "b", "a")],
    });
  });
});

describe("whatever the entities", () => {
  const pair = anyFacts.chain(({ type, facts: first }) =>
    facts(type).map((second) => ({ type, documents: [documentOf(type, first), documentOf(type, second)] as const })),
  );
  const runs = { seed: SEED, numRuns: 1_500 * SOAK };

  test("an entity and itself do not differ", () => {
    fc.assert(
      fc.property(anyFacts, ({ type, facts: given }) => {
        const document = documentOf(type, given);
        expect(diffDocuments(type, document, structuredClone(document)).bump).toBe("none");
      }),
      runs,
    );
  });

  test("what differs is recorded, and bumps the version", () => {
    fc.assert(
      fc.property(pair, ({ type, documents: [before, after] }) => {
        const { bump, fieldsAdded, fieldsUpdated, fieldsDeleted } = diffDocuments(type, before, after);
        const recorded = fieldsAdded.length + fieldsUpdated.length + fieldsDeleted.length;
        expect(bump === "none").toBe(sameJson(before, after));
        expect(recorded === 0).toBe(bump === "none");
      }),
      runs,
    );
  });

  test("going back records what was added as deleted, and the other way round", () => {
    fc.assert(
      fc.property(pair, ({ type, documents: [before, after] }) => {
        const there = diffDocuments(type, before, after);
        const back = diffDocuments(type, after, before);
        const names = (changes: readonly FieldChange[]): string[] => changes.map(({ name }) => name).toSorted();
        expect(names(back.fieldsDeleted)).toEqual(names(there.fieldsAdded));
        expect(names(back.fieldsAdded)).toEqual(names(there.fieldsDeleted));
        expect(names(back.fieldsUpdated)).toEqual(names(there.fieldsUpdated));
        expect(there.fieldsUpdated.every(({ oldValue, newValue }) => !sameJson(oldValue, newValue))).toBe(true);
      }),
      runs,
    );
  });
});

test("of a list of named facts only those that differ are told", () => {
  const constraint = (name: string, definition: string): Json => ({ name, definition });
  const before = toDocument("table", "s", {
    tableType: "Regular",
    columns: [],
    source: { constraints: [constraint("a", "CHECK (x > 0)"), constraint("b", "CHECK (y > 0)")] },
  });
  const after = toDocument("table", "s", {
    tableType: "Regular",
    columns: [],
    source: { constraints: [constraint("a", "CHECK (x > 1)"), constraint("b", "CHECK (y > 0)")] },
  });
  expect(diffDocuments("table", before, after)).toMatchObject({
    fieldsAdded: [{ name: "constraints", newValue: [constraint("a", "CHECK (x > 1)")] }],
    fieldsDeleted: [{ name: "constraints", oldValue: [constraint("a", "CHECK (x > 0)")] }],
    bump: "minor",
  });
});

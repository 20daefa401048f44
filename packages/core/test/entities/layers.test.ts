import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildFqn,
  type Column,
  columnsByPath,
  type Curated,
  type Document,
  mergeLayers,
  renameCuratedColumns,
  retireAgreed,
  retireSupplied,
  sameCurated,
  type TableFacts,
  type TagLabel,
  toDocument,
} from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { curated as anyCurated, facts } from "./arbitraries.ts";

const tag = (tagFQN: string, labelType: TagLabel["labelType"] = "Manual"): TagLabel => ({
  tagFQN,
  source: "Classification",
  labelType,
  state: "Confirmed",
});
const table = (more: Partial<TableFacts>): Document =>
  toDocument("table", "svc", { tableType: "Regular", columns: [], ...more });
const pathsOf = (document: Document): string[] => [...columnsByPath(document["columns"] as unknown as Column[]).keys()];

/** The keys of an object that are there. */
const pick = (from: object, keys: string[]): object =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));

describe("what readers see", () => {
  const source = table({
    description: "from the source",
    displayName: "Source",
    owners: [{ type: "role", name: "app" }],
    tags: [tag("PII.None"), tag("Tier.Tier1")],
    columns: [
      { name: "id", dataType: "INT", description: "the key" },
      { name: "address", dataType: "STRUCT", children: [{ name: "a.b", dataType: "TEXT" }] },
    ],
  });

  test.for<[what: string, curated: Curated | null, shown: object]>([
    ["nothing curated", null, source],
    ["a description", { description: "from people" }, { description: "from people", displayName: "Source" }],
    ["a description set to empty", { description: null }, { displayName: "Source" }],
    [
      "tags put in and taken out",
      { tags: { add: [tag("A.x")], remove: [tag("PII.None"), tag("not.there")] } },
      { tags: [tag("A.x"), tag("Tier.Tier1")] },
    ],
    ["all tags taken out", { tags: { remove: [tag("PII.None"), tag("Tier.Tier1")] } }, {}],
    [
      "an owner put in",
      { owners: { add: [{ type: "user", name: "eve" }] } },
      {
        owners: [
          { type: "role", name: "app" },
          { type: "user", name: "eve" },
        ],
      },
    ],
    [
      "columns by their path",
      {
        columns: {
          id: { description: null, tags: { add: [tag("A.x")] } },
          'address."a.b"': { displayName: "AB" },
          gone: { description: "x" },
        },
      },
      {
        columns: [
          { name: "id", dataType: "INT", tags: [tag("A.x")] },
          { name: "address", dataType: "STRUCT", children: [{ name: "a.b", dataType: "TEXT", displayName: "AB" }] },
        ],
      },
    ],
  ])("%s", ([, curated, shown]) => {
    const merged = mergeLayers(source, curated);
    expect(merged).toMatchObject(shown);
    const hidden = ["description", "tags"].filter((key) => Object.hasOwn(curated ?? {}, key) && !(key in shown));
    expect(Object.keys(merged).filter((key) => hidden.includes(key))).toEqual([]);
  });

  test("in a mutually exclusive classification the curated tag masks the source's", () => {
    const isExclusive = (classification: string): boolean => classification === "PII";
    const curated: Curated = { tags: { add: [tag("PII.Sensitive"), tag("Tier.Tier2")] } };
    const tagsOf = (document: Document): string[] =>
      (document["tags"] as unknown as TagLabel[]).map(({ tagFQN }) => tagFQN);
    expect(tagsOf(mergeLayers(source, curated, isExclusive))).toEqual(["PII.Sensitive", "Tier.Tier1", "Tier.Tier2"]);
    expect(tagsOf(mergeLayers(source, curated))).toEqual(["PII.None", "PII.Sensitive", "Tier.Tier1", "Tier.Tier2"]);
    // The same tag from both sides is not masked by itself.
    expect(tagsOf(mergeLayers(source, { tags: { add: [tag("PII.None")] } }, isExclusive))).toEqual([
      "PII.None",
      "Tier.Tier1",
    ]);
  });

  test("the source is left as it was", () => {
    const before = JSON.stringify(source);
    mergeLayers(source, { description: null, tags: { add: [tag("A.x")] }, columns: { id: { description: "x" } } });
    expect(JSON.stringify(source)).toBe(before);
  });
});

describe("what is retired", () => {
  const source = table({
    description: "a",
    owners: [{ type: "role", name: "app" }],
    tags: [tag("A.x")],
    columns: [{ name: "id", dataType: "INT", description: "key" }],
  });

  test.for<[what: string, curated: Curated, left: Curated | null]>([
    ["an equal description", { description: "a" }, null],
    ["another description stays", { description: "b" }, { description: "b" }],
    ["set to empty, which the source is not", { description: null }, { description: null }],
    ["set to empty, as the source is", { displayName: null }, null],
    [
      "a tag the source has now, and one it lacks",
      { tags: { add: [tag("A.x"), tag("B.y")] } },
      { tags: { add: [tag("B.y")] } },
    ],
    ["a removed tag the source has no more", { tags: { remove: [tag("C.z")] } }, null],
    ["a removed tag the source still has", { tags: { remove: [tag("A.x")] } }, { tags: { remove: [tag("A.x")] } }],
    [
      "of columns alike",
      { columns: { id: { description: "key", displayName: "ID" }, gone: { description: "x" } } },
      { columns: { id: { displayName: "ID" }, gone: { description: "x" } } },
    ],
    [
      "everything",
      { description: "a", owners: { add: [{ type: "role", name: "app" }] }, columns: { id: { description: "key" } } },
      null,
    ],
  ])("once the source agrees: %s", ([, curated, left]) => {
    expect(retireAgreed(source, curated)).toEqual(left);
  });

  test("when the source is to win: all fields it supplies, and no others", () => {
    const curated: Curated = {
      displayName: "mine",
      description: "mine",
      owners: { add: [{ type: "user", name: "eve" }] },
      tags: { remove: [tag("A.x")] },
      columns: { id: { description: "mine", displayName: "mine" }, gone: { description: "mine" } },
    };
    expect(retireSupplied(source, curated)).toEqual({
      displayName: "mine",
      columns: { id: { displayName: "mine" }, gone: { description: "mine" } },
    });
    expect(retireSupplied(source, { description: "mine" })).toBeNull();
    expect(retireSupplied(table({}), { owners: { add: [{ type: "user", name: "eve" }] } })).toEqual({
      owners: { add: [{ type: "user", name: "eve" }] },
    });
  });
});

describe("columns that were renamed", () => {
  test.for<[what: string, columns: Curated["columns"], renames: [string, string][], after: Curated["columns"]]>([
    [
      "what was set on the old name stands under the new",
      { mail: { description: "x" } },
      [["mail", "email"]],
      { email: { description: "x" } },
    ],
    [
      "and below it",
      { 'mail."a.b"': { description: "x" } },
      [["mail", "e.mail"]],
      { '"e.mail"."a.b"': { description: "x" } },
    ],
    [
      "two that changed places",
      { a: { description: "1" }, b: { description: "2" } },
      [
        ["a", "b"],
        ["b", "a"],
      ],
      { b: { description: "1" }, a: { description: "2" } },
    ],
    [
      "over what is kept of a column that is gone",
      { a: { description: "live" }, b: { description: "of one long gone" } },
      [["a", "b"]],
      { b: { description: "live" } },
    ],
    [
      "names that mean something to objects",
      { a: { description: "x" } },
      [["a", "__proto__"]],
      JSON.parse('{"__proto__": {"description": "x"}}') as never,
    ],
  ])("%s", ([, columns, renames, after]) => {
    const renamed = renameCuratedColumns({ description: "d", columns: columns as never }, new Map(renames));
    expect(JSON.stringify(renamed)).toBe(JSON.stringify({ description: "d", columns: after }));
  });

  test("nothing to rename", () => {
    expect(renameCuratedColumns(null, new Map([["a", "b"]]))).toBeNull();
    expect(renameCuratedColumns({ description: "d" }, new Map([["a", "b"]]))).toEqual({ description: "d" });
  });
});

describe("the algebra of layers, whatever is in them", () => {
  const layers = facts("table").chain((given) => {
    const source = toDocument("table", "svc", given);
    return anyCurated(pathsOf(source)).map((curated) => ({ source, curated }));
  });
  const runs = { seed: SEED, numRuns: 300 * SOAK };
  const shown = (source: Document, curated: Curated | null): string => JSON.stringify(mergeLayers(source, curated));

  test("an empty layer shows the source", () => {
    fc.assert(
      fc.property(layers, ({ source }) => {
        expect(mergeLayers(source, null)).toBe(source);
        expect(mergeLayers(source, {})).toEqual(source);
      }),
      runs,
    );
  });

  test("laying over once is laying over twice", () => {
    fc.assert(
      fc.property(layers, ({ source, curated }) => {
        const once = mergeLayers(source, curated);
        expect(mergeLayers(once, curated)).toEqual(once);
      }),
      runs,
    );
  });

  test("retiring what the source says too changes nothing that is shown", () => {
    fc.assert(
      fc.property(layers, ({ source, curated }) => {
        const left = retireAgreed(source, curated);
        expect(shown(source, left)).toBe(shown(source, curated));
        expect(left === null ? null : retireAgreed(source, left)).toEqual(left);
      }),
      runs,
    );
  });

  test("once the source shows what people set, nothing of it is left but what is set on columns that are gone", () => {
    fc.assert(
      fc.property(layers, ({ source, curated }) => {
        const merged = mergeLayers(source, curated);
        const left = retireAgreed(merged, curated);
        const gone = Object.entries(curated.columns ?? {}).filter(([path]) => !pathsOf(source).includes(path));
        const kept = gone.filter(([, own]) => Object.keys(own).length > 0);
        expect(left).toEqual(kept.length === 0 ? null : { columns: Object.fromEntries(kept) });
      }),
      runs,
    );
  });

  test("what the source supplies is shown after it was told to win", () => {
    fc.assert(
      fc.property(layers, ({ source, curated }) => {
        const merged = mergeLayers(source, retireSupplied(source, curated));
        expect(merged).toMatchObject(pick(source, ["displayName", "description", "owners", "tags"]));
        const before = columnsByPath(source["columns"] as unknown as Column[]);
        for (const [path, column] of columnsByPath(merged["columns"] as unknown as Column[]))
          expect(column).toMatchObject(pick(before.get(path) as Column, ["displayName", "description", "tags"]));
      }),
      runs,
    );
  });

  test("renaming there and back is not renaming", () => {
    fc.assert(
      fc.property(layers, ({ source, curated }) => {
        const [first] = source["columns"] as unknown as Column[];
        fc.pre(first !== undefined && !pathsOf(source).includes("elsewhere"));
        const there = renameCuratedColumns(curated, new Map([[first.name, "elsewhere"]]));
        expect(sameCurated(renameCuratedColumns(there, new Map([["elsewhere", first.name]])), curated)).toBe(true);
        expect(Object.hasOwn(there?.columns ?? {}, buildFqn(first.name))).toBe(false);
      }),
      runs,
    );
  });
});

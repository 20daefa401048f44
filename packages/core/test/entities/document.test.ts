import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Column,
  documentKeys,
  type EntityType,
  type Facts,
  FACTS_SCHEMAS,
  fingerprint,
  keepUnread,
  type StoredProcedureFacts,
  type TableFacts,
  toDocument,
  unreadOf,
} from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { ALL_TYPES, anyFacts, facts, shuffled } from "./arbitraries.ts";

const runs = { seed: SEED, numRuns: 800 * SOAK };
const textOf = (type: EntityType, given: unknown): string => JSON.stringify(toDocument(type, "svc", given as Facts));

describe("the canonical form", () => {
  test("does not depend on the order of keys and of lists that are sets", () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat()), ({ type, facts: given }, numbers) => {
        const random = (length: number): number => (numbers.next().value as number) % length;
        expect(textOf(type, shuffled(given, random))).toBe(textOf(type, given));
      }),
      runs,
    );
  });

  test("of a canonical form is itself, and its schema accepts it", () => {
    fc.assert(
      fc.property(anyFacts, ({ type, facts: given }) => {
        const document = toDocument(type, "svc", given);
        expect(textOf(type, document)).toBe(JSON.stringify(document));
        expect(FACTS_SCHEMAS[type].safeParse(document).error).toBeUndefined();
      }),
      runs,
    );
  });

  test("holds nothing empty, and its keys stand in their order", () => {
    fc.assert(
      fc.property(anyFacts, ({ type, facts: given }) => {
        const document = toDocument(type, "svc", given);
        expect(Object.keys(document)).toEqual(documentKeys(type).filter((key) => Object.hasOwn(document, key)));
        const empty = Object.entries(given).filter(([, value]) => value === null || value === undefined);
        expect(empty.filter(([key]) => Object.hasOwn(document, key))).toEqual([]);
        expect(JSON.stringify(document)).toBe(JSON.stringify(structuredClone(document)));
      }),
      runs,
    );
  });

  test("of every type has keys of its own", () => {
    for (const type of ALL_TYPES) {
      expect(documentKeys(type)).toEqual([...new Set(documentKeys(type))]);
      expect(documentKeys(type).slice(0, 2)).toEqual(["displayName", "description"]);
    }
  });

  test("an element of a set stands in it once", () => {
    const tag = { tagFQN: "a.x", source: "Classification", labelType: "Manual", state: "Confirmed" } as const;
    const owner = { type: "role", name: "a" } as const;
    const document = toDocument("dashboard", "svc", {
      tags: [tag, { ...tag, labelType: "Automated" }],
      owners: [owner, owner],
      charts: [["c"], "svc.c"],
    });
    expect(document).toMatchObject({ owners: [owner], charts: ["svc.c"] });
    expect(document["tags"]).toHaveLength(1);
  });
});

describe("a fingerprint", () => {
  test("is 32 hexadecimal characters and that of the text alone", () => {
    expect(fingerprint("")).toBe("e3b0c44298fc1c149afbf4c8996fb924");
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(fingerprint(a)).toMatch(/^[0-9a-f]{32}$/);
        expect(fingerprint(a) === fingerprint(b)).toBe(a === b);
      }),
      runs,
    );
  });
});

describe("what was not read", () => {
  const pair = anyFacts.chain(({ type, facts: first }) => facts(type).map((second) => ({ type, first, second })));

  test("keeps its stored value; what was read does not", () => {
    fc.assert(
      fc.property(pair, ({ type, first, second }) => {
        const stored = toDocument(type, "svc", first);
        const fresh = toDocument(type, "svc", second);
        const kept = keepUnread(type, fresh, unreadOf(type, second), stored);
        for (const key of documentKeys(type)) {
          if (key === "columns") continue;
          const value = (second as unknown as Record<string, unknown>)[key];
          const expected = value === undefined ? stored[key] : fresh[key];
          expect(kept[key]).toEqual(expected);
        }
        // The result is canonical again.
        expect(textOf(type, kept)).toBe(JSON.stringify(kept));
      }),
      runs,
    );
  });

  test("of nothing leaves the fresh document as it is", () => {
    fc.assert(
      fc.property(pair, ({ type, first, second }) => {
        const fresh = toDocument(type, "svc", second);
        const stored = toDocument(type, "svc", first);
        expect(JSON.stringify(keepUnread(type, fresh, { keys: [], columnKeys: [], unseen: [] }, stored))).toBe(
          JSON.stringify(fresh),
        );
        const unread = unreadOf(type, second);
        expect(JSON.stringify(keepUnread(type, fresh, unread, fresh))).toBe(JSON.stringify(fresh));
      }),
      runs,
    );
  });

  describe("for the role may not see it", () => {
    const column = (name: string, more: object = {}): Column => ({ name, dataType: "INT", ...more });
    const table = (columns: Column[], more: Partial<TableFacts> = {}): TableFacts => ({
      tableType: "Regular",
      columns: columns.map((one, at) => ({ ...one, ordinalPosition: at + 1 })),
      ...more,
    });
    const kept = (type: EntityType, before: Facts, now: Facts): unknown =>
      keepUnread(type, toDocument(type, "svc", now), unreadOf(type, now), toDocument(type, "svc", before));

    test("keeps columns, in their places, and takes what is seen of them", () => {
      const before = table([column("a", { constraint: "PRIMARY_KEY" }), column("b"), column("c")]);
      const now = table([column("new"), column("c", { description: "seen" }), column("a")], { unseen: ["columns"] });
      expect(kept("table", before, now)).toEqual(
        toDocument(
          "table",
          "svc",
          table([
            column("a", { constraint: "PRIMARY_KEY" }),
            column("b"),
            column("c", { description: "seen" }),
            column("new"),
          ]),
        ),
      );
      expect(kept("table", before, table([], { unseen: ["columns"] }))).toEqual(toDocument("table", "svc", before));
      expect(kept("table", before, table([]))).toMatchObject({ columns: [] });
    });

    test("keeps one key of the source, and the text of a routine", () => {
      const before = table([column("a")], { source: { engine: "A", triggers: ["t"] } });
      const now = table([column("a")], { source: { engine: "B" }, unseen: ["source.triggers"] });
      expect(kept("table", before, now)).toMatchObject({ source: { engine: "B", triggers: ["t"] } });
      const routine = (code: string): StoredProcedureFacts => ({ storedProcedureCode: { language: "SQL", code } });
      const hidden: StoredProcedureFacts = { ...routine("CREATE …"), unseen: ["storedProcedureCode"] };
      expect(kept("storedProcedure", routine("SELECT 1"), hidden)).toEqual({
        storedProcedureCode: { language: "SQL", code: "SELECT 1" },
      });
    });

    test("is no part of the facts, and nothing but these can be said", () => {
      const now = table([column("a")], { unseen: ["columns"] });
      expect(toDocument("table", "svc", now)).toEqual(toDocument("table", "svc", table([column("a")])));
      expect(FACTS_SCHEMAS.table.safeParse(now).success).toBe(true);
      expect(FACTS_SCHEMAS.table.safeParse({ ...now, unseen: ["owners"] }).success).toBe(false);
    });
  });

  describe("of columns", () => {
    const tag = { tagFQN: "a.x", source: "Classification", labelType: "Manual", state: "Confirmed" } as const;
    const stored = toDocument("table", "svc", {
      tableType: "Regular",
      columns: [
        { name: "a", dataType: "INT", description: "old", tags: [tag] },
        {
          name: "s",
          dataType: "STRUCT",
          children: [{ name: "x", dataType: "INT", description: "old x", tags: [tag] }],
        },
      ],
    });
    const merge = (columns: unknown): unknown => {
      const given = { tableType: "Regular", columns } as Facts;
      return keepUnread("table", toDocument("table", "svc", given), unreadOf("table", given), stored)["columns"];
    };

    test("a key that no column was read with keeps its values, in nested columns too", () => {
      expect(
        merge([
          { name: "s", dataType: "STRUCT", children: [{ name: "x", dataType: "TEXT" }] },
          { name: "a", dataType: "INT" },
        ]),
      ).toEqual([
        {
          name: "s",
          dataType: "STRUCT",
          children: [{ name: "x", dataType: "TEXT", description: "old x", tags: [tag] }],
        },
        { name: "a", dataType: "INT", description: "old", tags: [tag] },
      ]);
    });

    test("a key that one column was read with was read for all", () => {
      expect(
        merge([
          { name: "a", dataType: "INT", description: null },
          { name: "s", dataType: "STRUCT" },
        ]),
      ).toEqual([
        { name: "a", dataType: "INT", tags: [tag] },
        { name: "s", dataType: "STRUCT" },
      ]);
      expect(
        merge([
          { name: "a", dataType: "INT" },
          { name: "s", dataType: "STRUCT", children: [{ name: "x", dataType: "INT", description: "new" }] },
        ]),
      ).toEqual([
        { name: "a", dataType: "INT", tags: [tag] },
        { name: "s", dataType: "STRUCT", children: [{ name: "x", dataType: "INT", description: "new", tags: [tag] }] },
      ]);
    });
  });
});

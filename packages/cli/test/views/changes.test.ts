import type { FeedEntry, HistoryEntry, HistoryOp } from "@headwater/catalog";
import {
  type ChangeDescription,
  diffDocuments,
  type Document,
  type FieldChange,
  type Json,
  noChange,
} from "@headwater/core";
import { describe, expect, test } from "vitest";
import { ChangeSummary } from "../../src/views/change-list.ts";
import { changesBetween, diffView } from "../../src/views/diff.ts";
import { fieldChangeLines } from "../../src/views/field-changes.ts";
import { historyLines, onlyColumn } from "../../src/views/history.ts";
import { marked, narrow, wide } from "../looks.ts";

const before: Document = {
  description: "Orders",
  tableType: "Regular",
  columns: [
    { name: "id", dataType: "INT" },
    { name: "note", dataType: "VARCHAR", dataLength: 20 },
    { name: "legacy", dataType: "TEXT" },
  ],
  owners: [{ type: "role", name: "sales" }],
};
const after: Document = {
  description: "Orders of the shop, one row each",
  tableType: "Regular",
  columns: [
    { name: "id", dataType: "BIGINT" },
    { name: "note", dataType: "VARCHAR", dataLength: 10 },
    { name: "paid", dataType: "BOOLEAN" },
  ],
  tableConstraints: [
    { constraintType: "FOREIGN_KEY", columns: ["id"], referredColumns: ["shop.shop.sales.customers.id"] },
  ],
  owners: [{ type: "role", name: "sales" }],
  tags: [{ tagFQN: "PII.None", source: "Classification", labelType: "Manual", state: "Confirmed" }],
};
const change: ChangeDescription = diffDocuments("table", before, after);

describe("the fields of a change", () => {
  test("are one line each: what came, what changed, what went", () => {
    expect(fieldChangeLines(change, wide, "  ").join("\n")).toMatchInlineSnapshot(`
      "  + tableConstraints: foreign key (id) → shop.shop.sales.customers.id
        + tags: PII.None
        + columns: paid boolean
        ~ description: "Orders" → "Orders of the shop, one row each"
        ~ columns.id.dataType: "INT" → "BIGINT"
        ~ columns.note.dataLength: 20 → 10
        - columns: legacy text"
    `);
  });

  test("are cut to the screen and to a number", () => {
    expect(fieldChangeLines(change, narrow, "", 3).join("\n")).toMatchInlineSnapshot(`
      "+ tableConstraints: foreign key (id) → …
      + tags: PII.None
      + columns: paid boolean
      … 4 more fields"
    `);
  });

  test("are tinted by their sign", () => {
    expect(fieldChangeLines(change, marked, "", 1)[0]).toContain("<green>+ ");
  });
});

describe("what a change says twice is told once", () => {
  const key = { constraintType: "PRIMARY_KEY", columns: ["id"] };
  const own = (name: string, type: string): Json => ({ name, type, definition: `${type} (id)` });
  const lines = (fieldsAdded: FieldChange[]): string[] => fieldChangeLines({ ...noChange(), fieldsAdded }, wide, "");

  test("a key stands in OpenMetadata's words; checks, and keys only the source tells, in its own", () => {
    expect(
      lines([
        { name: "tableConstraints", newValue: [key] },
        { name: "constraints", newValue: [own("t_pkey", "PRIMARY KEY"), own("t_check", "CHECK")] },
      ]),
    ).toEqual(["+ tableConstraints: primary key (id)", "+ constraints: t_check: CHECK (id) (type: CHECK)"]);
    expect(
      lines([
        { name: "tableConstraints", newValue: [key] },
        { name: "constraints", newValue: [own("t_pkey", "PRIMARY KEY")] },
      ]),
    ).toEqual(["+ tableConstraints: primary key (id)"]);
    // A key that only got another name changes nothing in OpenMetadata's words.
    expect(lines([{ name: "constraints", newValue: [own("renamed", "PRIMARY KEY")] }])).toEqual([
      "+ constraints: renamed: PRIMARY KEY (id) (type: PRIMARY KEY)",
    ]);
    expect(
      lines([
        { name: "tableConstraints", newValue: [key] },
        { name: "constraints", newValue: [own("a", "PRIMARY KEY"), own("b", "PRIMARY KEY")] },
      ]),
    ).toHaveLength(3);
  });
});

test("of long texts that differ, the first lines that do stand side by side", () => {
  const code = (third: string): string => ["BEGIN", "  a;", third, "END"].join("\n");
  const updated = (oldValue: string, newValue: string): string[] =>
    fieldChangeLines(
      { ...noChange(), fieldsUpdated: [{ name: "storedProcedureCode.code", oldValue, newValue }] },
      wide,
      "",
    );
  expect(updated(code("  b;"), code("  c;"))).toEqual(['~ storedProcedureCode.code: line 3 "b;" → "c;"']);
  expect(updated(code("  b;"), `${code("  b;")}\n-- more`)).toEqual([
    '~ storedProcedureCode.code: line 5 nothing → "-- more"',
  ]);
  expect(updated("select 1", "select 2")).toEqual(['~ storedProcedureCode.code: "select 1" → "select 2"']);
});

function entry(op: HistoryOp, name: string, more: Partial<FeedEntry> = {}): FeedEntry {
  return {
    seq: 1,
    version: 12,
    at: 0,
    run: 3,
    actor: null,
    op,
    change: null,
    type: "table",
    fqn: `shop.db.s.${name}`,
    ...more,
  };
}

describe("a change set", () => {
  test("is grouped by what was done, with fields", () => {
    const summary = new ChangeSummary(20);
    summary.add(entry("deleted", "gone"));
    summary.add(entry("created", "fresh"));
    summary.add(entry("updated", "orders", { change }));
    summary.add(entry("created", "f()", { type: "storedProcedure" }));
    summary.add(
      entry("restored", "back", {
        change: { ...noChange(), fieldsUpdated: [{ name: "deleted", oldValue: true, newValue: false }] },
      }),
    );
    expect(summary.lines(wide).join("\n")).toMatchInlineSnapshot(`
      "created: 1 table, 1 routine
        + shop.db.s.fresh  table 1.2
        + shop.db.s.f()  routine 1.2
      restored: 1 table
        + shop.db.s.back  table 1.2
      updated: 1 table
        ~ shop.db.s.orders  table 1.2
            + tableConstraints: foreign key (id) → shop.shop.sales.customers.id
            + tags: PII.None
            + columns: paid boolean
            ~ description: "Orders" → "Orders of the shop, one row each"
            ~ columns.id.dataType: "INT" → "BIGINT"
            ~ columns.note.dataLength: 20 → 10
            - columns: legacy text
      deleted: 1 table
        - shop.db.s.gone  table 1.2"
    `);
    expect(summary.totals).toEqual({ deleted: 1, created: 2, updated: 1, restored: 1 });
  });

  test("of thousands is capped, and counted in full", () => {
    const summary = new ChangeSummary(2);
    for (let at = 0; at < 5_000; at += 1) summary.add(entry("created", `t${at}`));
    expect(summary.lines(wide)).toEqual([
      "created: 5,000 tables",
      "  + shop.db.s.t0  table 1.2",
      "  + shop.db.s.t1  table 1.2",
      "  … and 4,998 more",
    ]);
  });

  test("names what was removed for good since", () => {
    const summary = new ChangeSummary(2);
    summary.add(entry("updated", "x", { type: null, fqn: null }));
    expect(summary.lines(wide)).toEqual(["updated: 1 removed since", "  ~ something removed since"]);
  });
});

describe("a history", () => {
  const history: HistoryEntry[] = [
    {
      seq: 9,
      version: 12,
      at: Date.UTC(2026, 0, 2),
      run: null,
      actor: "ana\u001b[2J",
      op: "set",
      change: { ...noChange(), fieldsAdded: [{ name: "columns.note.description", newValue: "a note" }] },
    },
    { seq: 5, version: 11, at: Date.UTC(2026, 0, 1), run: 7, actor: null, op: "updated", change },
    { seq: 1, version: 1, at: Date.UTC(2025, 0, 1), run: 1, actor: null, op: "created", change: null },
  ];

  test("says when, who and what", () => {
    const text = historyLines(history, wide).join("\n");
    expect(text).toMatch(
      /^1\.2 {2}2026-01-\d\d \d\d:\d\d:00 [+-]\d\d:\d\d {2}set by ana\\x1b\[2J\n {5}\+ columns\.note\.description: "a note"\n1\.1 /,
    );
    expect(text).toContain("updated by run 7");
    expect(text.split("\n").at(-1)).toMatch(/^0\.1 .* created by run 1$/);
  });

  test("of a column leaves out what is not about it", () => {
    const own = onlyColumn(history, "note");
    expect(own.map(({ op }) => op)).toEqual(["set", "updated", "created"]);
    expect(own[1]?.change?.fieldsUpdated.map(({ name }) => name)).toEqual(["columns.note.dataLength"]);
    expect(onlyColumn(history, "paid")[0]?.change?.fieldsAdded).toEqual([
      { name: "columns", newValue: [{ name: "paid", dataType: "BOOLEAN" }] },
    ]);
    expect(onlyColumn(history, "id").map(({ op }) => op)).toEqual(["updated", "created"]);
  });
});

describe("a diff", () => {
  const side = (shown: Document) => ({ name: "v", deleted: false, shown });

  test("shows a long text line by line, with what is around a change", () => {
    const lines = Array.from({ length: 12 }, (_, at) => `  col_${at},`);
    const [old, fresh] = [lines.join("\n"), lines.with(6, "  col_six,").join("\n")];
    const text = diffView(
      changesBetween("table", side({ schemaDefinition: old }), side({ schemaDefinition: fresh })),
      wide,
    );
    expect(text.join("\n")).toMatchInlineSnapshot(`
      "~ schemaDefinition
          … 3 lines that are the same
            col_3,
            col_4,
            col_5,
        -   col_6,
        +   col_six,
            col_7,
            col_8,
            col_9,
          … 2 lines that are the same"
    `);
  });

  test("puts two long sentences below each other", () => {
    const [a, b] = [
      { description: "One row per order, as the web shop made it; never changed later." },
      { description: "One row per order." },
    ];
    expect(diffView(changesBetween("table", side(a), side(b)), narrow).join("\n")).toMatchInlineSnapshot(`
      "~ description
        - One row per order, as the web shop
        - made it; never changed later.
        + One row per order."
    `);
  });

  test("tells a new name and a deletion", () => {
    const text = diffView(changesBetween("table", side({}), { name: "w", deleted: true, shown: {} }), wide);
    expect(text).toEqual(['~ name: "v" → "w"', "~ deleted: false → true"]);
  });
});

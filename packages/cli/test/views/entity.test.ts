import { type Database, entitiesOf, openDatabase } from "@headwater/catalog";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detailsOf } from "../../src/catalog/details.ts";
import { columnLines } from "../../src/views/column.ts";
import { entityLines } from "../../src/views/entity.ts";
import type { Look } from "../../src/screen/screen.ts";
import { widthOf } from "../../src/screen/width.ts";
import { HOSTILE as ATTACKS, marked, narrow, wide } from "../looks.ts";
import { fill, sampleShop } from "../sample-shop.ts";

// No source can say half a character, and SQLite would not keep it.
const HOSTILE = ATTACKS.filter((text) => text.isWellFormed());

let db: Database;
beforeAll(async () => {
  db = openDatabase(":memory:");
  const shop = sampleShop();
  shop.put("table", {
    path: ["shop", "sales", HOSTILE.join(" ")],
    kind: "Regular",
    facts: {
      tableType: "Regular",
      description: HOSTILE.join("\n"),
      owners: [{ type: "role", name: HOSTILE.join("") }],
      columns: [{ name: HOSTILE.join("-"), dataType: "INT", source: { default: HOSTILE.join("") } }],
      schemaDefinition: HOSTILE.join("\n"),
      source: { checks: [...HOSTILE] },
    },
  });
  await fill(db, shop);
});
afterAll(() => db.close());

function shown(fqn: string, look: Look): string {
  const [entity] = entitiesOf(db, fqn);
  if (entity === undefined) throw new Error(`${fqn} is not there.`);
  // The day and the offset are those of the machine.
  return entityLines(detailsOf(db, entity), look)
    .join("\n")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d/g, "TIME");
}

describe("an entity is shown", () => {
  test("as a table with its columns, keys and who points at it", () => {
    expect(shown("shop.shop.sales.customers", wide)).toMatchInlineSnapshot(`
      "shop.shop.sales.customers  table · version 0.1

        Who buys.
        One row per person, never deleted.

      owners      role:shop_owner
      rows        12,345
      size        4.2 MB
      changed     TIME, created by run 1

      Columns (3)
        NAME   TYPE                      NULL  KEY  DEFAULT          DESCRIPTION
        id     bigint                    no    PK   identity always
        email  citext                    no    UQ                    Where the receipt goes
        since  timestamp with time zone             now()

      Constraints
        primary key (id)
        unique (email)

      Pointed at by
        shop.shop.sales.orders  foreign key"
    `);
  });

  test("as a partitioned table with references both ways", () => {
    expect(shown("shop.shop.sales.orders", wide)).toMatchInlineSnapshot(`
      "shop.shop.sales.orders  partitioned table · version 0.1

      changed     TIME, created by run 1

      Columns (3)
        NAME         TYPE           NULL  KEY
        id           bigint         no    PK
        customer_id  bigint         yes   FK
        amount       numeric(10,2)        FK

      Constraints
        primary key (id)
        foreign key (amount) → shop.shop.archive.amounts.id
        foreign key (customer_id) → shop.shop.sales.customers.id

      Partitioned by
        id  integer-range

      Points at
        shop.shop.archive.amounts  foreign key  not in the catalog
        shop.shop.sales.customers  foreign key

      From the source
        checks: amount > 0"
    `);
  });

  test("as a view with its definition", () => {
    expect(shown("shop.shop.sales.big_spenders", wide)).toMatchInlineSnapshot(`
      "shop.shop.sales.big_spenders  view · version 0.1

      changed     TIME, created by run 1

      Columns (1)
        NAME   TYPE
        email  varchar

      Definition
        SELECT email
            FROM customers
         WHERE id > 7;"
    `);
  });

  test("as a routine with its code", () => {
    expect(shown("shop.shop.sales.total(bigint)", wide)).toMatchInlineSnapshot(`
      "shop.shop.sales.total(bigint)  function · version 0.1

      changed     TIME, created by run 1

      Code (SQL)
        select sum(amount)
        from orders where customer_id = $1"
    `);
  });

  test("as a schema or a service with what it holds", () => {
    expect(shown("shop.shop.sales", wide)).toMatchInlineSnapshot(`
      "shop.shop.sales  schema · version 0.1

      holds       1 function, 1 view, 2 tables, 1 partitioned table
      changed     TIME, created by run 1"
    `);
    expect(shown("shop", wide)).toMatchInlineSnapshot(`
      "shop  database service · version 0.1

      holds       1 database, 1 ingestion pipeline
      serviceType CustomDatabase
      changed     TIME, created by run 1"
    `);
  });

  test("within 40 columns", () => {
    const text = shown("shop.shop.sales.customers", narrow);
    expect(text).toMatchInlineSnapshot(`
      "shop.shop.sales.customers  table · version 0.1

        Who buys.
        One row per person, never deleted.

      owners      role:shop_owner
      rows        12,345
      size        4.2 MB
      changed     TIME,
                  created by run 1

      Columns (3)
        NAME   TYPE          KEY  DESCRIPTION
        id     bigint        PK
        email  citext        UQ   Where the r…
        since  timestamp w…

      Constraints
        primary key (id)
        unique (email)

      Pointed at by
        shop.shop.sales.orders  foreign key"
    `);
    for (const line of text.split("\n").slice(1)) expect(widthOf(line)).toBeLessThanOrEqual(40);
  });

  test("with tints that say what is what", () => {
    expect(shown("shop.shop.sales.orders", marked)).toContain("<yellow>  not in the catalog</yellow>");
  });

  test("without a character a terminal obeys, whatever the source says", () => {
    const { fqn } = db.get<{ fqn: string }>("SELECT fqn FROM entity WHERE fqn LIKE '%red%'") ?? { fqn: "" };
    const text = shown(fqn, wide);
    expect(text).toContain("\\x1b[31mred");
    expect(/[^\n\P{Cc}]|[\p{Cs}\u202e\u2028]/u.test(text)).toBe(false);
  });
});

test("a column is shown with its keys", () => {
  const [entity] = entitiesOf(db, "shop.shop.sales.customers");
  if (entity === undefined) throw new Error("customers is not there.");
  expect(columnLines(entity, "email", wide).join("\n")).toMatchInlineSnapshot(`
    "shop.shop.sales.customers.email  column of a table

      Where the receipt goes

    type        citext
    null        no
    key         unique (email)"
  `);
  expect(columnLines(entity, "none", wide)).toEqual([]);
});

import { ClaimWriter, edgeChanges, saidOf } from "@headwater/catalog";
import { expect, test } from "vitest";
import { TestCatalog } from "./catalog-of.ts";

const VIEW = "CREATE VIEW s.big AS SELECT o.customer FROM s.orders o";
const UNCHANGED = { read: 0, unchanged: 1, ended: 0, withGaps: 0 };

async function derived(): Promise<TestCatalog> {
  const catalog = new TestCatalog().table("orders", "id", "customer").view("big", ["customer"], VIEW);
  await catalog.read();
  return catalog;
}

/** From now on, writing any lineage fails. */
function forbidWrites({ db }: TestCatalog): void {
  for (const table of ["statement", "flow", "mention", "place", "route", "route_change", "lineage_state"])
    for (const change of ["INSERT", "UPDATE", "DELETE"])
      db.exec(
        `CREATE TEMP TRIGGER no_${change}_${table} BEFORE ${change} ON main.${table} BEGIN SELECT RAISE(ABORT, '${change} ${table}'); END`,
      );
}

test("where nothing changed, nothing is written", async () => {
  const catalog = await derived();
  forbidWrites(catalog);
  expect(await catalog.derive()).toMatchObject({ definitions: UNCHANGED, edges: { added: 0, removed: 0 } });
  // A source that was read again and is as it was.
  expect(await catalog.read()).toMatchObject({ state: "success", definitions: UNCHANGED });
});

test("a table nobody names makes the definitions be looked at, and the next run knows that they were", async () => {
  const catalog = await derived();
  catalog.table("other", "id");
  expect((await catalog.read()).definitions).toEqual(UNCHANGED);
  forbidWrites(catalog);
  expect((await catalog.derive()).definitions).toEqual(UNCHANGED);
});

test("a table or a definition that comes or changes is met", async () => {
  const catalog = await derived();
  catalog.view("more", ["id"], "CREATE VIEW s.more AS SELECT id FROM s.missing");
  expect((await catalog.read()).definitions).toMatchObject({ read: 1, unchanged: 1 });
  catalog.table("missing", "id");
  expect((await catalog.read()).definitions).toMatchObject({ read: 1, unchanged: 1 });
  catalog.source.drop("table", ["d", "s", "more"]);
  expect((await catalog.read()).definitions).toMatchObject({ ended: 1, unchanged: 1 });
});

test("other settings mean other edges", async () => {
  const catalog = await derived();
  expect((await catalog.derive({ dialect: "mysql" })).definitions).toMatchObject({ read: 1 });
  expect((await catalog.derive({ dialect: "mysql" })).definitions).toEqual(UNCHANGED);
  expect((await catalog.derive({ dialect: "mysql", searchPath: ["t"] })).definitions).toMatchObject({ read: 1 });
});

test("what was written and not settled is settled by the next run", async () => {
  const catalog = await derived();
  const at = catalog.clock.now();
  const ends = { source: "svc.d.s.orders", sourceColumn: "", target: "svc.d.s.kept", targetColumn: "" };
  const claim = { ...ends, how: "", sure: "exact", rule: "", span: [0, 0] } as const;
  const head = { origin: "query", key: "k", dialect: "postgres", defaults: "{}", text: "x", digest: "d" } as const;
  // As a run that is killed leaves it.
  catalog.db.transaction(() => {
    const writer = new ClaimWriter(catalog.db, "svc");
    const said = saidOf({ claims: [claim], mentions: [], gaps: [], uses: [] });
    const [id] = writer.addAll([{ statement: { ...head, said }, first: at, last: at }]);
    writer.seen(id as number, at, at, 1);
  });
  const settled = await catalog.derive();
  expect(settled.edges).toEqual({ added: 1, removed: 0 });
  expect(edgeChanges(catalog.db, Number(settled.runId) - 1, Number(settled.runId))).toHaveLength(1);
  forbidWrites(catalog);
  expect((await catalog.derive()).edges).toEqual({ added: 0, removed: 0 });
});

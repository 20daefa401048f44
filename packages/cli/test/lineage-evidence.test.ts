import type { Evidence } from "@headwater/catalog";
import { expect, test } from "vitest";
import { evidenceLines } from "../src/views/lineage-evidence.ts";
import { wide } from "./looks.ts";

test.each<[Evidence["origin"], string, string]>([
  ["view", "svc.db.s.v", "The definition of svc.db.s.v"],
  ["view", 'svc.db.s."o.d"."a rule"', 'The rule a rule of svc.db.s."o.d"'],
  ["procedure", "svc.db.s.f(integer)", "The routine svc.db.s.f(integer)"],
  ["procedure", "svc.db.s.orders.keep", "The trigger keep of svc.db.s.orders"],
  ["query", "5f0c", "A query"],
  ["manual", "a > b", "By hand"],
])("a statement of origin %s that is kept under %s is called what it is", (origin, key, title) => {
  const [from, to] = [
    { fqn: "svc.db.s.a", column: null },
    { fqn: "svc.db.s.b", column: null },
  ];
  const evidence = {
    origin,
    key,
    text: "SELECT 1",
    dialect: "postgres",
    firstSeen: 0,
    lastSeen: 0,
    times: 1,
    claims: [],
  };
  expect(evidenceLines(from, to, [evidence], wide)).toContain(title);
});

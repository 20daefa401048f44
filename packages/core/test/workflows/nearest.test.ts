import { expect, test } from "vitest";
import { nearest } from "../../src/workflows/nearest.ts";

const KEYS = ["includeViews", "includeTables", "hostPort", "type", "config", "markDeletedTables"];

test.for<[word: string, near: string | null]>([
  ["includeVeiws", "includeViews"],
  ["includeviews", "includeViews"],
  ["include_views", "includeViews"],
  ["include-view", "includeViews"],
  ["hostport", "hostPort"],
  ["host", null],
  ["tpye", "type"],
  ["tape", "type"],
  ["tp", null],
  ["conf", "config"],
  ["confg", "config"],
  ["markDeleteTable", "markDeletedTables"],
  ["somethingElse", null],
  ["", null],
])("%s", ([word, near]) => {
  expect(nearest(word, KEYS)).toBe(near ?? null);
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findConnectors, type InstalledConnector, loadConnector, manifestSchema } from "@headwater/core";
import { expect, test } from "vitest";
import manifest from "../manifest.json" with { type: "json" };
import { metadata } from "../src/metadata.ts";
import { QUERIES } from "../src/queries.ts";
import { REQUESTS } from "../src/requests.ts";

test("the manifest is one", () => {
  expect(manifestSchema.safeParse(manifest).error).toBeUndefined();
});

test("every node of a database service is filled", () => {
  expect(Object.keys(metadata)).toEqual(["database", "databaseSchema", "table", "storedProcedure"]);
});

test("the built package is found and loads where it is a dependency", () => {
  const project = mkdtempSync(join(tmpdir(), "hw-project-"));
  try {
    const scope = join(project, "node_modules", "@headwater");
    mkdirSync(scope, { recursive: true });
    symlinkSync(dirname(import.meta.dirname), join(scope, "connector-clickhouse"));
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ dependencies: { "@headwater/connector-clickhouse": "*" } }),
    );
    const { installed, refused } = findConnectors(project, null);
    expect(refused).toEqual([]);
    expect(installed.map((connector) => connector.manifest.id)).toEqual(["clickhouse"]);
    const connector = loadConnector(installed[0] as InstalledConnector);
    expect(connector.manifest).toEqual(manifest);
    expect(Object.keys(connector.metadata ?? {})).toEqual(Object.keys(metadata));
  } finally {
    rmSync(project, { recursive: true });
  }
});

test("nothing but session.ts touches the driver, and it loads it when it is used", () => {
  const folder = join(dirname(import.meta.dirname), "src");
  const imports = readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/^import (type )?.*from "(@clickhouse.*)"/gm)].map(
      ([, type = "", name]) => `${file}: import ${type}${name}`,
    ),
  );
  expect(imports).toEqual(["session.ts: import type @clickhouse/client"]);
});

test("every request reads, and has a text that takes names as parameters only", () => {
  expect(Object.keys(QUERIES)).toEqual(Object.keys(REQUESTS));
  expect(Object.values(REQUESTS).map(({ effect }) => effect)).toEqual(Object.keys(QUERIES).map(() => "read"));
  const parameters = Object.values(QUERIES).flatMap((text) =>
    [...text.matchAll(/\{(\w+:\w+(?:\(\w+\))?)\}/g)].map(([, name]) => name),
  );
  expect([...new Set(parameters)].toSorted((a = "", b = "") => a.localeCompare(b))).toEqual([
    "address:String",
    "afterId:String",
    "afterTime:UInt32",
    "database:String",
    "from:Int64",
    "limit:UInt32",
    "names:Array(String)",
    "schema:String",
    "schemas:Array(String)",
    "to:Int64",
  ]);
});

import { expect, test } from "vitest";
import { z } from "zod";
import { type Manifest, manifestSchema } from "../../src/index.ts";

const manifest: Manifest = {
  id: "demo",
  title: "Demo",
  contract: 1,
  service: "database",
  types: { demo: "CustomDatabase" },
  capabilities: { metadata: { queries: { perGroup: 3, perSlice: 2 } } },
  privileges: [],
  sdks: {},
  tested: [],
};

test("the published JSON Schema is the schema that manifests are read with", async () => {
  const schema = z.toJSONSchema(manifestSchema, { io: "input" });
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../../manifest.schema.json");
});

test("a manifest with a misspelt key, a bad id or no type is refused", () => {
  expect(manifestSchema.safeParse(manifest).success).toBe(true);
  expect(manifestSchema.safeParse({ ...manifest, titel: "x" }).success).toBe(false);
  expect(manifestSchema.safeParse({ ...manifest, id: "Demo One" }).success).toBe(false);
  expect(manifestSchema.safeParse({ ...manifest, types: {} }).success).toBe(false);
});

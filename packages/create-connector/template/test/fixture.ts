/** Sources to test against: folders in the temporary folder. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Fixture, SeedColumn, SeededSource, SeedObject } from "@headwater/testkit";

const columnOf = ({ name, type = "text" }: SeedColumn): { name: string; type: string } => ({ name, type });

/** What the conformance suite needs to know. What is left out is skipped, and the report says so. */
export const fixture: Fixture = {
  source: "a folder of JSON files",
  package: dirname(import.meta.dirname),
  types: {
    text: "TEXT",
    integer: "INT",
    number: "DOUBLE",
    boolean: "BOOLEAN",
    date: "DATE",
    timestamp: "TIMESTAMP",
    json: "JSON",
  },
  many: 2_000,
  // Where names are folded or may not hold everything, odd ones are left out.
  canHold: (name) => process.platform === "linux" || /^[a-z][\w -]*$/.test(name),
  showcase: () => seed([{ scope: "all", objects: [{ name: "table", columns: [{ name: "id" }] }] }]),
  seed,
};

async function seed(wanted: Parameters<NonNullable<Fixture["seed"]>>[0]): Promise<SeededSource> {
  const folder = mkdtempSync(join(tmpdir(), "acme-"));
  const fileOf = (scope: string, name: string): string => join(folder, scope, `${name}.json`);
  const write = (scope: string, { name, columns, comment }: SeedObject): void =>
    writeFileSync(fileOf(scope, name), JSON.stringify({ comment, columns: columns.map(columnOf) }));
  for (const { scope, objects } of wanted) {
    mkdirSync(join(folder, scope));
    for (const object of objects) write(scope, object);
  }
  return {
    connection: { type: "CustomDatabase", folder },
    path: (scope) => ["default", scope],
    stop: async () => rmSync(folder, { recursive: true }),
    async change(change) {
      if (change.do === "add") return write(change.scope, change.object);
      const file = fileOf(change.scope, change.name);
      if (change.do === "drop") return rmSync(file);
      const table = JSON.parse(readFileSync(file, "utf8")) as { columns: object[] };
      table.columns.push(columnOf(change.column));
      writeFileSync(file, JSON.stringify(table));
    },
    contents: async () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.name}: ${readFileSync(join(entry.parentPath, entry.name), "utf8")}`)
        .join("\n"),
  };
}

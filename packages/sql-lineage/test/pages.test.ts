import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "node:util";
import { afterAll, expect, test, vi } from "vitest";
import { analyze, dialects } from "../src/index.ts";
import { fixtures } from "./fixtures.ts";

const page = (name: string): string => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8");

const folder = mkdtempSync(join(tmpdir(), "headwater-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

const examples = [...page("README.md").matchAll(/```ts\n([^]*?)```\n\n```text\n([^]*?)```/g)].map(
  ([, code, output], i) => ({ name: `example ${i + 1}`, code: code!, output: output! }),
);

test("the README has examples", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
});

test.for(examples)("$name of the README prints what it says", async ({ name, code, output }) => {
  const file = join(folder, `${name.replace(" ", "-")}.ts`);
  const source = pathToFileURL(fileURLToPath(new URL("../src/index.ts", import.meta.url))).href;
  writeFileSync(file, code.replaceAll('"@headwater/sql-lineage"', JSON.stringify(source)));
  let printed = "";
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    printed += `${format(...values)}\n`;
  });
  await import(pathToFileURL(file).href);
  log.mockRestore();
  expect(printed).toBe(output);
});

test("the README's command prints what it says", async () => {
  const { toText } = await import("../src/text-report.ts");
  const sql = /await analyze\(\n\s*`([^`]+)`/.exec(page("README.md"))![1]!;
  const said = /\$ npx @headwater\/sql-lineage --dialect snowflake load\.sql\n([^]*?)```/.exec(page("README.md"))![1]!;
  expect(toText(await analyze(sql, { dialect: "snowflake" }), sql)).toBe(said);
});

/** The paths of all fields of a value, without indexes. */
function paths(value: unknown, at: string, into: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) paths(one, at.endsWith("[]") ? at : `${at}[]`, into);
  else if (typeof value === "object" && value !== null) {
    if (at !== "") into.add(at);
    for (const [key, inner] of Object.entries(value)) paths(inner, at === "" ? key : `${at}.${key}`, into);
  } else into.add(at);
}

test("the result has the fields, kinds and reasons its page names, and no others", async () => {
  const text = page("RESULT.md");
  const named = new Set([...text.matchAll(/^\| `([^`]+)`/gm)].map(([, path]) => path!.replace(/\[\]$/, "")));
  const found = new Set<string>();
  const kinds = new Set<string>();
  const reasons = new Set<string>();
  for (const { file, dialect } of fixtures()) {
    const script = await analyze(readFileSync(file, "utf8"), { dialect });
    paths(script, "", found);
    for (const { kind, gaps } of script.statements) {
      kinds.add(kind);
      for (const { reason } of gaps) reasons.add(reason);
    }
  }
  const bare = [...found].map((path) => path.replace(/\[\]$/, ""));
  // A page names `dataset[].from` as a whole, and `writes` by how they differ from `reads`.
  const isNamed = (path: string): boolean =>
    named.has(path) ||
    /^statements\[\]\.dataset\[\]\.(?:from|transformations\[\]|evidence)\./.test(path) ||
    (path.startsWith("statements[].writes[].") && named.has(path.replace("writes", "reads"))) ||
    [...named].some((one) => one.startsWith(`${path}.`) || one.startsWith(`${path}[]`));
  expect(bare.filter((path) => !isNamed(path))).toEqual([]);
  expect([...named].filter((path) => !bare.includes(path))).toEqual([]);
  for (const word of [...kinds, ...reasons]) expect(text).toContain(`\`${word}\``);
});

test("the README names every dialect", () => {
  for (const name of Object.keys(dialects)) expect(page("README.md")).toContain(`\`${name}\``);
});

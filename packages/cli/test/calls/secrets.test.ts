import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Project, Ran } from "@headwater/test-project";
import { newProject, writeShelf, writeWorkflow } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

const CANARY = "canary-Zq7/x@93";

let project: Project;
beforeEach(() => {
  project = newProject();
  writeShelf(project, sampleShop());
});

/** Every place outside the given files where the secret, in any of its forms, can be read. */
function leaks(printed: string, given: readonly string[]): string[] {
  const forms = [CANARY, encodeURIComponent(CANARY), CANARY.replaceAll("/", "%2F").replaceAll("@", "%40")];
  const isIn = (text: string): boolean => forms.some((form) => text.includes(form));
  const found = isIn(printed) ? [`printed: ${printed}`] : [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (name === "node_modules" || given.includes(file)) continue;
      if (statSync(file).isDirectory()) walk(file);
      else if (isIn(readFileSync(file, "latin1"))) found.push(file);
    }
  };
  walk(project.folder);
  return found;
}

const OUTPUTS = ["--report", "report.json", "--events", "events.jsonl"];
const ENDS: [string, object, number][] = [
  ["all goes well", { password: CANARY }, 0],
  ["some objects fail", { password: CANARY, refuse: ["shop,sales,orders"] }, 4],
  ["nobody answers", { unreachable: true }, 3],
  ["the password is refused", { password: "another" }, 3],
  ["the connector has a bug that says it", { crash: true }, 1],
];

/** Calls the command. What fails unforeseen hides every secret its process has met, so none but its own may be known there. */
const called = (exit: number, ...words: string[]): Promise<Ran> =>
  exit === 1 ? project.start(...words).ended : project.run(...words);

test.each(ENDS)("a password in a URL shows nowhere when %s", async (_, more, exit) => {
  const shelf = writeShelf(project, sampleShop(), more);
  const { code, stdout, stderr } = await called(
    exit,
    "ingest",
    `shelf://me:${encodeURIComponent(CANARY)}@h${shelf}`,
    ...OUTPUTS,
  );
  expect([code, leaks(stdout + stderr, [shelf])]).toEqual([exit, []]);
  const views = [["runs", "show", "1", "--json"], ["export"], ["log", "--json"]];
  for (const ran of await Promise.all(views.map((words) => project.run(...words))))
    expect(leaks(ran.stdout + ran.stderr, [shelf])).toEqual([]);
});

test.each(ENDS)("a password in a file or in the environment shows nowhere when %s", async (_, more, exit) => {
  const shelf = writeShelf(project, sampleShop(), more);
  const literal = writeWorkflow(project, "literal.yaml", `file: ${shelf}\npassword: ${CANARY}`);
  writeWorkflow(project, "variable.yaml", `file: ${shelf}\npassword: \${SHELF_WORD}`);
  project.env = { SHELF_WORD: CANARY };
  for (const file of ["literal.yaml", "variable.yaml"]) {
    const { code, stdout, stderr } = await called(exit, "ingest", "-c", file, "--fresh", ...OUTPUTS);
    expect([code, leaks(stdout + stderr, [shelf, literal])]).toEqual([exit, []]);
    const others = [["validate"], ["check"], ["ingest", "--dry-run", "--json"]];
    for (const ran of await Promise.all(others.map((words) => called(exit, ...words, "-c", file))))
      expect(leaks(ran.stdout + ran.stderr, [shelf, literal])).toEqual([]);
  }
});

test.each([
  ["a list", `password: [${CANARY}]`],
  ["a misspelt key", `pasword: ${CANARY}`],
  ["broken YAML", `password: "${CANARY}`],
])("a password that cannot be read shows nowhere either: %s", async (_, line) => {
  const given = writeWorkflow(project, "wrong.yaml", `file: x\n${line}`);
  const shelf = project.path("shelf.json");
  for (const command of [["validate"], ["check"], ["ingest"], ["validate", "--json"]]) {
    const { code, stdout, stderr } = await project.run(...command, "-c", "wrong.yaml");
    expect([code, leaks(stdout + stderr, [given, shelf])]).toEqual([2, []]);
  }
});

test.each([
  `shelf://me:${CANARY}@h/x`,
  `shelf://me:${CANARY}@[h/x`,
  `nothing://me:${encodeURIComponent(CANARY)}@h/x?password=${encodeURIComponent(CANARY)}`,
  `shelf://me@h/x?password=${encodeURIComponent(CANARY)}`,
])("a URL that is not understood does not show its password: %s", async (url) => {
  const { stdout, stderr } = await project.run("ingest", url);
  expect(leaks(stdout + stderr, [])).toEqual([]);
});

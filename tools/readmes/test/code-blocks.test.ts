import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  connectorForType,
  findConnectors,
  formatProblem,
  loadConnector,
  problemsOf,
  readWorkflow,
} from "@headwater/core";
import { expect, test } from "vitest";
import { type CodeBlock, codeBlocks, pages, pageText, ROOT } from "./code-blocks.ts";

/** The guide's blocks make a project of their own, which a test of core builds and runs. */
const GUIDE = "docs/connector-guide/";
const blocks = pages()
  .filter((page) => !page.startsWith(GUIDE))
  .flatMap(codeBlocks);
const where = ({ page, line }: CodeBlock): string => `${page}:${line}`;

test("TypeScript in pages compiles", { timeout: 60_000 }, ({ onTestFinished }) => {
  // Within this package, so that imports are found as a reader's project finds them.
  const folder = mkdtempSync(fileURLToPath(new URL("../.blocks-", import.meta.url)));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const code = blocks.filter(({ language }) => language === "ts");
  expect(code.length).toBeGreaterThan(0);
  for (const block of code) {
    const name = `${block.page.replaceAll(/[^\w.]/g, "_")}_line_${block.line}.ts`;
    writeFileSync(join(folder, name), `${block.text}\nexport {};\n`);
  }
  const config = {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: { noEmit: true, isolatedDeclarations: false, declaration: false, types: ["node"] },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(ROOT, "node_modules/.bin/tsc");
  let said = "";
  try {
    execFileSync(compiler, ["-p", folder], { encoding: "utf8" });
  } catch (error) {
    said = (error as { stdout: string }).stdout;
  }
  expect(said).toBe("");
});

/** What a reader has to say, in lines; `""` when it reads without complaint. */
function problemsIn(read: () => unknown): string {
  try {
    read();
    return "";
  } catch (error) {
    return [String(error), ...problemsOf(error).map(formatProblem)].join("\n");
  }
}

const workflows = blocks.filter(({ language, text }) => language === "yaml" && /^source:/m.test(text));
test.each(workflows.map((block) => [where(block), block] as const))("the workflow at %s is read", (_where, block) => {
  const search = findConnectors(ROOT, null);
  const wrong = problemsIn(() =>
    readWorkflow(block.text, block.page, {
      env: Object.fromEntries([...block.text.matchAll(/\$\{(\w+)/g)].map(([, name]) => [name, "value"])),
      readFile: () => "value",
      connectorFor: (type) => {
        const installed = connectorForType(search, type);
        return { connector: loadConnector(installed), version: installed.packageVersion };
      },
    }),
  );
  expect(wrong).toBe("");
});

/** Every `headwater …` that is typed in a page: in `sh` blocks, after `$` in `console` blocks, and between backticks. */
function typedCommands(page: string): { at: string; words: string[] }[] {
  const typed: { at: string; line: string }[] = [];
  for (const block of codeBlocks(page))
    for (const [at, line] of block.text.split("\n").entries())
      if (block.language === "sh" || (block.language === "console" && line.startsWith("$ ")))
        typed.push({ at: `${page}:${block.line + at}`, line: line.replace(/^\$ /, "").replace(/\s#.*$/, "") });
  for (const [code] of pageText(page).matchAll(/(?<!`)`(?:npx )?headwater [^`\n]+`/g))
    typed.push({ at: page, line: code.slice(1, -1) });
  return typed.flatMap(({ at, line }) => {
    const found = /^(?:\w+=\S+ )*(?:npx )?headwater (.*)/.exec(line.trim());
    return found === null ? [] : [{ at, words: found[1]!.split(/\s+/) }];
  });
}

test("commands that pages show exist, with their options", () => {
  const reference = pageText("docs/cli.md");
  const sections = new Map(
    reference
      .split(/^### headwater /m)
      .slice(1)
      .map((section) => [section.split("\n", 1)[0]!.trim(), section] as const),
  );
  const everywhere = reference.split(/^### headwater /m)[0]! + reference.split("\n## ").at(-1)!;
  const unknown: string[] = [];
  let seen = 0;
  for (const page of pages().filter((each) => each !== "docs/cli.md" && !each.startsWith("docs/decisions")))
    for (const { at, words } of typedCommands(page)) {
      const command = words[0]!;
      // Words in capitals stand for any command.
      if (/^[A-Z…-]/.test(command)) continue;
      seen += 1;
      const section = sections.get(`${command} ${words[1] ?? ""}`) ?? sections.get(command);
      if (section === undefined) unknown.push(`${at}: headwater ${command}`);
      for (const option of words.filter((word) => /^--?\w/.test(word)))
        if (section !== undefined && !`${section}${everywhere}`.includes(option.split("=")[0]!))
          unknown.push(`${at}: headwater ${command} ${option}`);
    }
  expect(unknown).toEqual([]);
  expect(seen).toBeGreaterThan(20);
});

test("links lead somewhere", () => {
  const broken: string[] = [];
  for (const page of pages())
    for (const [, target] of pageText(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g))
      if (!/^[a-z]+:/.test(target!) && !existsSync(join(ROOT, dirname(page), target!)))
        broken.push(`${page}: ${target}`);
  expect(broken).toEqual([]);
});

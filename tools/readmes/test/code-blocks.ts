import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** A fenced block of a page. */
export interface CodeBlock {
  /** The page, relative to the root. */
  page: string;
  /** The line its text begins on, from 1. */
  line: number;
  language: string;
  text: string;
}

/** The pages people read: READMEs and docs, relative to the root. */
export function pages(): string[] {
  return globSync(["*.md", "{packages,connectors,tools}/*/README.md", "docs/**/*.md"], { cwd: ROOT }).toSorted();
}

/** The text of a page. */
export const pageText = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** The fenced blocks of a page, in order. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: CodeBlock | null = null;
  for (const [at, line] of pageText(page).split("\n").entries()) {
    const fence = /^```(\w*)/.exec(line);
    if (open === null && fence !== null) open = { page, line: at + 2, language: fence[1] ?? "", text: "" };
    else if (open !== null && fence !== null) {
      blocks.push(open);
      open = null;
    } else if (open !== null) open.text += `${line}\n`;
  }
  return blocks;
}

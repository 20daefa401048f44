import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { COMMANDS } from "../src/commands.ts";
import { COMPLETIONS } from "../src/completion.ts";

const folder = mkdtempSync(join(tmpdir(), "headwater-completion-"));
afterAll(() => rmSync(folder, { recursive: true }));

function scriptFor(shell: keyof typeof COMPLETIONS): string {
  const file = join(folder, `headwater.${shell}`);
  writeFileSync(file, COMPLETIONS[shell]().join("\n") + "\n");
  return file;
}

const missing = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status !== 0;

/** What the shell says, which must have nothing to complain about. */
function said(shell: string, args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(shell, args, { encoding: "utf8", cwd: folder });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.trim().split(/\s+/);
}

test.skipIf(missing("bash"))("bash completes commands, options and words (skipped where bash is not installed)", () => {
  const file = scriptFor("bash");
  const complete = (...words: string[]): string[] =>
    said("bash", [
      "-c",
      // compopt only works inside a completion.
      `compopt() { :; }; source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _headwater; echo "\${COMPREPLY[@]}"`,
      file,
      "headwater",
      ...words,
    ]);
  expect(complete("re")).toEqual(
    COMMANDS.map(({ name }) => name)
      .filter((name) => name.startsWith("re"))
      .toSorted((a, b) => COMMANDS.findIndex(({ name }) => name === a) - COMMANDS.findIndex(({ name }) => name === b)),
  );
  expect(complete("ingest", "--dr")).toEqual(["--dry-run"]);
  expect(complete("ls", "--dr")).toEqual([""]);
  expect(complete("completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect(complete("ingest", "--threads", "")).toEqual([""]);
});

test.skipIf(missing("zsh"))("zsh completes commands and options (skipped where zsh is not installed)", () => {
  const file = scriptFor("zsh");
  // The completion system itself only runs at a prompt: what it would be asked is written down instead.
  const ask = (words: string, current: number): string[] =>
    said("zsh", [
      "-f",
      "-c",
      `compdef() { :; }; _describe() { print -rl -- \${(P)2}; }; _arguments() { print -rl -- "$@"; }; source ${file}; words=(${words}); CURRENT=${current}; _headwater`,
    ]);
  expect(ask("headwater ''", 2).join(" ")).toContain("ingest:read a source's metadata into the catalog");
  expect(ask("headwater ingest ''", 3).join(" ")).toContain("--dry-run[show what would change");
  expect(ask("headwater runs ''", 3).join(" ")).toContain("(show)");
});

test.skipIf(missing("fish"))("fish completes commands and options (skipped where fish is not installed)", () => {
  const file = scriptFor("fish");
  const complete = (line: string): string =>
    said("fish", ["--no-config", "-c", `source ${file}; complete --do-complete "${line}"`]).join(" ");
  expect(complete("headwater ing")).toMatch(/^ingest read a source's metadata/);
  expect(complete("headwater ingest --dr")).toMatch(/^--dry-run show what would change/);
  expect(complete("headwater completion ")).toContain("fish");
  expect(complete("headwater ls --dr")).toBe("");
});

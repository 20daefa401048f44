import { EXIT } from "@headwater/core";
import { expect, test } from "vitest";
import type { CommandInfo } from "../src/command.ts";
import { COMMANDS } from "../src/commands.ts";
import { OPTIONS } from "../src/options.ts";

const EXITS: { readonly [E in keyof typeof EXIT]: string } = {
  success: "success; also a partial success where the workflow says `raiseOnError: false`",
  internal: "a fault of Headwater's own, with a report file that holds no secrets",
  usage: "what was typed, or the configuration, is wrong",
  source: "the source cannot be reached, or refused the sign-in",
  partial: "some listed objects failed (their share is measured against `successThreshold`)",
  empty: "nothing was found where something was expected; nothing is deleted then (`--allow-empty` allows it)",
  held: "a safety limit held something back: deletions (`--max-delete`), or the query that would exceed the `--budget`",
  conflict:
    "something is not as it was: another server than before (`--accept-source`), a run that later ones build on, changes no longer kept",
  busy: "another run holds the service, or the catalog cannot be used",
  interrupted: "interrupted, with a checkpoint: the same command goes on",
};

function commandSection({ name, usage, summary, about = [], examples = [], options }: CommandInfo): string {
  const rows = options.map((option) => {
    const { short, value, help } = OPTIONS[option];
    const forms = `${short === undefined ? "" : `-${short}, `}--${option}${value === undefined ? "" : ` ${value}`}`;
    return `| \`${forms.replaceAll("|", "\\|")}\` | ${help} |`;
  });
  return [
    `### headwater ${name}`,
    "",
    "```",
    ...usage.map((form) => `headwater ${form}`),
    "```",
    "",
    `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`,
    ...about.flatMap((sentence) => ["", sentence]),
    ...(rows.length === 0 ? [] : ["", "| option | what it does |", "|---|---|", ...rows]),
    ...(examples.length === 0 ? [] : ["", "```sh", ...examples.map((example) => `headwater ${example}`), "```"]),
  ].join("\n");
}

const REFERENCE = `# The command line

<!-- Written by packages/cli/test/reference.test.ts from the table of commands; vitest -u writes it anew. -->

## What goes where

* Standard output holds what was asked for, and with \`--json\` nothing but JSON. The catalog's path, progress, notes and
  errors go to standard error.
* The catalog is \`.headwater/catalog.db\`, searched upward from the working folder like git's, unless \`--catalog FILE\` or
  \`HEADWATER_CATALOG\` names another file. Its path is always said.
* Times are local, with their offset from UTC. In JSON they are Unix milliseconds.
* On a terminal a run is shown as one live block; in files, pipes and CI as lines; with \`--quiet\` not at all. Views of one
  stream of events, which \`--events\` writes as JSON lines and the catalog keeps: \`headwater runs show ID\`.
* \`NO_COLOR\`, \`FORCE_COLOR\`, \`TERM=dumb\` and \`COLUMNS\` are respected. What a source says never reaches a terminal raw:
  control characters are shown as escapes.
* \`headwater\` hands over to the project's own \`headwater\` where the nearest package.json resolves to another one.
* Node keeps what it compiles of Headwater in \`~/.cache/headwater/compiled\` (below \`XDG_CACHE_HOME\` where that is set, on Windows below
  \`LOCALAPPDATA\`), so that commands begin sooner. With \`NODE_DISABLE_COMPILE_CACHE=1\` it keeps nothing.

## Exit codes

| exit | meaning |
|---|---|
${Object.entries(EXITS)
  .map(([name, meaning]) => `| ${EXIT[name as keyof typeof EXIT]} | ${meaning} |`)
  .join("\n")}

With several workflow files the exit code is that of the first run that did not end with 0.

## Commands

${COMMANDS.map(commandSection).join("\n\n")}
`;

test("docs/cli.md says what the table of commands says", async () => {
  await expect(REFERENCE).toMatchFileSnapshot("../../../docs/cli.md");
});

/** What makes shells complete commands, options and files: written from the table of commands. */
import type { CommandInfo } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { OPTIONS, type OptionInfo, type OptionName } from "./options.ts";

/** The scripts by the shell they are for, as lines. */
export const COMPLETIONS: { readonly [S in "bash" | "zsh" | "fish"]: () => string[] } = { bash, zsh, fish };

/** Words that stand behind some commands. */
const VERBS: { readonly [command: string]: readonly string[] } = {
  connectors: ["info"],
  runs: ["show"],
  completion: ["bash", "zsh", "fish"],
};

interface Option extends OptionInfo {
  name: OptionName;
}

const optionsOf = ({ options }: CommandInfo): Option[] =>
  [...options, "help" as const].map((name) => ({ name, ...OPTIONS[name] }));

const isFile = ({ value }: OptionInfo): boolean => value?.startsWith("FILE") === true;

const flagsOf = ({ name, short }: Option): string[] => [...(short === undefined ? [] : [`-${short}`]), `--${name}`];

function bash(): string[] {
  const all = Object.entries(OPTIONS).map(([name, info]) => ({ name: name as OptionName, ...(info as OptionInfo) }));
  const valued = all.filter(({ is }) => is !== "flag");
  const cases = (options: readonly Option[]): string => options.flatMap(flagsOf).join("|");
  return [
    "# bash completion for headwater",
    "_headwater() {",
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}",
    "  COMPREPLY=()",
    "  if ((COMP_CWORD == 1)); then",
    `    COMPREPLY=($(compgen -W "${COMMANDS.map(({ name }) => name).join(" ")} help --help --version" -- "$cur"))`,
    "    return",
    "  fi",
    "  case $prev in",
    `    ${cases(valued.filter(isFile))}) compopt -o default; return ;;`,
    `    ${cases(valued.filter((option) => !isFile(option)))}) return ;;`,
    "  esac",
    "  if [[ $cur == -* ]]; then",
    "    local options=",
    "    case $command in",
    ...COMMANDS.map(
      (command) => `      ${command.name}) options="${optionsOf(command).flatMap(flagsOf).join(" ")}" ;;`,
    ),
    "    esac",
    '    COMPREPLY=($(compgen -W "$options" -- "$cur"))',
    "    return",
    "  fi",
    "  local words=",
    "  case $command in",
    `    help) words="${COMMANDS.map(({ name }) => name).join(" ")}" ;;`,
    ...Object.entries(VERBS).map(([command, verbs]) => `    ${command}) words="${verbs.join(" ")}" ;;`),
    "  esac",
    '  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); else compopt -o default; fi',
    "}",
    "complete -F _headwater headwater",
  ];
}

function zsh(): string[] {
  const text = (words: string): string => words.replaceAll("'", "'\\''");
  const description = (words: string): string => text(words.replaceAll(/[[\]\\]/g, "\\$&").replaceAll(":", "\\:"));
  const spec = (option: Option): string => {
    const { is, name, short, value = "", help } = option;
    const flags = short === undefined ? `--${name}` : `'{-${short},--${name}}'`;
    const takes = is === "flag" ? "" : `:${description(value)}:${isFile(option) ? "_files" : ""}`;
    const many = is === "list" ? "*" : short === undefined ? "" : `(-${short} --${name})`;
    return `'${many}${flags}[${description(help)}]${takes}'`;
  };
  return [
    "#compdef headwater",
    "# zsh completion for headwater",
    "_headwater() {",
    "  local -a commands=(",
    ...COMMANDS.map(({ name, summary }) => `    '${name}:${text(summary)}'`),
    "  )",
    "  if (( CURRENT == 2 )); then _describe command commands; return; fi",
    "  local command=$words[2]",
    "  shift words; (( CURRENT-- ))",
    "  case $command in",
    ...COMMANDS.map((command) => {
      const verbs = VERBS[command.name];
      const rest = verbs === undefined ? "'*: :_files'" : `'1: :(${verbs.join(" ")})' '*: : '`;
      return `    ${command.name}) _arguments ${optionsOf(command).map(spec).join(" ")} ${rest} ;;`;
    }),
    "  esac",
    "}",
    'if [[ $funcstack[1] == _headwater ]]; then _headwater "$@"; else compdef _headwater headwater; fi',
  ];
}

function fish(): string[] {
  const quoted = (words: string): string => `'${words.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  return [
    "# fish completion for headwater",
    "complete -c headwater -n __fish_use_subcommand -f",
    ...COMMANDS.map(
      ({ name, summary }) => `complete -c headwater -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...COMMANDS.flatMap((command) => {
      const here = `complete -c headwater -n '__fish_seen_subcommand_from ${command.name}'`;
      const verbs = VERBS[command.name];
      return [
        ...(verbs === undefined ? [] : [`${here} -f -a ${quoted(verbs.join(" "))}`]),
        ...optionsOf(command).map((option) => {
          const { is, name, short, help } = option;
          const takes = is === "flag" ? "" : isFile(option) ? " -r -F" : " -x";
          return `${here}${short === undefined ? "" : ` -s ${short}`} -l ${name}${takes} -d ${quoted(help)}`;
        }),
      ];
    }),
  ];
}

import type { CommandInfo } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { OPTIONS, type OptionName } from "./options.ts";
import type { Look } from "./screen/screen.ts";

/** What `headwater --help` says. */
export function overview({ paint }: Look): string[] {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const groups = [...new Set(COMMANDS.map(({ group }) => group))];
  return [
    "Headwater reads metadata out of data systems into a versioned catalog.",
    "",
    `${paint("bold", "headwater COMMAND")}, and headwater COMMAND --help for more`,
    ...groups.flatMap((group) => [
      "",
      paint("bold", group),
      ...COMMANDS.filter((command) => command.group === group).map(
        ({ name, summary }) => `  ${paint("cyan", name)}${" ".repeat(width - name.length)}  ${summary}`,
      ),
    ]),
    "",
    "headwater --version says which one this is.",
  ];
}

/** What `headwater COMMAND --help` says. */
export function commandHelp(command: CommandInfo, { paint }: Look): string[] {
  const options: OptionName[] = [...command.options, "help"];
  const left = (name: OptionName): string => {
    const { short, value } = OPTIONS[name];
    return `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
  };
  const width = Math.max(...options.map((name) => left(name).length));
  return [
    ...command.usage.map((usage) => paint("bold", `headwater ${usage}`)),
    "",
    `${command.summary.slice(0, 1).toUpperCase()}${command.summary.slice(1)}.`,
    ...(command.about ?? []),
    "",
    ...options.map(
      (name) => `  ${paint("cyan", left(name))}${" ".repeat(width - left(name).length)}  ${OPTIONS[name].help}`,
    ),
    ...(command.examples === undefined
      ? []
      : ["", "For example:", ...command.examples.map((example) => `  headwater ${example}`)]),
  ];
}

import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import type { CommandInfo } from "./command.ts";
import { type Flag, OPTIONS, type OptionName, type Repeated, type Valued } from "./options.ts";

/** The words and options of one call, as typed. */
export class Arguments {
  /** What stands beside the options. */
  readonly words: readonly string[];
  readonly #command: CommandInfo;
  readonly #values: { readonly [option: string]: unknown };

  constructor(command: CommandInfo, words: readonly string[], values: { readonly [option: string]: unknown }) {
    this.#command = command;
    this.words = words;
    this.#values = values;
  }

  flag(option: Flag): boolean {
    return this.#get(option) === true;
  }

  value(option: Valued): string | undefined {
    return this.#get(option) as string | undefined;
  }

  list(option: Repeated): readonly string[] {
    return (this.#get(option) as string[] | undefined) ?? [];
  }

  /** Whether an option was typed, whatever it takes. */
  isGiven(option: OptionName): boolean {
    return this.#get(option) !== undefined;
  }

  #get(option: OptionName): unknown {
    if (option !== "help" && !this.#command.options.includes(option))
      throw new Error(`The command ${this.#command.name} asks for --${option}, which its entry does not list.`);
    return this.#values[option];
  }
}

/** What is wrong with what was typed. */
export interface Misuse {
  message: string;
  /** A word that is not known, and those that would have been. */
  unknown?: { word: string; known: readonly string[] };
  hint?: string;
}

/** Reads the words behind a command's name. */
export function parseArguments(command: CommandInfo, argv: readonly string[]): Arguments | Misuse {
  const names: OptionName[] = [...command.options, "help"];
  const config: ParseArgsOptionsConfig = {};
  for (const name of names) {
    const { is, short } = OPTIONS[name];
    config[name] = {
      type: is === "flag" ? "boolean" : "string",
      multiple: is === "list",
      ...(short === undefined ? {} : { short }),
    };
  }
  // Its own refusals are worded for programmers: the tokens say everything that is needed for better ones.
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const info = names.includes(token.name as OptionName) ? OPTIONS[token.name as OptionName] : undefined;
    if (info === undefined)
      return {
        message: `${command.name} has no option ${token.rawName}.`,
        unknown: { word: token.rawName, known: names.map((name) => `--${name}`) },
      };
    if (info.is === "flag" && token.value !== undefined) return { message: `${token.rawName} takes no value.` };
    if (info.is !== "flag" && !hasValue(token))
      return { message: `${token.rawName} needs a value: ${token.rawName} ${info.value ?? ""}` };
  }
  if (values["help"] !== true) {
    const [least, most] = command.words;
    if (positionals.length < least)
      return { message: `Something is missing: headwater ${command.usage.join(" or headwater ")}` };
    if (positionals.length > most)
      return {
        message: `"${positionals[most] ?? ""}" is one word too many: headwater ${command.usage.join(" or headwater ")}`,
        hint: "A value with blanks needs quotes.",
      };
  }
  return new Arguments(command, positionals, values);
}

/** A value that looks like an option was more likely forgotten than meant, unless it is tied on with `=`; so was an empty one. */
function hasValue(token: { value: string | undefined; inlineValue: boolean | undefined }): boolean {
  const { value, inlineValue } = token;
  if (value === undefined || value === "") return false;
  return inlineValue === true || value === "-" || !value.startsWith("-");
}

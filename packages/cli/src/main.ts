/** What `headwater` does first: finds the command, loads it, runs it, and ends with its exit code. */
import { Arguments, type Misuse, parseArguments } from "./arguments.ts";
import type { Call } from "./call.ts";
import { COMMANDS } from "./commands.ts";
import { watchOutputs } from "./outputs.ts";
import { commandHelp, overview } from "./help.ts";
import { useProxies } from "./run/proxy.ts";
import { openScreen, type Screen } from "./screen/screen.ts";
import { restartWithFlags } from "./v8-flags.ts";
import { VERSION } from "./version.ts";

const USAGE = 2;

/** Runs `headwater` with the words behind its name, and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  watchOutputs();
  silenceSqliteWarning();
  const crash = async (error: unknown): Promise<void> => end(await fail(error, argv, openScreen(process.stderr)));
  process.on("uncaughtException", crash).on("unhandledRejection", crash);
  end(await headwater(argv, process.stdout, process.stderr, restartWithFlags));
}

/**
 * Runs `headwater` with the words behind its name on two streams. Returns its exit code, whatever goes wrong. A command that
 * streams rows is told to `beforeStreaming`.
 */
export async function headwater(
  argv: readonly string[],
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  beforeStreaming: () => void = () => undefined,
): Promise<number> {
  const [out, err] = [openScreen(stdout), openScreen(stderr)];
  try {
    return await run(argv, out, err, beforeStreaming);
  } catch (error) {
    return fail(error, argv, err);
  }
}

/** The first releases of Node 24 call their SQLite experimental, which nobody who runs a command can do anything about. */
function silenceSqliteWarning(): void {
  const warn = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]): void => {
    if (!String(args[0]).startsWith("SQLite is an experimental feature")) warn(...args);
  };
}

async function run(argv: readonly string[], out: Screen, err: Screen, beforeStreaming: () => void): Promise<number> {
  const [first, ...rest] = argv;
  if (first === "--version" || first === "-V") {
    out.print(VERSION);
    return 0;
  }
  const asked = first === "help" ? rest[0] : first;
  if (asked === undefined || asked === "--help" || asked === "-h") {
    out.print(...overview(out));
    return 0;
  }
  const command = COMMANDS.find(({ name }) => name === asked);
  if (command === undefined) return misuse(unknownCommand(asked), err);
  if (first === "help") {
    out.print(...commandHelp(command, out));
    return 0;
  }
  const args = parseArguments(command, rest);
  if (!(args instanceof Arguments)) return misuse(args, err);
  if (args.flag("help")) {
    out.print(...commandHelp(command, out));
    return 0;
  }
  if (command.streams === true) beforeStreaming();
  if (command.group === "Read sources") await useProxies();
  const call: Call = { args, out, err };
  return (await command.load()).run(call);
}

function unknownCommand(word: string): Misuse {
  if (word.startsWith("-"))
    return {
      message: `The command comes first, and ${word} is an option.`,
      hint: "headwater --help lists the commands.",
    };
  return {
    message: `There is no command ${word}.`,
    unknown: { word, known: COMMANDS.map(({ name }) => name) },
    hint: "headwater --help lists the commands.",
  };
}

async function misuse(problem: Misuse, err: Screen): Promise<number> {
  const { explainMisuse } = await import("./failure.ts");
  err.print(...explainMisuse(problem, err));
  return USAGE;
}

async function fail(error: unknown, argv: readonly string[], err: Screen): Promise<number> {
  const { explainFailure } = await import("./failure.ts");
  return explainFailure(error, argv, err);
}

/** Ends when everything printed has arrived; a connector that left something open does not keep the process alive. */
function end(code: number): void {
  process.exitCode ??= code;
  // What could not be written is told a moment after it was tried.
  process.stdout.write("", () => process.stderr.write("", () => setImmediate(() => process.exit())));
}

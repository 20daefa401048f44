import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, styleText } from "node:util";

/** Prints a sentence of the story. */
export function say(text: string): void {
  console.log(styleText("cyan", text));
}

/** The root of the repository, which commands are run in. */
export const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Shows a command as a person would type it, runs it and lets its output through. Throws when it does not end with 0, and
 * when `signal` ends it.
 */
export async function headwater(
  args: readonly string[],
  options: { env: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<void> {
  options.signal.throwIfAborted();
  console.log(`\n${styleText("bold", `$ npx headwater ${args.map(shellWord).join(" ")}`)}`);
  const child = spawn(process.execPath, [bin(), ...args], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...options.env },
  });
  // On a terminal Ctrl-C reaches the child as well; a signal sent to this process alone does not.
  const stop = (): void => void child.kill("SIGINT");
  options.signal.addEventListener("abort", stop);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
  options.signal.removeEventListener("abort", stop);
  options.signal.throwIfAborted();
  if (code !== 0) throw new Error(`npx headwater ${args[0]} ended with ${code}.`);
}

/** Runs a command without showing it. Returns what it printed; throws when it does not end with 0. */
export async function callHeadwater(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [bin(), ...args], { cwd: ROOT, maxBuffer: 2 ** 28 });
  return stdout;
}

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function bin(): string {
  const file = fileURLToPath(import.meta.resolve("headwater/package.json"));
  const { bin: bins } = JSON.parse(readFileSync(file, "utf8")) as { bin: { headwater: string } };
  return join(dirname(file), bins.headwater);
}

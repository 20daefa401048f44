import { createInterface } from "node:readline/promises";
import { HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";
import { safe } from "../screen/safe-text.ts";

/**
 * Asks a second time before something that cannot be undone: the name has to be typed again, at the terminal or with
 * `--yes`. Throws a `HeadwaterError` (`usage`) for anything else.
 */
export async function confirmName({ args, err }: Call, name: string, what: string): Promise<void> {
  const said = args.value("yes") ?? (await ask(name, what, err.stream));
  if (said === name) return;
  throw new HeadwaterError(
    "usage",
    said === "" ? "Nothing was changed." : `That is not ${name}; nothing was changed.`,
    {
      hint: `Type the name exactly: ${name}`,
    },
  );
}

async function ask(name: string, what: string, stream: NodeJS.WriteStream): Promise<string> {
  if (!process.stdin.isTTY || !stream.isTTY)
    throw new HeadwaterError("usage", `${what} Nobody can be asked here whether that is meant.`, {
      hint: `Say it twice: add --yes ${name}`,
    });
  const terminal = createInterface({ input: process.stdin, output: stream });
  const leaving = new AbortController();
  terminal.on("SIGINT", () => leaving.abort());
  terminal.on("close", () => leaving.abort());
  try {
    return await terminal.question(`${safe(what)}\nType the name again to go on: `, { signal: leaving.signal });
  } catch (error) {
    // Ctrl-C and Ctrl-D mean no.
    if ((error as Error).name !== "AbortError") throw error;
    stream.write("\n");
    return "";
  } finally {
    terminal.close();
  }
}

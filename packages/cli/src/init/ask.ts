import { createInterface } from "node:readline/promises";
import { HeadwaterError } from "@headwater/core";
import { safe } from "../screen/safe-text.ts";
import type { Screen } from "../screen/screen.ts";

/** Asks the person at the terminal one line. */
export interface Asker {
  /**
   * The answer, or `fallback` where nothing was typed. `check` says what is wrong with an answer, and then it is asked again.
   * Throws a `HeadwaterError` (`interrupted`) at Ctrl-C and Ctrl-D.
   */
  ask: (question: string, fallback?: string, check?: (answer: string) => string | null) => Promise<string>;
}

/** Someone to ask. Throws a `HeadwaterError` (`usage`) where nobody is at a terminal. */
export function openAsker(screen: Screen): Asker {
  const { stream, paint } = screen;
  if (!process.stdin.isTTY || !stream.isTTY)
    throw new HeadwaterError("usage", "headwater init asks questions, and nobody can be asked here.", {
      hint: "Run it at a terminal, or write the workflow file by hand: headwater validate -c FILE says what is wrong with it.",
    });
  return {
    ask: async (question, fallback = "", check = () => null) => {
      for (;;) {
        const shown = `${safe(question)}${fallback === "" ? "" : ` ${paint("dim", `(${safe(fallback)})`)}`}: `;
        const answer = (await oneLine(shown, stream)).trim() || fallback;
        const wrong = check(answer);
        if (wrong === null) return answer;
        screen.print(`  ${paint("yellow", safe(wrong))}`);
      }
    },
  };
}

async function oneLine(question: string, output: NodeJS.WriteStream): Promise<string> {
  // One for each question: a secret in between is read by other means.
  const terminal = createInterface({ input: process.stdin, output });
  const leaving = new AbortController();
  terminal.on("SIGINT", () => leaving.abort());
  terminal.on("close", () => leaving.abort());
  try {
    return await terminal.question(question, { signal: leaving.signal });
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    output.write("\n");
    throw new HeadwaterError("interrupted", "Nothing was written.");
  } finally {
    terminal.close();
  }
}

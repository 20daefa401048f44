import { Secret } from "@headwater/core";
import { remember } from "../redact.ts";
import { safe } from "../screen/safe-text.ts";

/** Asks for secrets at the terminal, each question once. */
export type Ask = (question: string) => Promise<Secret | null>;

/** A way to ask the person at the terminal, without showing what is typed; `undefined` where there is none. */
export function secretAsker(around: { pause(): void; resume(): void }, signal: AbortSignal): Ask | undefined {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  const answers = new Map<string, Promise<Secret | null>>();
  // Several sessions may want the same password at the same time, and questions take turns.
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    const asked = answers.get(question);
    if (asked !== undefined) return asked;
    const answer = last.then(async () => {
      around.pause();
      try {
        return await readHidden(question, stdin, stderr, signal);
      } finally {
        around.resume();
      }
    });
    last = answer;
    answers.set(question, answer);
    return answer;
  };
}

const ENTER = new Set(["\r", "\n"]);
const BACKSPACE = new Set(["\b", "\u007f"]);
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_U = "\u0015";

function readHidden(
  question: string,
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<Secret | null> {
  return new Promise((resolve) => {
    let typed: string[] = [];
    const done = (answer: Secret | null): void => {
      stdin.off("data", onData);
      signal.removeEventListener("abort", onAbort);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      resolve(answer);
    };
    const onAbort = (): void => done(null);
    const onData = (data: string): void => {
      for (const key of data) {
        if (ENTER.has(key)) {
          const text = typed.join("");
          remember(text);
          return done(new Secret(text));
        }
        // In raw mode the terminal makes no signal of it.
        if (key === CTRL_C) return void process.emit("SIGINT");
        if (key === CTRL_D) return done(null);
        if (key === CTRL_U) typed = [];
        else if (BACKSPACE.has(key)) typed.pop();
        else typed.push(key);
      }
    };
    signal.addEventListener("abort", onAbort, { once: true });
    // Before the question: what is typed the moment it appears must not be shown either.
    stdin.setRawMode(true);
    stderr.write(`${safe(question)} `);
    stdin.setEncoding("utf8");
    stdin.on("data", onData);
    stdin.resume();
  });
}

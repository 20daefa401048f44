import { spawn, spawnSync } from "node:child_process";
import type { Project } from "@headwater/test-project";
import { BIN } from "./headwater.ts";

/** Why no terminal can be had here; `null` where one can. */
export const noTerminal: string | null =
  process.platform !== "linux"
    ? "the terminal of util-linux's script is wanted"
    : spawnSync("script", ["--version"]).status === 0
      ? null
      : "util-linux's script is not installed";

/** A call of the built `headwater` on a terminal of its own. */
export interface Terminal {
  /** Resolves with everything shown so far once it has this text. */
  shows(text: string): Promise<string>;
  type(keys: string): void;
  /** Everything that was shown, and the exit code. */
  ended: Promise<{ code: number | null; shown: string }>;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Starts `headwater` on a terminal of so many columns and rows. */
export function onTerminal(
  project: Project,
  args: readonly string[],
  columns: number = 80,
  rows: number = 24,
): Terminal {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const command = [process.execPath, BIN, ...args].map(quoted).join(" ");
  const child = spawn(
    "script",
    ["--quiet", "--return", "--command", `stty rows ${rows} cols ${columns}; exec ${command}`, "/dev/null"],
    {
      cwd: project.folder,
      env: { PATH, NODE_COMPILE_CACHE, HOME: project.folder, TERM: "xterm-256color", ...project.env },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  let shown = "";
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    for (const check of waiting) check();
  });
  const ended = new Promise<{ code: number | null; shown: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, shown }));
  });
  return {
    ended,
    type: (keys) => void child.stdin.write(keys),
    shows: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!shown.includes(text)) return;
          waiting.delete(check);
          resolve(shown);
        };
        waiting.add(check);
        check();
        void ended.then(({ code }) => reject(new Error(`It ended with ${code} before it showed "${text}":\n${shown}`)));
      }),
  };
}

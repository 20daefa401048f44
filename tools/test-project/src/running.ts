import type { ChildProcess } from "node:child_process";
import type { Ran } from "./ran.ts";

/** A call of `headwater` under way in a process of its own. */
export interface Running {
  child: ChildProcess;
  /** Resolves when standard error or output has this text; rejects when it ends without. */
  said(text: string): Promise<void>;
  ended: Promise<Ran>;
}

/** Collects what a process says. */
export function watch(child: ChildProcess): Running {
  const ran: Ran = { code: null, stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      ran[stream] += text;
      for (const check of waiting) check();
    });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ran, code }));
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!ran.stderr.includes(text) && !ran.stdout.includes(text)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      const tooLate = (all: Ran): void =>
        reject(new Error(`It ended with ${all.code} before it said "${text}":\n${all.stderr}${all.stdout}`));
      ended.then(tooLate, reject);
    });
  return { child, ended, said };
}

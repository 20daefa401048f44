import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./temporary-folder.ts";

/** What one run of a Node program cost, from its start to its end. */
export interface Cost {
  /** Wall time in milliseconds. */
  ms: number;
  /** User and system time of the process, and of Node processes it started, in milliseconds. */
  cpuMs: number;
  /** Peak resident memory in MB (2^20 bytes); of several processes, the sum of their peaks. */
  rssMb: number;
}

const REPORT_USAGE = fileURLToPath(new URL("report-usage.cjs", import.meta.url));

/**
 * Runs a JavaScript file in a Node process of its own and measures it. Throws with its output when it does not end with
 * `exitCode` 0.
 */
export async function measure(
  script: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; cwd?: string; nodeOptions?: string } = {},
): Promise<Cost> {
  const usageFile = join(temporaryFolder(), "usage.jsonl");
  rmSync(usageFile, { force: true });
  const began = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...options.env,
      // Not an argument, so that processes the program starts report too.
      NODE_OPTIONS: `--require=${JSON.stringify(REPORT_USAGE)} ${options.nodeOptions ?? ""}`,
      HEADWATER_BENCH_USAGE: usageFile,
    },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-10_000)));
  const code = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit, signal) => resolve(exit ?? signal));
  });
  const ms = performance.now() - began;
  if (code !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${code}:\n${said}`);
  const processes = readFileSync(usageFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { cpuMs: number; rssKb: number });
  const sum = (of: (process: { cpuMs: number; rssKb: number }) => number): number =>
    processes.reduce((total, process) => total + of(process), 0);
  return { ms, cpuMs: sum((process) => process.cpuMs), rssMb: sum((process) => process.rssKb) / 1_024 };
}

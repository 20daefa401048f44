import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const packageFolder = (name: string): string => dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)));

/** The bin as it is committed; it runs what was built. */
const BIN = join(packageFolder("headwater"), "bin", "headwater.js");
const CONNECTOR = "@headwater/connector-postgres";

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** What a call of the built `headwater` gave. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A call of the built `headwater` under way. */
export interface Running {
  child: ChildProcess;
  /** Resolves when standard error or output has this text. */
  said(text: string): Promise<void>;
  ended: Promise<Ran>;
}

/** A person's project: a folder of its own with the PostgreSQL connector among its dependencies. It is gone after the test file. */
export class Project {
  readonly folder: string;
  /** Variables beside the few that every process here has. */
  env: NodeJS.ProcessEnv = {};

  constructor(options: { connector?: boolean } = {}) {
    const connector = options.connector ?? true;
    this.folder = mkdtempSync(join(tmpdir(), "headwater-e2e-"));
    made.push(this.folder);
    const dependencies = connector ? { [CONNECTOR]: "*" } : {};
    this.write("package.json", JSON.stringify({ name: "project", private: true, dependencies }));
    if (!connector) return;
    mkdirSync(this.path("node_modules", "@headwater"), { recursive: true });
    symlinkSync(packageFolder(CONNECTOR), this.path("node_modules", CONNECTOR), "dir");
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string): string {
    const file = this.path(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** Where the command keeps the catalog unless told otherwise. */
  get catalog(): string {
    return this.path(".headwater", "catalog.db");
  }

  /** Runs the built `headwater` here. */
  async run(...args: string[]): Promise<Ran> {
    return this.start(...args).ended;
  }

  /** Runs it, and throws with everything it said unless it ends with 0. Returns standard output. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`headwater ${args[0] ?? ""} ended with ${code}:\n${stderr}${stdout}`);
    return stdout;
  }

  /** Starts the built `headwater` here. */
  start(...args: string[]): Running {
    const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, TMPDIR, NODE_COMPILE_CACHE, HOME: this.folder, ...this.env };
    return watch(spawn(process.execPath, [BIN, ...args], { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] }));
  }
}

function watch(child: ChildProcess): Running {
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

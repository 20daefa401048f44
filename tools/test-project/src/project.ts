import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { callWithin } from "./call.ts";
import type { Ran } from "./ran.ts";
import { type Running, watch } from "./running.ts";

/** Connectors a project depends on: names of packages, and the folders they are in. */
export type Connectors = Readonly<Record<string, string>>;

/** What every call has, whatever the environment of the call under way is. */
const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env;

const made: string[] = [];

/** Removes every project made so far. */
export function removeProjects(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A person's project: a folder of its own with connectors among its dependencies. It is gone after the test file. */
export class Project {
  readonly folder: string;
  /** Variables beside the few that every call here has. */
  env: NodeJS.ProcessEnv = {};
  readonly #command: string;

  /** `command` is the folder of the package `headwater`. */
  constructor(command: string, connectors: Connectors) {
    this.#command = command;
    this.folder = mkdtempSync(join(tmpdir(), "headwater-project-"));
    made.push(this.folder);
    this.install(connectors);
  }

  /** Makes these connectors, and no others, the project's dependencies. */
  install(connectors: Connectors): void {
    const dependencies = Object.fromEntries(Object.keys(connectors).map((name) => [name, "*"]));
    this.write("package.json", JSON.stringify({ name: "project", private: true, dependencies }));
    rmSync(this.path("node_modules"), { recursive: true, force: true });
    for (const [name, folder] of Object.entries(connectors)) {
      const link = this.path("node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(folder, link, "dir");
    }
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

  /** Runs the built `headwater` here, within this process: what is asked of it is what it prints, writes and ends with. */
  run(...args: string[]): Promise<Ran> {
    return callWithin(this.#command, this.folder, this.#environment, args);
  }

  /** Runs it, and throws with everything it said unless it ends with 0. Returns standard output. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`headwater ${args[0] ?? ""} ended with ${code}:\n${stderr}${stdout}`);
    return stdout;
  }

  /** Starts it here in a process of its own: to be watched, to be killed, beside others, or where nothing of earlier calls may matter. */
  start(...args: string[]): Running {
    const words = [join(this.#command, "bin", "headwater.js"), ...args];
    const child = spawn(process.execPath, words, {
      cwd: this.folder,
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return watch(child);
  }

  get #environment(): NodeJS.ProcessEnv {
    return { PATH, TMPDIR, NODE_COMPILE_CACHE, HOME: this.folder, TZ: "Asia/Kolkata", ...this.env };
  }
}

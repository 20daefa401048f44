import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase } from "@headwater/catalog";
import type { RunOptions } from "@headwater/core";
import type { MemorySource } from "@headwater/testkit";
import { afterAll } from "vitest";
import { fill } from "./sample-shop.ts";

const here = dirname(fileURLToPath(import.meta.url));
/** The bin as it is committed; it runs what was built. */
export const BIN: string = join(here, "..", "bin", "headwater.js");
const SHELF = join(here, "fixtures", "connector-shelf");

const QUERY_LOG = join(here, "../../../connectors/query-log");

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

/** A project of its own: a folder with a package.json that names the shelf connector. It is gone when the tests of a file are over. */
export class Project {
  readonly folder: string;
  env: NodeJS.ProcessEnv = {};

  constructor({ connector = true }: { connector?: boolean } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "headwater-cli-"));
    made.push(this.folder);
    const dependencies = connector ? { "headwater-connector-shelf": "*" } : {};
    this.write("package.json", JSON.stringify({ name: "project", private: true, dependencies }));
    if (!connector) return;
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(SHELF, join(this.folder, "node_modules", "headwater-connector-shelf"), "dir");
  }

  /** Installs the connector for query logs in files. */
  linkQueryLog(): void {
    const folder = this.path("node_modules", "@headwater");
    mkdirSync(folder, { recursive: true });
    symlinkSync(QUERY_LOG, join(folder, "connector-query-log"), "dir");
    const dependencies = { "headwater-connector-shelf": "*", "@headwater/connector-query-log": "*" };
    this.write("package.json", JSON.stringify({ name: "project", private: true, dependencies }));
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

  get catalog(): string {
    return this.path(".headwater", "catalog.db");
  }

  /** Fills the catalog as a run would. */
  async fill(source: MemorySource, options: Partial<RunOptions> = {}): Promise<void> {
    const db = openDatabase(this.catalog);
    try {
      await fill(db, source, options);
    } finally {
      db.close();
    }
  }

  /** Writes a source as the shelf connector reads it. */
  shelf(source: MemorySource, more: object = {}, name: string = "shelf.json"): string {
    const nodes = ["database", "databaseSchema", "table", "storedProcedure"] as const;
    const objects = nodes.flatMap((node) => source.objects(node).map((object) => ({ node, ...object })));
    return this.write(name, JSON.stringify({ objects, ...more }));
  }

  /** A workflow file that reads the shelf as the service `shop`. */
  workflow(
    name: string = "shop.yaml",
    connection: string = `file: ${this.path("shelf.json")}`,
    more: string = "",
  ): string {
    return this.write(
      name,
      `source:
  type: shelf
  serviceName: shop
  serviceConnection:
    config:
      type: Shelf
      ${connection.replaceAll("\n", "\n      ")}
  sourceConfig:
    config:
      type: DatabaseMetadata
${more}`,
    );
  }

  /** Runs the built `headwater` here. */
  async run(...args: string[]): Promise<Ran> {
    return this.start(...args).ended;
  }

  /** Starts the built `headwater` here. */
  start(...args: string[]): Running {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: this.folder,
      env: {
        PATH: process.env["PATH"],
        HOME: this.folder,
        TMPDIR: process.env["TMPDIR"],
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        TZ: "Asia/Kolkata",
        ...this.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return watch(child);
  }
}

function watch(child: ChildProcess): Running {
  const ran: Ran = { code: null, stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const check of waiting) check();
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    ran.stdout += text;
    tell();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    ran.stderr += text;
    tell();
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ran, code }));
  });
  return {
    child,
    ended,
    said: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!ran.stderr.includes(text) && !ran.stdout.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void ended.then((all) =>
          reject(new Error(`It ended with ${all.code} before it said "${text}":\n${all.stderr}`)),
        );
      }),
  };
}

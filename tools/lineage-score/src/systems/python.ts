import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Answer, comparable } from "../answer.ts";

export type PythonSystem = "sqlglot" | "sqllineage" | "openlineage";

/** Versions the figures were measured with. */
const REQUIREMENTS = ["sqlglot==30.30.0", "sqllineage==1.5.9", "openlineage-sql==1.54.0"];

export interface PythonOracles {
  readonly python: string;
  readonly versions: Readonly<Partial<Record<PythonSystem, string>>>;
}

export interface Question {
  readonly system: PythonSystem;
  readonly dialect: string;
  readonly sql: string;
}

const SCRIPT = fileURLToPath(new URL("../../python/oracles.py", import.meta.url));

/** The folder for what is fetched or remembered between runs; never inside the checkout. */
export function cacheFolder(): string {
  const base =
    process.env["XDG_CACHE_HOME"] ??
    (process.platform === "win32"
      ? (process.env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"))
      : join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache"));
  return join(base, "headwater");
}

/** Finds a Python with the libraries, making one in the cache folder if that is possible; else says why not. */
export async function findPython(): Promise<PythonOracles | { readonly missing: string }> {
  const venv = join(cacheFolder(), "lineage-oracles-python");
  const own = join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (!existsSync(own)) {
    const system = ["python3", "python"].find(
      (name) => spawnSync(name, ["-c", "import venv, ensurepip"], { stdio: "ignore" }).status === 0,
    );
    if (system === undefined) return { missing: "no Python 3 with venv on the PATH" };
    console.error(`Making a Python environment for the oracles in ${venv} …`);
    const made = spawnSync(system, ["-m", "venv", venv], { encoding: "utf8" });
    if (made.status !== 0) return { missing: `python -m venv failed: ${made.stderr.trim().split("\n").at(-1) ?? ""}` };
  }
  let versions = await versionsOf(own);
  if (Object.keys(versions).length < REQUIREMENTS.length) {
    const installed = spawnSync(
      own,
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS],
      { encoding: "utf8" },
    );
    if (installed.status !== 0)
      console.error(`pip could not install every oracle: ${installed.stderr.trim().split("\n").at(-1) ?? ""}`);
    versions = await versionsOf(own);
  }
  if (Object.keys(versions).length === 0) return { missing: `none of ${REQUIREMENTS.join(", ")} could be installed` };
  return { python: own, versions };
}

async function versionsOf(python: string): Promise<PythonOracles["versions"]> {
  const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end();
  for await (const line of createInterface({ input: child.stdout })) {
    const first: { versions: PythonOracles["versions"] } = JSON.parse(line);
    return first.versions;
  }
  return {};
}

/** Asks questions of the Python libraries, on `processes` processes; `receive` gets what each is answered. */
export async function askPython(
  oracles: PythonOracles,
  questions: readonly Question[],
  processes: number,
  receive: (index: number, message: PythonMessage) => void,
): Promise<void> {
  const answered = new Set<number>();
  let next = 0;
  await Promise.all(
    Array.from({ length: processes }, async () => {
      while (next < questions.length) {
        // A library that takes the whole process down costs one statement, not the rest.
        const child = spawn(oracles.python, [SCRIPT], { stdio: ["pipe", "pipe", "ignore"] });
        child.stdin.on("error", () => undefined);
        let current = -1;
        const ask = (): void => {
          current = next < questions.length ? next++ : -1;
          if (current < 0) child.stdin.end();
          else child.stdin.write(`${JSON.stringify({ id: current, ...questions[current] })}\n`);
        };
        for await (const line of createInterface({ input: child.stdout })) {
          const message: { versions: unknown } | (PythonMessage & { id: number }) = JSON.parse(line);
          if (!("versions" in message)) {
            answered.add(message.id);
            receive(message.id, message);
          }
          ask();
        }
        if (current >= 0 && !answered.has(current)) receive(current, { error: "it took its process down", seconds: 0 });
      }
    }),
  );
}

/** What the script writes for a question. */
export type PythonMessage =
  | { readonly error: string; readonly seconds: number }
  | {
      readonly seconds: number;
      readonly sources: readonly (readonly string[])[];
      readonly targets: readonly (readonly string[])[];
      readonly columns:
        | readonly (readonly [readonly string[] | null, string, readonly string[] | null, string])[]
        | null;
    };

export function fromPython(message: PythonMessage): Answer | { error: string } {
  if ("error" in message) return { error: message.error };
  return comparable({
    sources: message.sources,
    targets: message.targets,
    columns:
      message.columns?.map(([source, column, target, targetColumn]) => ({ source, column, target, targetColumn })) ??
      null,
    sure: message.columns?.every(([source]) => source !== null) ?? true,
  });
}

import { join } from "node:path";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { Ran } from "./ran.ts";

/** What the built command exports beside its start. */
interface Built {
  headwater(argv: readonly string[], stdout: Writable, stderr: Writable): Promise<number>;
}

/** One after the other: folder and environment belong to the whole process. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Calls the built `headwater` of a package folder within this process, in another folder and with another environment. It does
 * what a process would, but for what is the process's own: signals, terminals, pipes, and memory of earlier calls.
 */
export function callWithin(
  command: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<Ran> {
  const ran = last.then(() => call(command, folder, env, args));
  last = ran.catch(() => undefined);
  return ran;
}

async function call(command: string, folder: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ran> {
  const built = (await import(pathToFileURL(join(command, "dist", "main.mjs")).href)) as Built;
  const [stdout, stderr] = [new Collected(), new Collected()];
  const before = { folder: process.cwd(), env: { ...process.env } };
  process.chdir(folder);
  setEnvironment(env);
  try {
    const code = await built.headwater(args, stdout, stderr);
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    setEnvironment(before.env);
    process.chdir(before.folder);
  }
}

function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}

/** A stream that keeps what is written to it. */
class Collected extends Writable {
  text = "";

  constructor() {
    super({ decodeStrings: false });
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    done();
  }
}

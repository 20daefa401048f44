import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { findCatalog } from "@headwater/catalog";
import { redact } from "./redact.ts";
import { safeJson } from "./screen/safe-text.ts";
import { VERSION } from "./version.ts";

/** Writes down what nobody foresaw, without secrets. Returns the file, or `null` where nothing can be written. */
export function writeCrashReport(error: unknown, argv: readonly string[]): string | null {
  const report = {
    headwater: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    at: new Date().toISOString(),
    // Values may be anything, a description or a password: which command and which options is enough.
    command: argv.map((word, at) => (at === 0 || word.startsWith("-") ? (word.split("=")[0] ?? "") : "…")),
    error: errorChain(error),
  };
  const text = redact(safeJson(report, 2));
  const name = `crash-${report.at.replaceAll(/[:.]/g, "-")}.json`;
  for (const folder of [beside, fresh]) {
    try {
      const file = join(folder(), name);
      writeFileSync(file, `${text}\n`, { mode: 0o600, flag: "wx" });
      return file;
    } catch (cause) {
      // A folder that cannot be written to: the next one may do.
      if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    }
  }
  return null;
}

/** The folder of the nearest catalog. */
function beside(): string {
  const folder = dirname(findCatalog(process.cwd(), undefined, process.env["HEADWATER_CATALOG"]));
  return existsSync(folder) ? folder : fresh();
}

const fresh = (): string => mkdtempSync(join(tmpdir(), "headwater-"));

const DEEPEST = 5;

interface Link {
  name: string;
  message: string;
  code?: string;
  stack: string[];
}

/** The error and what caused it: names, messages and places, none of the values an error may carry. */
function errorChain(error: unknown): Link[] {
  const chain: Link[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && chain.length < DEEPEST; at = at.cause) {
    if (!(at instanceof Error)) {
      chain.push({ name: typeof at, message: inspect(at, { depth: 1 }).slice(0, 200), stack: [] });
      break;
    }
    const { code } = at as NodeJS.ErrnoException;
    const stack = (at.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    chain.push({
      name: at.name,
      message: at.message,
      ...(typeof code === "string" ? { code } : {}),
      stack: stack.map((line) => line.trim()),
    });
  }
  return chain;
}

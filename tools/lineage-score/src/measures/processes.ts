import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Data, dialectFor } from "../data.ts";
import { READ_KINDS } from "./read.ts";

export interface Speed {
  /** Statements a second, warm, one thread. */
  readonly perSecond: number;
  /** The same for the spike, in turns with the engine. */
  readonly spikePerSecond: number;
  /** The engine's statements for one of the spike's. */
  readonly toSpike: number;
  /** Of single statements, warm, in milliseconds. */
  readonly p99: number;
}

/** A statement to be timed: under the engine's name of its dialect, and under the data's. */
export interface Timed {
  readonly sql: string;
  readonly dialect: string;
  readonly name: string;
}

/** The statements that are timed: everything that moves rows, and the TPC queries. */
export function timed(data: Data): Timed[] {
  return [...data.statements.filter(({ kind }) => READ_KINDS.has(kind)), ...data.tpc].map(({ sql, dialect }) => ({
    sql,
    dialect: dialectFor(dialect).name,
    name: dialect,
  }));
}

/** Times the engine and the spike in a process that does nothing else. */
export function measureSpeed(statements: readonly Timed[], rounds: number): Speed {
  const speed: Speed = JSON.parse(run("speed.mjs", [String(rounds)], statements));
  return speed;
}

/** The most memory a process held that read the statements, in MB. */
export function measureMemory(statements: readonly Timed[]): number {
  return Number(run("memory.mjs", [], statements));
}

function run(script: string, parameters: readonly string[], statements: readonly Timed[]): string {
  const result = spawnSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...parameters], {
    encoding: "utf8",
    input: JSON.stringify(statements),
  });
  if (result.status !== 0) throw new Error(`${script} failed: ${result.stderr}`);
  return result.stdout.trim();
}

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./python.ts";

/**
 * What systems that take long answered, as they said it, kept between runs in the cache folder: one file for each system and
 * version, a line for each question.
 */
export class Memory<T> {
  private readonly file: string;
  private readonly answers = new Map<string, T>();

  constructor(system: string, version: string) {
    const folder = join(cacheFolder(), "lineage-oracles");
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, `${system}-${version}.jsonl`);
    if (!existsSync(this.file)) return;
    for (const line of readFileSync(this.file, "utf8").split("\n")) {
      if (line === "") continue;
      const { key, answer }: { key: string; answer: T } = JSON.parse(line);
      this.answers.set(key, answer);
    }
  }

  get(dialect: string, sql: string): T | undefined {
    return this.answers.get(keyOf(dialect, sql));
  }

  set(dialect: string, sql: string, answer: T): void {
    const key = keyOf(dialect, sql);
    this.answers.set(key, answer);
    appendFileSync(this.file, `${JSON.stringify({ key, answer })}\n`);
  }
}

function keyOf(dialect: string, sql: string): string {
  return createHash("sha256").update(`${dialect}\0${sql}`).digest("hex").slice(0, 32);
}

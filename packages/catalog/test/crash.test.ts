import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "@headwater/core";
import { exportLines, openDatabase } from "@headwater/catalog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crashSource, ingestInto } from "./crash-source.ts";

/** How many times a run is killed; `npm run soak` asks for more. */
const KILLS = process.env["HEADWATER_SOAK"] === "1" ? 200 : 12;
const child = join(import.meta.dirname, "crash-child.ts");

let folder: string;
let expected: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headwater-crash-"));
  const db = openDatabase(":memory:");
  await ingestInto(crashSource(false), db, systemClock);
  await ingestInto(crashSource(true), db, systemClock);
  expected = [...exportLines(db)].join("\n");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the child, killing it after some milliseconds. Returns whether it ended by itself. */
async function run(file: string, stage: "first" | "changed", killAfterMs: number | null): Promise<boolean> {
  const spawned = spawn(process.execPath, ["--no-warnings", child, file, stage], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => spawned.on("exit", resolve));
  let errors = "";
  spawned.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  if (killAfterMs !== null) {
    await Promise.race([wait(killAfterMs), ended]);
    spawned.kill("SIGKILL");
  }
  const code = await ended;
  if (code !== null && code !== 0) throw new Error(errors);
  return code === 0;
}

test(
  `a run killed ${KILLS} times, and the next at once, ends in the catalog of an uninterrupted one`,
  { timeout: 20_000 + KILLS * 3_000 },
  async () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0, kills = 0; kills < KILLS; round += 1) {
      const file = join(folder, `catalog-${round}.db`);
      for (const stage of ["first", "changed"] as const) {
        // Each stage is killed a few times; the last go runs to its end.
        for (let go = 0; go < 3; go += 1) {
          if (await run(file, stage, 90 + random() * 260)) break;
          kills += 1;
        }
        await run(file, stage, null);
      }
      const db = openDatabase(file);
      expect([...exportLines(db)].join("\n")).toBe(expected);
      expect(db.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
      db.close();
    }
  },
);

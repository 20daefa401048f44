import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { startPostgres } from "@headwater/test-servers";
import { expect, test } from "vitest";
import { readWeeks } from "../src/packed.ts";
import { callHeadwater, ROOT } from "../src/screen.ts";

const PACKED = join(ROOT, "packages/cli/demo");

/** Where the server listens is another place every time. */
const withoutAddress = (lines: string): string[] =>
  lines.replaceAll(/"hostPort":"[^"]*"/g, '"hostPort":""').split("\n");

test("what headwater demo shows is what a run reads now", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "headwater-packed-"));
  chmodSync(folder, 0o755);
  const replays: string[] = [];
  const server = await startPostgres();
  try {
    const weeks = await readWeeks(server, folder);
    for (const { week, lines } of weeks) {
      const packed = gunzipSync(readFileSync(join(PACKED, `week-${week}.jsonl.gz`))).toString();
      // When they differ: node tools/demo/src/packed.ts
      expect(withoutAddress(packed)).toEqual(withoutAddress(lines));
      const replayed = join(folder, `replayed-${week}.db`);
      const recording = join(PACKED, `week-${week}.recording`);
      await callHeadwater("ingest", "--replay", recording, "--catalog", replayed, "--threads", "1");
      const export1 = await callHeadwater("export", "--catalog", replayed);
      await callHeadwater("ingest", "--replay", recording, "--catalog", `${replayed}8`, "--threads", "8");
      expect(await callHeadwater("export", "--catalog", `${replayed}8`)).toBe(export1);
      replays.push(export1);
    }
    // The first week is read into an empty catalog both times: what was recorded is what is replayed, byte for byte.
    expect(withoutAddress(replays[0] ?? "")).toEqual(withoutAddress(weeks[0]?.lines ?? ""));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

test("with the connector it plays the recordings, without loading the driver", () => {
  const logged = join(ROOT, "packages/cli/test/fixtures/log-modules.js");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", logged, join(ROOT, "packages/cli/bin/headwater.js"), "demo"],
    { cwd: ROOT, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  );
  expect(stdout).toContain("week-2.recording");
  expect(stdout).toMatch(/inventory\.carrier/);
  expect(stdout).toContain("A renamed table keeps its history");
  expect(stderr).toContain("connectors/postgres/dist");
  expect(stderr).not.toContain("/node_modules/pg/");
});

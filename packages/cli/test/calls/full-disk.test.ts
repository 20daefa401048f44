import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newProject, writeShelf, writeWorkflow } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

const mount = (...args: string[]): boolean => spawnSync("mount", args).status === 0;
const disk = mkdtempSync(join(tmpdir(), "headwater-full-"));
// A disk of our own, small enough to fill. Only root may make one.
const there = process.platform === "linux" && mount("-t", "tmpfs", "-o", "size=3m", "headwater-test", disk);
afterAll(() => {
  if (there) spawnSync("umount", ["-l", disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(!there)(
  `a disk that is full in the middle of a run${there ? "" : " (skipped: no disk can be mounted here)"}`,
  () => {
    const project = newProject();
    const catalog = join(disk, "catalog.db");
    beforeAll(() => {
      const shop = sampleShop();
      for (let number = 0; number < 3_000; number += 1)
        shop.put("table", {
          path: ["shop", "sales", `t${number}`],
          kind: "Regular",
          facts: {
            tableType: "Regular",
            description: `table ${number} `.repeat(100),
            columns: [{ name: "id", dataType: "INT" }],
          },
        });
      writeShelf(project, shop);
      writeWorkflow(project);
    });

    test("is told, loses nothing, and the next run goes on once there is room", async () => {
      const args = ["-c", "shop.yaml", "--catalog", catalog];
      const full = await project.run("ingest", ...args);
      expect(full.stderr).toContain(`The disk under the catalog ${catalog} is full.`);
      expect(full.stderr).not.toContain("a fault of its own");
      expect([full.code, statfsSync(disk).bsize > 0]).toEqual([8, true]);
      expect(mount("-o", "remount,size=64m", disk)).toBe(true);
      expect((await project.run("doctor", "--catalog", catalog)).stdout).not.toContain("damaged");
      const on = await project.run("ingest", ...args);
      expect(on.code).toBe(0);
      expect(on.stderr).toContain("going on where it stopped");
      const ls = await project.run("ls", "shop.shop.sales", "--json", "--catalog", catalog);
      expect((JSON.parse(ls.stdout) as unknown[]).length).toBe(3_004);
    });
  },
);

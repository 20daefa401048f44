import { expect, test } from "vitest";
import { newProject } from "../headwater.ts";

test("the demo needs no server, no network and no connector", async () => {
  const project = newProject({});
  const began = performance.now();
  const { code, stdout, stderr } = await project.run("demo");
  expect([code, stderr]).toEqual([0, ""]);
  // It takes half a second where nobody else is busy.
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(stdout).toContain("$ headwater import");
  expect(stdout).toContain("$ headwater search recalls\n");
  expect(stdout).toMatch(/inventory\.lot +table/);
  expect(stdout).toMatch(/supplier_price_list {2}table 0\.2\n.*\n.*deleted: false → true/);
  expect(stdout).toContain("- columns: fax character varying(24)");
  expect(stdout).toContain("npm install @headwater/connector-postgres");
  const [, left = ""] = /--catalog (\S+)/.exec(stdout) ?? [];
  expect((await project.run("ls", "fernhill.production", "--catalog", left)).stdout).toContain("analytics");
});

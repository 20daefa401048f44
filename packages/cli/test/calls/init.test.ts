import { existsSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import type { Project } from "@headwater/test-project";
import { newProject, writeShelf } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";
import { noTerminal, onTerminal } from "../terminal.ts";

let project: Project;
beforeEach(() => {
  project = newProject();
  writeShelf(project, sampleShop(), { password: "canary" });
});

test("init says why it does not ask where nobody is", async () => {
  const { code, stderr } = await project.run("init");
  expect([code, stderr]).toEqual([2, expect.stringContaining("nobody can be asked here")]);
});

describe.skipIf(noTerminal !== null)(
  `init on a terminal${noTerminal === null ? "" : ` (skipped: ${noTerminal})`}`,
  () => {
    test("asks, writes a file with references alone, and checks the connection", async () => {
      const terminal = onTerminal(project, ["init"]);
      const answer = async (question: string, keys: string): Promise<void> => {
        await terminal.shows(question);
        terminal.type(`${keys}\r`);
      };
      await answer("Name of the service in the catalog", "my shop");
      await answer("file: ", project.path("shelf.json"));
      await answer("Environment variable that holds password", "secret!");
      await terminal.shows("capitals, digits and underscores");
      terminal.type("\r");
      await answer("Anything else", "");
      await answer("File to write", "package.json");
      await terminal.shows("nothing is overwritten");
      terminal.type("\r");
      await answer("MY_SHOP_PASSWORD is not set.", "canary");
      const { code, shown } = await terminal.ended;
      expect(shown).toMatch(/Read the labels.*1 labels/);
      expect(shown).toContain("headwater ingest -c my-shop.yaml");
      expect(shown).not.toContain("canary");
      expect(code).toBe(0);
      const text = project.read("my-shop.yaml");
      expect(text).toContain("password: ${MY_SHOP_PASSWORD}");
      expect(text).not.toContain("canary");
      project.env = { MY_SHOP_PASSWORD: "canary" };
      expect((await project.run("ingest", "-c", "my-shop.yaml")).code).toBe(0);
    });

    test("a connection that does not work keeps the file, and ends with 3", async () => {
      project.env = { SHELF_PASSWORD: "wrong" };
      const terminal = onTerminal(project, ["init", "shelf"], 40);
      for (const [question, keys] of [
        ["Name of the service", ""],
        ["file: ", project.path("shelf.json")],
        ["Environment variable", ""],
        ["Anything else", "username"],
        ["username: ", "me"],
        ["File to write", ""],
      ] as const) {
        await terminal.shows(question);
        terminal.type(`${keys}\r`);
      }
      const { code, shown } = await terminal.ended;
      expect([code, shown]).toEqual([3, expect.stringContaining("The shelf refused the password.")]);
      expect(project.read("shelf.yaml")).toContain("username: me");
    });

    test("Ctrl-C writes nothing", async () => {
      const terminal = onTerminal(project, ["init"]);
      await terminal.shows("Name of the service");
      terminal.type("\u0003");
      expect(await terminal.ended).toMatchObject({ code: 130, shown: expect.stringContaining("Nothing was written.") });
      expect(existsSync(project.path("shelf.yaml"))).toBe(false);
    });
  },
);

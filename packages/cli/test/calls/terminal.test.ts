import { beforeEach, describe, expect, test } from "vitest";
import type { Project } from "@headwater/test-project";
import { newProject, writeShelf, writeWorkflow } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";
import { noTerminal, onTerminal } from "../terminal.ts";

let project: Project;
beforeEach(() => {
  project = newProject();
  writeShelf(project, sampleShop());
  writeWorkflow(project);
});

describe.skipIf(noTerminal !== null)(`on a terminal${noTerminal === null ? "" : ` (skipped: ${noTerminal})`}`, () => {
  test("progress is a block that is drawn over itself and gone at the end", async () => {
    writeShelf(project, sampleShop(), { latencyMs: 250, refuse: ["shop,sales,orders"] });
    const { code, shown } = await onTerminal(project, ["ingest", "-c", "shop.yaml"]).ended;
    expect(code).toBe(4);
    expect(shown).toContain("shop.metadata with shelf@1.2.3, Shelf of JSON memory 1");
    expect(shown).toMatch(/ {2}databases {2,}1/);
    expect(shown).toMatch(/reading tables.* \d\.\d s/);
    // What is shown last of the block is its removal, and what went wrong stays above it.
    expect(shown.lastIndexOf("\u001b[0J")).toBeGreaterThan(shown.lastIndexOf("reading tables"));
    expect(shown).toContain("The shelf does not give shop.sales.orders away.");
  });

  test("nothing is wider than 40 columns while it moves", async () => {
    writeShelf(project, sampleShop(), { latencyMs: 150 });
    const { code, shown } = await onTerminal(project, ["ingest", "-c", "shop.yaml"], 40).ended;
    expect(code).toBe(0);
    const moving = shown.split(/\r?\n/).filter((line) => / · \d\.\d s|shop\.metadata with/.test(line));
    expect(moving.length).toBeGreaterThan(3);
    // oxlint-disable-next-line no-control-regex -- the tints and movements of a terminal are what is taken away
    for (const line of moving) expect(line.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "").length).toBeLessThan(40);
  });

  test("a terminal of three rows is drawn over, not scrolled full", async () => {
    writeShelf(project, sampleShop(), { latencyMs: 250 });
    const { code, shown } = await onTerminal(project, ["ingest", "-c", "shop.yaml"], 80, 3).ended;
    expect(code).toBe(0);
    // oxlint-disable-next-line no-control-regex -- how far the cursor goes up
    const up = [...shown.matchAll(/\u001b\[(\d+)A/g)].map(([, rows]) => Number(rows));
    expect(up.length).toBeGreaterThan(3);
    expect(Math.max(...up)).toBe(2);
  });

  test("a password is asked for once, is not shown, and comes through", async () => {
    writeShelf(project, sampleShop(), { password: "canary-77", latencyMs: 50 });
    const terminal = onTerminal(project, ["ingest", "-c", "shop.yaml", "--threads", "4", "--report", "r.json"]);
    await terminal.shows("Password of the shelf: ");
    terminal.type("wrongg\u0015canary-78\u007f7\r");
    const { code, shown } = await terminal.ended;
    expect([code, shown.split("Password of the shelf").length]).toEqual([0, 2]);
    expect(shown).toContain("success");
    expect(shown + project.read("r.json")).not.toContain("canary");
  });

  test.each([
    ["Ctrl-C", "\u0003", 130],
    ["Ctrl-D", "\u0004", 3],
  ])("%s at the question ends the run", async (_, key, exit) => {
    writeShelf(project, sampleShop(), { password: "open" });
    const terminal = onTerminal(project, ["ingest", "-c", "shop.yaml"]);
    await terminal.shows("Password of the shelf: ");
    terminal.type(key);
    expect((await terminal.ended).code).toBe(exit);
  });

  test("Ctrl-C stops a run and says how to go on", async () => {
    writeShelf(project, sampleShop(), { latencyMs: 700 });
    const terminal = onTerminal(project, ["ingest", "-c", "shop.yaml"]);
    await terminal.shows("listing");
    terminal.type("\u0003");
    const { code, shown } = await terminal.ended;
    expect([code, shown]).toEqual([130, expect.stringContaining("The same command goes on from here")]);
  });

  test("delete wants the name typed again, and takes nothing else", async () => {
    await project.run("ingest", "-c", "shop.yaml");
    const ask = async (answer: string): Promise<{ code: number | null; shown: string }> => {
      const terminal = onTerminal(project, ["delete", "shop"]);
      await terminal.shows("Type the name again to go on: ");
      terminal.type(answer);
      return terminal.ended;
    };
    expect(await ask("shpo\r")).toMatchObject({ code: 2, shown: expect.stringContaining("That is not shop") });
    expect(await ask("\r")).toMatchObject({ code: 2, shown: expect.stringContaining("Nothing was changed") });
    expect(await ask("\u0003")).toMatchObject({ code: 2, shown: expect.stringContaining("Nothing was changed") });
    expect(await ask("shop\r")).toMatchObject({ code: 0, shown: expect.stringContaining("Removed: the service shop") });
  });

  test("colours are there, and NO_COLOR takes them away", async () => {
    await project.run("ingest", "-c", "shop.yaml");
    expect((await onTerminal(project, ["ls"]).ended).shown).toContain("\u001b[1mshop\u001b[22m");
    project.env = { NO_COLOR: "1" };
    expect((await onTerminal(project, ["ls"]).ended).shown).not.toContain("\u001b[");
  });

  test("a dumb terminal gets plain lines", async () => {
    project.env = { TERM: "dumb" };
    const { shown } = await onTerminal(project, ["ingest", "-c", "shop.yaml"]).ended;
    expect(shown).toContain("found 3 tables in 1 schema");
    expect(shown).not.toContain("\u001b");
  });

  test("export shields a terminal from what strangers wrote, and keeps a pipe exact", async () => {
    const shop = sampleShop();
    shop.put("database", { path: ["shop"], kind: "Database", facts: { description: "\u009b2J \u202e" } });
    writeShelf(project, shop);
    await project.run("ingest", "-c", "shop.yaml");
    expect((await onTerminal(project, ["export"], 4_000).ended).shown).toContain('"\\u009b2J \\u202e"');
    expect((await project.run("export")).stdout).toContain('"\u009b2J \u202e"');
  });
});

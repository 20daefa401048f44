import { userInfo } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { fillCatalog, newProject } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

const project = newProject({});
const CUSTOMERS = "shop.shop.sales.customers";
beforeAll(async () => {
  await fillCatalog(project, sampleShop());
  await project.run("set", CUSTOMERS, "description=Ours");
});

describe("show --at", () => {
  test("shows what an entity was then", async () => {
    // The sample's clock stands at the beginning of 2026 by UTC; the terminal is in Kolkata.
    const then = await project.run("show", "customers", "--at", "2026-01-01T00:05:00Z");
    expect(then.stderr).toContain("As it was at 2026-01-01 05:35:00 +05:30.");
    expect(then.stdout).toContain("Who buys.");
    expect(then.stdout).toContain("version 0.1");
    const now = await project.run("show", "customers", "--at", "9999-12-31");
    expect(now.stdout).toContain("Ours");
    const json = await project.run("show", CUSTOMERS, "--at", "2026-01-01 05:35", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ version: "0.1", fullyQualifiedName: CUSTOMERS });
    const column = await project.run("show", `${CUSTOMERS}.email`, "--at", "2026-01-02");
    expect(column.stdout).toContain("citext");
  });

  test.each([
    [["--at", "2025-12-31"], "was not in the catalog at 2025-12-31 00:00:00 +05:30: it came at 2026-01-01 05:30"],
    [["--at", "yesterday"], '"yesterday" is not a time'],
    [["--at", "2026-02-30"], '"2026-02-30" is not a time'],
    [["--at", "2026-01-01 25:00"], "is not a time"],
  ])("refuses %j", async (words, message) => {
    const { code, stdout, stderr } = await project.run("show", CUSTOMERS, ...words);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("blame", () => {
  test("tells who made each field and column what it is", async () => {
    const { code, stdout } = await project.run("blame", "customers");
    expect(code).toBe(0);
    const line = (field: string): string => stdout.split("\n").find((text) => text.startsWith(field)) ?? "";
    expect(line("description")).toMatch(new RegExp(`"Ours" +0\\.2 +\\S+ \\S+ \\S+ +${userInfo().username}$`));
    expect(line("columns.email")).toMatch(/citext +0\.1 +2026-01-01 05:30:\d\d \+05:30 +run 1$/);
    const json = JSON.parse((await project.run("blame", `${CUSTOMERS}.email`, "--json")).stdout) as object[];
    expect(json).toContainEqual(
      expect.objectContaining({ field: "columns.email.dataTypeDisplay", value: "citext", version: "0.1", run: 1 }),
    );
  });
});

describe("changes", () => {
  test("tells every change in order, and goes on behind a number", async () => {
    const all = await project.run("changes");
    const lines = all.stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^1 {2}created database service shop 0\.1 {2}2026-01-01 05:30:\d\d \+05:30 by run 1$/);
    expect(all.stderr).toContain(`From here on: headwater changes --since ${lines.length}`);
    const last = await project.run("changes", "--since", String(lines.length - 1), "--json");
    expect(
      last.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { seq: lines.length, op: "set", entityType: "table", fullyQualifiedName: CUSTOMERS, version: "0.2" },
    ]);
    expect((await project.run("changes", "--since", String(lines.length))).stdout).toBe("");
    const beyond = await project.run("changes", "--since", "999");
    expect([beyond.code, beyond.stderr]).toEqual([7, expect.stringContaining("There is no change 999")]);
    expect((await project.run("changes", "--since", "x")).code).toBe(2);
  });

  test("--follow tells what happens, until Ctrl-C", async () => {
    const seen = (await project.run("changes", "--json")).stdout.trimEnd().split("\n").length;
    const following = project.start("changes", "--since", String(seen), "--follow");
    await following.said("Catalog: ");
    await project.run("set", CUSTOMERS, "displayName=Buyers");
    await following.said(`${seen + 1}  set table ${CUSTOMERS} 0.3`);
    following.child.kill("SIGINT");
    const { code, stderr } = await following.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining(`--since ${seen + 1}`)]);
  });
});

describe("rollback", () => {
  test("shows what it would do, does it, and tells what stands in its way", async () => {
    const own = newProject({});
    await fillCatalog(own, sampleShop());
    await fillCatalog(own, sampleShop().drop("table", ["shop", "sales", "orders"]));
    const dry = await own.run("rollback", "2", "--dry-run");
    expect([dry.code, dry.stdout]).toEqual([
      0,
      `Rolling back run 2 of shop would change 1 entity; the catalog stays as it is.
restored: 1 table
  + shop.shop.sales.orders  table 0.3
`,
    ]);
    expect((await own.run("ls", "shop.shop.sales")).stdout).not.toContain("orders");
    const done = await own.run("rollback", "2");
    expect(done.stdout).toContain("Rolled back: run 2 of shop, 1 entity.\nrestored: 1 table\n");
    expect((await own.run("ls", "shop.shop.sales")).stdout).toContain("orders");
    const again = await own.run("rollback", "2");
    expect([again.code, again.stderr]).toEqual([7, expect.stringContaining("cannot be rolled back")]);
    const none = await own.run("rollback", "77");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("remembers no run 77")]);
    const first = await own.run("rollback", "1", "--dry-run", "--json");
    expect([first.code, first.stdout, first.stderr]).toEqual([
      7,
      "",
      expect.stringContaining("was deleted by run 2 since"),
    ]);
  });
});

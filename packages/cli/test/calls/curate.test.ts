import { userInfo } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { Project } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

const project = new Project({ connector: false });
beforeAll(() => project.fill(sampleShop()));

const CUSTOMERS = "shop.shop.sales.customers";

describe("set", () => {
  test("writes what people know, and log says who", async () => {
    const { code, stdout, stderr } = await project.run(
      "set",
      CUSTOMERS,
      "description=Everybody\nwho ever bought",
      "displayName=Customers",
      "owners+=user:ana",
      "owners-=role:shop_owner",
      "tags+=Tier.Gold",
    );
    expect(stderr).toBe(`Catalog: ${project.catalog}\n`);
    expect([code, stdout.split("\n")[0]]).toEqual([0, `${CUSTOMERS} is now at version 0.2.`]);
    expect(stdout).toContain('+ description: "Everybody\\nwho ever bought"');
    expect(stdout).toContain("+ owners: +user:ana -role:shop_owner");
    const shown = (await project.run("show", "customers")).stdout;
    for (const part of ["\nCustomers\n", "  who ever bought\n", "owners      user:ana\n", "tags        Tier.Gold\n"])
      expect(shown).toContain(part);
    expect(shown).toContain("curated     displayName, description, tags, owners");
    expect((await project.run("log", "customers", "--limit", "1")).stdout).toContain(`set by ${userInfo().username}`);
  });

  test("says nothing changed when it is so already", async () => {
    const { code, stdout } = await project.run("set", CUSTOMERS, "tags+=Tier.Gold");
    expect([code, stdout]).toEqual([0, `${CUSTOMERS} says so already; it stays at version 0.2.\n`]);
  });

  test("sets a column, to empty too, and --reset goes back to the source", async () => {
    const column = `${CUSTOMERS}.email`;
    const set = await project.run("set", column, "tags+=PII.Email", "description=", "--json");
    expect(JSON.parse(set.stdout)).toMatchObject({ fullyQualifiedName: column, changed: true, version: "0.3" });
    const show = async (): Promise<string> => (await project.run("show", column)).stdout;
    expect(await show()).not.toContain("Where the receipt goes");
    expect(await show()).toContain("tags        PII.Email");
    expect(await show()).toContain("curated     description, tags");
    const back = await project.run("set", column, "--reset", "description");
    expect(back.code).toBe(0);
    expect(await show()).toContain("Where the receipt goes");
    expect(
      (await project.run("log", column)).stdout.split("\n").filter((line) => line.includes("  set by ")),
    ).toHaveLength(2);
  });

  test.each([
    [["customers.email", "owners+=user:ana"], "A column has no owners of its own"],
    [["nothing", "description=x"], "nothing called nothing"],
    [["customers", "tags+=Gold"], "needs a classification"],
  ])("refuses %j", async (words, message) => {
    const { code, stdout, stderr } = await project.run("set", ...words);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

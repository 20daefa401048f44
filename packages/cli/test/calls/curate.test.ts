import { userInfo } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { fillCatalog, newProject } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

const project = newProject({});
beforeAll(() => fillCatalog(project, sampleShop()));

const CUSTOMERS = "shop.shop.sales.customers";

describe("restore", () => {
  test("goes back to what was set at a version, and says where there is nothing to restore", async () => {
    const own = newProject({});
    await fillCatalog(own, sampleShop());
    await own.run("set", CUSTOMERS, "displayName=First");
    await own.run("set", CUSTOMERS, "displayName=Second");
    const back = await own.run("restore", "customers", "0.2");
    expect([back.code, back.stdout]).toEqual([
      0,
      `${CUSTOMERS} is now at version 0.4.\n  ~ displayName: "Second" → "First"\n`,
    ]);
    expect((await own.run("log", "customers", "--limit", "1")).stdout).toContain(`restored by ${userInfo().username}`);
    const again = await own.run("restore", CUSTOMERS, "0.2", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, version: "0.4", change: null });
    const nothing = await own.run("restore", CUSTOMERS);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("there is nothing to restore")]);
    const none = await own.run("restore", CUSTOMERS, "7.7");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("has no version 7.7")]);
    expect((await own.run("restore", `${CUSTOMERS}.email`)).stderr).toContain("restored with its table");
  });

  test("brings back what overrideMetadata retired", async () => {
    const own = newProject({});
    await fillCatalog(own, sampleShop());
    await own.run("set", CUSTOMERS, "description=Ours");
    await fillCatalog(own, sampleShop(), { overrideMetadata: true });
    expect((await own.run("log", CUSTOMERS, "--limit", "1")).stdout).toMatch(
      /retired by run 2\n {5}- description: "Ours"/,
    );
    expect((await own.run("restore", CUSTOMERS)).stdout).toContain('+ description: "Ours"');
    expect((await own.run("show", CUSTOMERS)).stdout).toContain("Ours");
  });

  test("brings back a deleted table by the end of its name", async () => {
    const own = newProject({});
    await fillCatalog(own, sampleShop());
    await fillCatalog(own, sampleShop().drop("table", ["shop", "sales", "orders"]));
    const back = await own.run("restore", "orders");
    expect(back.stdout).toBe("shop.shop.sales.orders is there again: 1 partitioned table.\n");
    expect(back.stderr).toContain("A run that does not find it at the source marks it deleted again.");
    expect((await own.run("ls", "shop.shop.sales")).stdout).toContain("orders");
  });
});

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

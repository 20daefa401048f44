import { describe, expect, test } from "vitest";
import { readGrants } from "../src/grants.ts";

const HASH = "*7B9EBEED26AA52ED10C0F549FA863F13C39E0209";

describe("what the lines of SHOW GRANTS allow", () => {
  test.each([
    ["GRANT SELECT, SHOW VIEW ON *.* TO `a`@`%`", "shop", "t", "SHOW VIEW", true],
    ["GRANT SELECT ON *.* TO `a`@`%`", "shop", null, "TRIGGER", false],
    ["GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION", "shop", null, "TRIGGER", true],
    ["GRANT ALL PRIVILEGES ON `shop`.* TO `a`@`%`", "shop", "t", "SELECT", true],
    ["GRANT ALL PRIVILEGES ON `shop`.* TO `a`@`%`", "other", "t", "SELECT", false],
    ["GRANT SELECT ON `sh%`.* TO `a`@`%`", "shop", "t", "SELECT", true],
    ["GRANT SELECT ON `sh_p`.* TO `a`@`%`", "shop", "t", "SELECT", true],
    ["GRANT SELECT ON `sh\\_p`.* TO `a`@`%`", "shop", "t", "SELECT", false],
    ["GRANT SELECT ON `sh\\_p`.* TO `a`@`%`", "sh_p", "t", "SELECT", true],
    ["GRANT SELECT ON `a.b (c)`.* TO `a`@`%`", "a.b (c)", "t", "SELECT", true],
    ["GRANT SELECT ON `a``b`.`t ON x TO ``y` TO `a`@`%`", "a`b", "t ON x TO `y", "SELECT", true],
    ["GRANT SELECT ON `shop`.`t` TO `a`@`%`", "shop", null, "SELECT", false],
    ["GRANT SELECT (`id`), UPDATE ON `shop`.`t` TO `a`@`%`", "shop", "t", "SELECT", false],
    ["GRANT SELECT (`id`, `x ) ON y`), UPDATE ON `shop`.`t` TO `a`@`%`", "shop", "t", "UPDATE", true],
    ["GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `a`@`%`", "shop", "p", "EXECUTE", true],
    ["GRANT SHOW_ROUTINE ON *.* TO `a`@`%`", "", null, "SHOW_ROUTINE", true],
    ["GRANT `reader`@`%` TO `a`@`%`", "shop", null, "SELECT", false],
    ["GRANT PROXY ON ''@'' TO 'root'@'localhost' WITH GRANT OPTION", "shop", null, "SELECT", false],
    ["SET DEFAULT ROLE `ro` FOR `r1`@`%`", "shop", null, "SELECT", false],
    [`GRANT USAGE ON *.* TO \`a\`@\`%\` IDENTIFIED BY PASSWORD '${HASH}'`, "shop", null, "SELECT", false],
  ])("%s: %s %s %s is %s", (line, schema, object, privilege, expected) => {
    expect(readGrants([line]).allow(schema, object, privilege)).toBe(expected);
  });

  test("a partial revoke takes away", () => {
    const { allow } = readGrants(["GRANT SELECT ON *.* TO `a`@`%`", "REVOKE SELECT ON `secret`.* FROM `a`@`%`"]);
    expect([allow("shop", "t", "SELECT"), allow("secret", "t", "SELECT")]).toEqual([true, false]);
  });

  test("the digest knows no order and no password", () => {
    const lines = ["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT ON `shop`.* TO `a`@`%`"];
    const { digest } = readGrants(lines);
    expect(readGrants(lines.toReversed()).digest).toBe(digest);
    expect(readGrants([`${lines[0]} IDENTIFIED BY PASSWORD '${HASH}'`, lines[1] as string]).digest).toBe(digest);
    expect(readGrants([lines[0] as string]).digest).not.toBe(digest);
  });
});

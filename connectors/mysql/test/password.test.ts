import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { givenPassword, passwordInOptionFile } from "../src/password.ts";
import { configOf } from "./reading.ts";

describe("an option file", () => {
  test.each([
    ["[client]\npassword=secret", "secret"],
    ["[client]\r\nuser = reader\r\npassword = secret \r\n", "secret"],
    ['[client]\npassword="with # and  spaces "', "with # and  spaces "],
    ["[client]\npassword='it\\\\s \\s'", "it\\s  "],
    ["[client]\npassword=plain # not this", "plain"],
    ["[client]\npassword=a#b", "a#b"],
    ["[client]\nuser=other\npassword=theirs", null],
    ["[mysqld]\npassword=server\n[client]\npassword=mine\n[mysqldump]\npassword=dump", "mine"],
    ["# [client]\n; password=x\n[client]\nport=1", null],
    ["[client]\npassword", null],
    ["", null],
  ])("%j", (text, expected) => {
    expect(passwordInOptionFile(text, "reader")).toBe(expected);
  });
});

describe("the password", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "hw-home-"));
    vi.stubEnv("HOME", home);
    vi.stubEnv("USERPROFILE", home);
    vi.stubEnv("MYSQL_PWD", undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  test("comes from the workflow, from MYSQL_PWD, from the option file, or from nowhere", () => {
    const config = configOf({ username: "reader", hostPort: "h" });
    expect(givenPassword(config)).toBeNull();
    writeFileSync(join(home, ".my.cnf"), "[client]\npassword=of the file\n");
    expect(givenPassword(config)).toBe("of the file");
    vi.stubEnv("MYSQL_PWD", "of the environment");
    expect(givenPassword(config)).toBe("of the environment");
    expect(givenPassword(configOf({ username: "reader", hostPort: "h", password: "of the workflow" }))).toBe(
      "of the workflow",
    );
    vi.stubEnv("MYSQL_PWD", "");
    expect(givenPassword(config)).toBe("of the file");
  });
});

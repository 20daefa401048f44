import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Secret } from "@headwater/core/connector";
import type { MysqlConfig } from "./config.ts";

/** Asks the person at the terminal. */
export type Prompt = (question: string) => Promise<Secret | null>;

// What a person typed is asked for once, however many sessions a run opens.
const TYPED = new WeakMap<MysqlConfig, Promise<Secret | null>>();

/** The password from the workflow, from MYSQL_PWD or from the option file of the user; `null` where nobody gives one. */
export function givenPassword(config: MysqlConfig): string | null {
  if (config.password !== null) return config.password.reveal();
  const fromEnvironment = process.env["MYSQL_PWD"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  return passwordInOptionFile(readOptionFile(), config.username);
}

/** The password from the person at the terminal, asked once; `null` where there is nobody. */
export async function typedPassword(config: MysqlConfig, prompt: Prompt | undefined): Promise<string | null> {
  if (prompt === undefined) return null;
  const host = "socket" in config.address ? "localhost" : config.address.host;
  const typed = TYPED.get(config) ?? prompt(`Password for ${config.username} at ${host}`);
  TYPED.set(config, typed);
  return (await typed)?.reveal() ?? null;
}

function readOptionFile(): string {
  const file = join(homedir(), ".my.cnf");
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Few people have one, and whoever has one that cannot be read is told that no password was given.
    return "";
  }
}

/**
 * The password of the group `[client]` in the text of an option file, unless the group is for another user. Source: MySQL's manual, "Using
 * Option Files".
 */
export function passwordInOptionFile(text: string, username: string): string | null {
  let group = "";
  const options = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[([^\]]+)\]/.exec(line) ?? [];
    if (name !== undefined) group = name.trim().toLowerCase();
    else if (group === "client") {
      const [, option, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (option !== undefined && value !== undefined) options.set(option, optionValue(value));
    }
  }
  const user = options.get("user");
  return user === undefined || user === username ? (options.get("password") ?? null) : null;
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", r: "\r", s: " ", "\\": "\\" };

function optionValue(value: string): string {
  const [, , quoted] = /^(["'])(.*)\1$/.exec(value) ?? [];
  // A comment may follow an unquoted value.
  const bare = quoted ?? value.replace(/\s+#.*$/, "");
  return bare.replaceAll(/\\(.)/g, (whole, character: string) => ESCAPES[character] ?? whole);
}

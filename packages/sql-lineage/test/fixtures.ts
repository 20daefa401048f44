import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DialectName, dialects } from "../src/index.ts";
import { updated } from "./fixture-format.ts";

/** All fixtures: a folder for each dialect, in it SQL files. */
export function fixtures(): { readonly dialect: DialectName; readonly name: string; readonly file: string }[] {
  const root = fileURLToPath(new URL("../fixtures", import.meta.url));
  return Object.keys(dialects).flatMap((name) => {
    const dialect = readdirSync(root, { withFileTypes: true }).find(
      (entry) => entry.isDirectory() && entry.name === name,
    );
    if (dialect === undefined || !isDialect(name)) return [];
    return readdirSync(join(root, name))
      .filter((file) => file.endsWith(".sql"))
      .map((file) => ({ dialect: name, name: `${name}/${file}`, file: join(root, name, file) }));
  });
}

function isDialect(name: string): name is DialectName {
  return Object.hasOwn(dialects, name);
}

// `node test/fixtures.ts --update` rewrites what the fixtures expect: read the difference before you commit it.
if (import.meta.main && process.argv.includes("--update")) {
  for (const { dialect, name, file } of fixtures()) {
    const text = readFileSync(file, "utf8");
    const now = await updated(text, dialect);
    if (now !== text) {
      writeFileSync(file, now);
      console.log(`updated ${name}`);
    }
  }
}

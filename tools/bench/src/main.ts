// npm run bench -- NAME [options]
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Bench, UsageError } from "./bench.ts";

const names = readdirSync(new URL("benches", import.meta.url))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length));

// Servers and temporary files are removed when the process exits, which a signal alone does not make it do.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.on(signal, () => process.exit(code));

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  const benches = await Promise.all(names.map(async (one) => `  ${one}  ${(await load(one)).about}`));
  console.error(`npm run bench -- NAME [--json FILE] [options]\n\n${benches.join("\n")}`);
  process.exit(name === undefined || name === "--help" ? 0 : 2);
}

const bench = await load(name);
try {
  const { values } = parse(bench, rest);
  const figures = await bench.run(values);
  const text = `${JSON.stringify({ figures }, null, 2)}\n`;
  if (typeof values["json"] === "string") await writeFile(values["json"], text);
  console.log(`\n${text}`);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(
    `${error.message}\n\nnpm run bench -- ${name} [--json FILE]\n${bench.help.map((line) => `  ${line}`).join("\n")}`,
  );
  process.exitCode = 2;
}

async function load(one: string): Promise<Bench> {
  return ((await import(`./benches/${one}.ts`)) as { default: Bench }).default;
}

function parse({ options }: Bench, args: string[]): { values: Record<string, string | boolean | undefined> } {
  try {
    return parseArgs({ args, options: { ...options, json: { type: "string" } } }) as {
      values: Record<string, string | boolean | undefined>;
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { isConnector, type Connector } from "@headwater/core";
import { checkConformance } from "./conformance/check.ts";
import type { Fixture } from "./conformance/fixture.ts";
import { badgeOf, resultLines, summaryOf } from "./conformance/report.ts";
import { type Level, LEVELS } from "./conformance/rule.ts";

const HELP = `npx @headwater/testkit [FOLDER]   checks the connector in a package's folder (here, if none is named)

  --fixture FILE   what it is tested against (default: test/fixture.ts, .mjs or .js; it exports "fixture")
  --up-to LEVEL    0 package, 1 contract, 2 protocol, 3 data, 4 faults, 5 cost (default: 5)
  --json           print the report as JSON
  --badge FILE     write a badge for shields.io

Exit code: 0 every rule holds or was skipped, 1 some do not, 2 it could not begin.
`;

const FIXTURES = ["test/fixture.ts", "test/fixture.mjs", "test/fixture.js"];

/** A mistake of whoever called. */
class Misuse extends Error {}

async function run(): Promise<number> {
  const { values, positionals } = parse();
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const folder = resolve(positionals[0] ?? ".");
  const connector = await loadConnector(folder);
  const fixture = { package: folder, ...(await loadFixture(folder, values.fixture)) };
  const levels = levelsUpTo(values["up-to"]);
  let level = -1;
  const print = (...lines: string[]): void => void process.stdout.write(`${lines.join("\n")}\n`);
  if (values.json !== true) print(`${connector.manifest.title} (${connector.manifest.id}) on ${fixture.source}`);
  const report = await checkConformance(connector, fixture, {
    levels,
    onResult: (result) => {
      if (values.json === true) return;
      if (result.level !== level) print("", `L${result.level} ${LEVELS[result.level]}`);
      level = result.level;
      print(...resultLines(result));
    },
  });
  if (values.json === true) print(JSON.stringify(report, null, 2));
  else print("", summaryOf(report));
  if (values.badge !== undefined) writeFileSync(values.badge, `${JSON.stringify(badgeOf(report))}\n`);
  return report.results.some(({ verdict }) => verdict.verdict === "failed") ? 1 : 0;
}

function parse(): ReturnType<typeof parsed> {
  try {
    return parsed();
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error });
  }
}

const parsed = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      fixture: { type: "string" },
      "up-to": { type: "string" },
      json: { type: "boolean" },
      badge: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });

function levelsUpTo(typed: string | undefined): Level[] {
  const last = Number(typed ?? 5);
  if (!(last in LEVELS)) throw new Misuse(`--up-to must be 0 to 5, and is ${typed}.`);
  return [...LEVELS.keys()].filter((level) => level <= last) as Level[];
}

async function loadConnector(folder: string): Promise<Connector> {
  const file = join(folder, "package.json");
  if (!existsSync(file)) throw new Misuse(`There is no package.json in ${folder}.`);
  const { exports = {}, main } = JSON.parse(readFileSync(file, "utf8")) as {
    exports?: Record<string, string | Record<string, string>>;
    main?: string;
  };
  const entry = exports["."] ?? main;
  const path = typeof entry === "string" ? entry : (entry?.["import"] ?? entry?.["default"]);
  if (path === undefined) throw new Misuse(`${file} exports no ".".`);
  if (!existsSync(join(folder, path))) throw new Misuse(`${path} is not there: build the package first.`);
  const loaded = (await import(pathToFileURL(join(folder, path)).href)) as Record<string, unknown>;
  const connector = Object.values(loaded).find(isConnector);
  if (connector === undefined) throw new Misuse(`${path} exports nothing made with defineConnector().`);
  return connector;
}

async function loadFixture(folder: string, named: string | undefined): Promise<Fixture> {
  const file = named === undefined ? FIXTURES.map((name) => join(folder, name)).find(existsSync) : resolve(named);
  if (file === undefined) return { source: "no source" };
  const { fixture } = (await import(pathToFileURL(file).href)) as { fixture?: Fixture };
  if (fixture === undefined) throw new Misuse(`${file} exports no "fixture".`);
  return fixture;
}

/** Does what the command line says. Returns the exit code. */
export async function checkPackage(): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { EXIT, HeadwaterError, Recording } from "@headwater/core";
import { Arguments, parseArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { COMMANDS } from "../commands.ts";
import { installedConnectors } from "../run/installed-connectors.ts";
import type { Screen } from "../screen/screen.ts";

/** What was read of the sample database: tools/demo makes it. */
const PACKED = fileURLToPath(new URL("../demo/", import.meta.url));

/** `headwater demo` */
export async function run({ out, err }: Call): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "headwater-demo-"));
  const catalog = join(folder, "catalog.db");
  const say = (text: string): void => out.print("", ...text.split("\n").map((line) => out.paint("cyan", line)));
  const show = (...words: string[]): Promise<void> => runShown(words, catalog, { out, err });
  const plays = await playsRecordings(folder, { out, err });
  const read = async (week: 1 | 2): Promise<void> => {
    if (plays) return show("ingest", "--replay", recordingOf(week));
    const file = join(folder, `week-${week}.jsonl`);
    writeFileSync(file, gunzipSync(readFileSync(join(PACKED, `week-${week}.jsonl.gz`))));
    return show("import", file);
  };

  say(
    "Fernhill roasts coffee: a web shop, two warehouses, finance and analytics in one PostgreSQL.\n" +
      (plays
        ? "A run that read its metadata was recorded; it is played now, without the server:"
        : "What a run read of it comes along with headwater; without a connector it is imported:"),
  );
  await read(1);
  say("Look around.");
  await show("ls", "fernhill.production");
  await show("show", "fernhill.production.inventory.shipment");
  say("Which table was it that recalls go by?");
  await show("search", "recalls");
  if (plays) {
    say("People know things the database does not. What they set is a layer of its own, which no run overwrites:");
    const description = "description=Segments the newsletter is sent by. Ask the CRM team first.";
    await show("set", "fernhill.production.analytics.customer_segment", "owners+=team:crm", description);
  }
  say(
    "A week passes. The shop made a release, the warehouse renamed a table, the data team dropped one and built\nanother anew. Read it again:",
  );
  await read(2);
  say("What changed, the latest first:");
  await show("log", "--limit", "8");
  say("What exactly changed in a table:");
  await show("diff", "fernhill.production.shop.customer");
  if (plays) {
    say("A renamed table keeps its history:");
    await show("log", "fernhill.production.inventory.delivery_partner");
    say("And where do the figures of a report come from?");
    await show("lineage", "fernhill.production.analytics.sales_by_channel");
  }
  say("That is all there is to it: one file, and no server. It is still there to look at:");
  out.print(`  headwater search invoice --catalog ${catalog}`);
  say("Your own source is next:");
  out.print(
    ...(plays ? [] : ["  npm install @headwater/connector-postgres"]),
    "  headwater ingest postgres://USER@HOST/DATABASE",
  );
  return 0;
}

/** Whether there is a connector that asks what the recordings answer: another version of it may ask something else. */
async function playsRecordings(folder: string, screens: Pick<Call, "out" | "err">): Promise<boolean> {
  const recordings = ([1, 2] as const).map((week) => recordingOf(week));
  const [first = ""] = recordings;
  const recording = new Recording(first);
  const [id] = recording.header.connector.split("@");
  recording.close();
  if (!installedConnectors().installed.some(({ manifest }) => manifest.id === id)) return false;
  const silent = { out: silenced(screens.out), err: silenced(screens.err) };
  for (const file of recordings)
    if ((await runCommand(["ingest", "--replay", file], join(folder, "tried.db"), silent)) !== EXIT.success)
      return false;
  return true;
}

const recordingOf = (week: 1 | 2): string => join(PACKED, `week-${week}.recording`);

const silenced = (screen: Screen): Screen => ({ ...screen, isTerminal: false, print: () => undefined });

/** Shows a command as a person would type it, and runs it. Progress and the catalog's path would only be in the way. */
async function runShown(
  words: readonly string[],
  catalog: string,
  { out, err }: Pick<Call, "out" | "err">,
): Promise<void> {
  out.print("", out.paint("bold", `$ headwater ${words.map(shellWord).join(" ")}`));
  const exit = await runCommand(words, catalog, { out, err: silenced(err) });
  if (exit !== EXIT.success)
    throw new HeadwaterError("internal", `The demo's ${words[0]} ended with exit code ${exit}.`);
}

async function runCommand(
  [name, ...rest]: readonly string[],
  catalog: string,
  screens: Pick<Call, "out" | "err">,
): Promise<number> {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`There is no command ${name}.`);
  const args = parseArguments(command, [...rest, "--catalog", catalog]);
  if (!(args instanceof Arguments)) throw new Error(args.message);
  return (await command.load()).run({ args, ...screens });
}

const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);

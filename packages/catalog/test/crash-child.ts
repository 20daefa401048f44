// Run by crash.test.ts in a process of its own, to be killed: ingests a source into the catalog named by its argument.
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "@headwater/core";
import { openDatabase } from "@headwater/catalog";
import { crashSource, ingestInto } from "./crash-source.ts";

const [file, changed] = process.argv.slice(2) as [string, string];
const source = crashSource(changed === "changed");
// Slow enough for a kill to land anywhere in the run.
source.before = async () => {
  await wait(2);
};
const result = await ingestInto(source, openDatabase(file), systemClock);
console.log(result.state);

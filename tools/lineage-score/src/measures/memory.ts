import { analyze } from "@headwater/sql-lineage";
import { dialectFor, readData } from "../data.ts";
import { timed } from "./speed.ts";

/** Run as a process of its own: reads every statement three times and prints the most memory the process ever held, in MB. */
const [folder, part] = process.argv.slice(2);
if (folder === undefined || (part !== "open" && part !== "aside" && part !== "all"))
  throw new Error("memory.ts FOLDER open|aside|all");
const queries = timed(readData(folder, part));
for (let round = 0; round < 3; round++)
  for (const { sql, dialect } of queries) await analyze(sql, { dialect: dialectFor(dialect) });
// maxRSS is in kilobytes.
console.log(Math.round(process.resourceUsage().maxRSS / 1024));

import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase } from "@headwater/catalog";
import { type Bench, type Figures, type OptionValues, UsageError } from "../bench.ts";
import { interleave } from "../interleave.ts";
import { timeLookUps } from "../look-ups.ts";
import { type Cost, measure } from "../measure.ts";
import { median, round } from "../statistics.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const COLUMNS = 10;
/** As `headwater ingest` starts itself. */
const HEAP = { nodeOptions: "--max-semi-space-size=4" };
const program = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const bench: Bench = {
  about: "a catalog of generated tables: ingesting them, looking things up",
  options: { tables: { type: "string" }, runs: { type: "string" } },
  help: ["--tables N   how many, of 10 columns each (default 100000)", "--runs N     of each (default 3)"],
  run,
};
export default bench;

async function run(values: OptionValues): Promise<Figures> {
  const [tables, runs] = [whole(values["tables"], "--tables", 100_000), whole(values["runs"], "--runs", 3)];
  const folder = temporaryFolder();
  const [catalog, plain] = [join(folder, "catalog.db"), join(folder, "plain.db")];
  const args = [String(tables), String(COLUMNS)];
  const remove = (file: string): void => {
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
  };
  console.log(`${tables} tables of ${COLUMNS} columns, ${runs} runs of each`);
  const results = await interleave<{ floor: Cost; ingest: { first: Cost; again: Cost } }>(runs, {
    floor: async () => {
      remove(plain);
      return measure(program("../floors/documents.ts"), [plain, ...args]);
    },
    ingest: async () => {
      remove(catalog);
      const fill = (): Promise<Cost> => measure(program("../programs/fill-catalog.ts"), [catalog, ...args], HEAP);
      return { first: await fill(), again: await fill() };
    },
  });
  const firsts = results.ingest.map(({ first }) => first);
  const again = results.ingest.map((pair) => pair.again);
  const floorMs = say("floor: JSON into one table", results.floor, null);
  const firstMs = say("first ingest", firsts, floorMs);
  const againMs = say("unchanged ingest", again, floorMs);
  const db = openDatabase(catalog, { mustExist: true });
  const lookUps = timeLookUps(db, tables);
  db.close();
  const figures: Record<string, number> = {
    "ingest.ratio": round(firstMs / floorMs, 3),
    "unchanged.ratio": round(againMs / floorMs, 3),
    "rss.mb": round(Math.max(...[...firsts, ...again].map(({ rssMb }) => rssMb)), 1),
    "size.mb": round(statSync(catalog).size / 2 ** 20, 1),
    "size.ratio": round(statSync(catalog).size / statSync(plain).size, 3),
  };
  for (const [kind, { median: middle, longest }] of Object.entries(lookUps)) {
    console.log(`  ${kind.padEnd(28)} ${middle.toFixed(1).padStart(8)} ms, at most ${longest.toFixed(1)}`);
    figures[`${kind}.ms`] = round(middle, 2);
  }
  return figures;
}

function whole(value: OptionValues[string], name: string, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError(`${name} must be a whole number of at least 1, and is ${String(value)}.`);
}

function say(what: string, costs: readonly Cost[], floorMs: number | null): number {
  const ms = median(costs.map((cost) => cost.ms));
  const rss = Math.max(...costs.map(({ rssMb }) => rssMb));
  const ratio = floorMs === null ? "" : `, ${(ms / floorMs).toFixed(2)} times the floor`;
  console.log(`  ${what.padEnd(28)} ${ms.toFixed(0).padStart(8)} ms, ${rss.toFixed(0)} MB${ratio}`);
  return ms;
}

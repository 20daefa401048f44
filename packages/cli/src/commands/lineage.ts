import {
  ClaimWriter,
  columnLineage,
  coverageOf,
  type Database,
  edgeChanges,
  evidenceOf,
  lineageGaps,
  lineageOf,
  lineageTotals,
  manualKey,
  manualSaid,
  runById,
  similarFqns,
} from "@headwater/catalog";
import { HeadwaterError, quoteName, splitFqn } from "@headwater/core";
import { writeFileSync } from "node:fs";
import type { Call } from "../call.ts";
import { findPlace, type NamedPlace } from "../catalog/find-place.ts";
import { findService, servicesOf } from "../catalog/find-service.ts";
import { levelsOf, limitOf } from "../catalog/limit.ts";
import { withCatalog } from "../catalog/open.ts";
import { person } from "../catalog/person.ts";
import { coverageLines, NO_LOG, serviceCoverageLines } from "../views/coverage.ts";
import { counted } from "../screen/numbers.ts";
import { changeLines, changesMarkdown } from "../views/lineage-changes.ts";
import { evidenceLines } from "../views/lineage-evidence.ts";
import { gapLines } from "../views/lineage-gaps.ts";
import { columnTreeLines, treeLines, whatOf } from "../views/lineage-tree.ts";

const LEVELS = 3;
/** Statements shown behind an edge. */
const SHOWN_STATEMENTS = 5;

const namesTaken = ([least, most]: readonly [number, number]): string =>
  least === most ? counted(most, "name") : `at most ${counted(most, "name")}`;

const FORMS = ["json", "mermaid", "dot", "html", "markdown"] as const;
const OPTIONS = [...FORMS, "up", "down", "columns", "limit", "type"] as const;
type Option = (typeof OPTIONS)[number];

interface Verb {
  words: readonly [least: number, most: number];
  /** What it goes by, of what the command takes. */
  options: readonly Option[];
  run: (db: Database, words: readonly string[], call: Call) => void;
}

/** What `headwater lineage NAME` goes by. */
const SHOWN: readonly Option[] = ["json", "mermaid", "dot", "html", "up", "down", "columns", "type"];

const VERBS: { readonly [verb: string]: Verb } = {
  explain: { words: [2, 2], options: ["json", "type"], run: explain },
  gaps: { words: [0, 1], options: ["json", "limit"], run: gaps },
  coverage: { words: [0, 1], options: ["json"], run: coverage },
  diff: { words: [2, 2], options: ["json", "markdown"], run: diff },
  add: { words: [2, 2], options: ["type"], run: add },
  remove: { words: [2, 2], options: ["type"], run: remove },
};

/** `headwater lineage` */
export async function run(call: Call): Promise<number> {
  const [first = "", ...rest] = call.args.words;
  const verb = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined;
  if (verb !== undefined && (rest.length < verb.words[0] || rest.length > verb.words[1]))
    throw new HeadwaterError("usage", `headwater lineage ${first} takes ${namesTaken(verb.words)}.`, {
      hint: "headwater lineage --help shows how.",
    });
  if (verb === undefined && rest.length > 0)
    throw new HeadwaterError("usage", `headwater lineage ${call.args.words.join(" ")} is not understood.`, {
      hint: `It shows one name, or does one of these: ${Object.keys(VERBS).join(", ")}.`,
    });
  refuseIdleOptions(call, verb === undefined ? "NAME" : first, verb?.options ?? SHOWN);
  await withCatalog(call, { mustExist: true }, (db) =>
    verb === undefined ? show(db, first, call) : verb.run(db, rest, call),
  );
  return 0;
}

/** Refuses an option that would do nothing, and two forms of one answer. */
function refuseIdleOptions({ args }: Call, what: string, taken: readonly Option[]): void {
  const given = OPTIONS.filter((option) => args.isGiven(option));
  const idle = given.find((option) => !taken.includes(option));
  if (idle !== undefined)
    throw new HeadwaterError("usage", `headwater lineage ${what} has no option --${idle}.`, {
      hint: `It has ${taken.map((option) => `--${option}`).join(", ")}.`,
    });
  const [one, other] = FORMS.filter((option) => given.includes(option));
  if (one !== undefined && other !== undefined)
    throw new HeadwaterError("usage", `--${one} and --${other} are two forms of one answer.`, {
      hint: "Give one of them.",
    });
}

async function show(db: Database, typed: string, call: Call): Promise<void> {
  const { args, out, err } = call;
  const place = findPlace(db, typed, call);
  const [up, down] = [levelsOf(call, "up", LEVELS), levelsOf(call, "down", LEVELS)];
  const html = args.value("html");
  const asGraph = html !== undefined || args.flag("mermaid") || args.flag("dot");
  if (place.column !== null && !asGraph) {
    const start = { table: place.fqn, column: place.column };
    const [above, below] = [columnLineage(db, start, "up", up), columnLineage(db, start, "down", down)];
    if (args.flag("json")) out.json({ column: start, up: above, down: below });
    else out.print(...columnTreeLines(start, above, below, out));
    return;
  }
  const graph = lineageOf(db, place.fqn, up, down);
  if (html !== undefined) {
    const { toPage } = await import("@headwater/lineage");
    writePage(html, toPage(db, graph, whatOf));
    out.print(`${html}: ${counted(graph.nodes.length, "table")}, ${counted(graph.edges.length, "edge")}`);
  } else if (args.flag("json")) out.json(graph);
  else if (args.flag("mermaid") || args.flag("dot")) {
    // The package reads SQL too, which takes a while to load.
    const { toDot, toMermaid } = await import("@headwater/lineage");
    out.print(...(args.flag("dot") ? toDot(graph) : toMermaid(graph)).trimEnd().split("\n"));
  } else out.print(...treeLines(graph, args.flag("columns"), out));
  if (graph.edges.length === 0 && lineageTotals(db).statements === 0)
    err.print(
      "No lineage has been read yet: ingest a URL once more, or run a workflow file of the type DatabaseLineage.",
    );
}

function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new HeadwaterError("usage", `--html ${file} cannot be written: ${(error as Error).message}.`, {
      hint: "Name a file in a folder that is there and that you may write to.",
      cause: error,
    });
  }
}

function explain(db: Database, [from = "", to = ""]: readonly string[], call: Call): void {
  const { args, out } = call;
  const [source, target] = [findPlace(db, from, call), findPlace(db, to, call)];
  const evidence = evidenceOf(db, tableOf(source), tableOf(target), SHOWN_STATEMENTS);
  if (args.flag("json")) return out.json({ from: source, to: target, statements: evidence });
  if (evidence.length === 0)
    throw new HeadwaterError("usage", `Nothing is known to flow directly from ${from} to ${to}.`, {
      hint: `headwater lineage ${to} shows what does.`,
    });
  out.print(...evidenceLines(source, target, evidence, out));
}

const tableOf = ({ fqn, column }: NamedPlace): { table: string; column: string | null } => ({ table: fqn, column });

function gaps(db: Database, [service]: readonly string[], call: Call): void {
  const { args, out } = call;
  const name = service === undefined ? null : quoteName(findService(db, service).name);
  const limit = limitOf(call);
  const found = lineageGaps(db, name, limit + 1);
  const report = { ...found, statements: found.statements.slice(0, limit) };
  if (args.flag("json")) return out.json(report);
  out.print(...gapLines(report, (fqn) => namesakes(db, fqn), out));
  if (found.statements.length > limit) out.print("", out.paint("dim", "There is more: --limit N shows more."));
}

/** Tables and routines whose names end as this one does. */
function namesakes(db: Database, fqn: string): string[] {
  const last = quoteName(splitFqn(fqn).at(-1) as string);
  return similarFqns(db, last).filter((other) => other.endsWith(`.${last}`));
}

function coverage(db: Database, [service]: readonly string[], { args, out }: Call): void {
  if (service !== undefined) {
    const found = coverageOf(db, quoteName(findService(db, service).name));
    if (args.flag("json")) out.json(found);
    else out.print(...coverageLines(found, out));
    return;
  }
  const all = servicesOf(db)
    .map(({ fqn }) => ({ service: fqn, ...coverageOf(db, fqn) }))
    .filter(({ parts }) => parts.length > 0);
  if (args.flag("json")) out.json(all);
  else if (all.length === 0) out.print(NO_LOG);
  else out.print(...all.flatMap((found, at) => [...(at === 0 ? [] : [""]), ...serviceCoverageLines(found, out)]));
}

function diff(db: Database, words: readonly string[], call: Call): void {
  const { args, out } = call;
  const [from, to] = words.map((word) => runNumber(db, word)) as [number, number];
  if (from > to)
    throw new HeadwaterError("usage", `Run ${from} came after run ${to}.`, {
      hint: `headwater lineage diff ${to} ${from} says what changed since run ${to}.`,
    });
  const changes = edgeChanges(db, from, to);
  if (args.flag("json")) out.json(changes);
  else if (args.flag("markdown")) out.print(...changesMarkdown(changes, from, to));
  else out.print(...changeLines(changes, out));
}

function runNumber(db: Database, typed: string): number {
  const record = /^\d+$/.test(typed) ? runById(db, Number(typed)) : null;
  if (record !== null) return record.id;
  throw new HeadwaterError("usage", `The catalog remembers no run ${typed}.`, { hint: "headwater runs lists them." });
}

function add(db: Database, [from = "", to = ""]: readonly string[], call: Call): void {
  const [source, target] = [findPlace(db, from, call), findPlace(db, to, call)];
  if (source.fqn === target.fqn)
    throw new HeadwaterError("usage", "An edge leads from one table to another.", { hint: "Name two tables." });
  if ((source.column === null) !== (target.column === null))
    throw new HeadwaterError("usage", "An edge leads from a table to a table, or from a column to a column.");
  const now = Date.now();
  db.transaction(() => {
    const writer = new ClaimWriter(db, quoteName(splitFqn(target.fqn)[0] as string));
    const id = writer.put(
      {
        origin: "manual",
        key: manualKey(source, target),
        dialect: "",
        defaults: "{}",
        text: `Added by ${person()}.`,
        digest: "",
        said: manualSaid(source, target),
      },
      now,
    );
    writer.seen(id, now, now, 1);
  });
  call.out.print(`Added: ${from} → ${to}`);
}

function remove(db: Database, [from = "", to = ""]: readonly string[], call: Call): void {
  const [source, target] = [findPlace(db, from, call), findPlace(db, to, call)];
  const there = db.transaction(() =>
    new ClaimWriter(db, quoteName(splitFqn(target.fqn)[0] as string)).remove("manual", manualKey(source, target)),
  );
  if (!there)
    throw new HeadwaterError("usage", `Nobody has added an edge from ${from} to ${to}.`, {
      hint: "Only edges that were added by hand can be removed; others end with the statements that say them.",
    });
  call.out.print(`Removed: ${from} → ${to}`);
}

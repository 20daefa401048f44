import { existsSync } from "node:fs";
import { type Database, entitiesOf, namesBelow, openDatabase } from "@headwater/catalog";
import {
  buildFqn,
  coverage,
  FqnError,
  HeadwaterError,
  isEntityType,
  type MetadataWorkflow,
  type NodeName,
  quoteName,
  splitFqn,
  TOPOLOGIES,
  type Topology,
} from "@headwater/core";
import type { Call } from "../call.ts";
import { catalogPath } from "../catalog/open.ts";
import { metadataOnly, namedFiles } from "../run/read-workflows.ts";
import { type Decided, decidedLines, type Rule, ruleLines } from "../views/filters.ts";

/** `headwater filters` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const workflows = namedFiles(call).map(({ read }) => metadataOnly(read()));
  const path = catalogPath(call);
  const db = existsSync(path) ? openDatabase(path) : null;
  try {
    const answers = workflows.map((workflow) => {
      const { from, service } = workflow;
      if (args.words.length === 0) return { from, service, rules: rulesOf(workflow, db) };
      return { from, service, names: args.words.map((typed) => decide(workflow, typed, db, call)) };
    });
    if (args.flag("json")) out.json(answers);
    else
      for (const { from, rules, names = [] } of answers) {
        if (answers.length > 1) out.print(out.paint("bold", from));
        if (rules !== undefined) out.print(...ruleLines(rules, out));
        out.print(...names.flatMap((name) => decidedLines(name, out)));
      }
  } finally {
    db?.close();
  }
  return 0;
}

const topologyOf = ({ connector }: MetadataWorkflow): Topology => TOPOLOGIES[connector.manifest.service];

/** What the file says of a name, from the top down to the rule that leaves it out or to the name itself. */
function decide(workflow: MetadataWorkflow, typed: string, db: Database | null, call: Call): Decided {
  const path = namesOf(typed);
  const { service, options } = workflow;
  const below = path[0] === service && path.length > 1 ? path.slice(1) : path;
  const fqn = buildFqn(service, ...below);
  const nodes = nodesTo(workflow, below, fqn, db, call);
  const decided: Decided = { fqn, kept: true, by: [] };
  for (const [level, { node, kind }] of nodes.entries()) {
    const at = buildFqn(service, ...below.slice(0, level + 1));
    const name = below[level] ?? "";
    const verdict = coverage(options, node, kind, name, at);
    decided.by.push({ node, name, ...verdict });
    if (verdict.kept) continue;
    decided.kept = false;
    break;
  }
  return decided;
}

function namesOf(typed: string): string[] {
  try {
    return splitFqn(typed);
  } catch (error) {
    if (!(error instanceof FqnError)) throw error;
    throw new HeadwaterError("usage", `"${typed}" is not a name: ${error.message}`, { cause: error });
  }
}

/** The nodes on the way to a name. What the last one is, the catalog, `--type` or the name's form tells. */
function nodesTo(
  workflow: MetadataWorkflow,
  below: readonly string[],
  fqn: string,
  db: Database | null,
  { args }: Call,
): { node: NodeName; kind: string }[] {
  const levels: NodeName[][] = [];
  const { nodes } = topologyOf(workflow);
  for (let parents: (NodeName | null)[] = [null]; ;) {
    const children = nodes.filter(({ parent }) => parents.includes(parent)).map(({ name }) => name);
    if (children.length === 0) break;
    levels.push(children);
    parents = children;
  }
  const candidates = levels[below.length - 1] ?? [];
  const [first] = candidates;
  if (first === undefined)
    throw new HeadwaterError("usage", `${fqn} is too deep: filters are about ${levels.flat().join(", ")}.`, {
      hint: "Columns come with their table.",
    });
  const type = args.value("type");
  if (type !== undefined && !isEntityType(type)) throw new HeadwaterError("usage", `There is no type ${type}.`);
  const known = db === null ? [] : entitiesOf(db, fqn);
  const entity = known.find((there) => type === undefined || there.type === type);
  const guessed = candidates.find(
    (node) => node === (below.at(-1)?.endsWith(")") === true ? "storedProcedure" : "table"),
  );
  const last = candidates.find((node) => node === (type ?? entity?.type)) ?? guessed ?? first;
  return [...levels.slice(0, below.length - 1).map(([node]) => node as NodeName), last].map((node, level) => ({
    node,
    kind: level === below.length - 1 ? (entity?.kind ?? "Regular") : "",
  }));
}

/** Every rule of the file, with how many of the catalog's entities it decides on. */
function rulesOf(workflow: MetadataWorkflow, db: Database | null): Rule[] {
  const { service, options } = workflow;
  const rules = new Map<string, Rule>();
  const ruleFor = (node: NodeName, rule: string | null, kept: boolean): Rule => {
    const key = JSON.stringify([node, rule]);
    let there = rules.get(key);
    if (there === undefined) rules.set(key, (there = { node, rule, kept, entities: 0, examples: [] }));
    return there;
  };
  const nodes = topologyOf(workflow).nodes.map(({ name }) => name);
  for (const node of nodes) {
    const { includes = [], excludes = [] } = options.filters[node] ?? {};
    for (const { text } of excludes) ruleFor(node, `excluded by "${text}"`, false);
    for (const { text } of includes) ruleFor(node, `included by "${text}"`, true);
  }
  if (!options.includeTables) ruleFor("table", "includeTables is false", false);
  if (!options.includeViews) ruleFor("table", "includeViews is false", false);
  if (!options.includeStoredProcedures) ruleFor("storedProcedure", "includeStoredProcedures is false", false);
  if (db === null) return [...rules.values()];
  const out = new Set<string>();
  for (const { type, kind, name, fqn } of namesBelow(db, quoteName(service))) {
    const node = nodes.find((candidate) => candidate === type);
    const parent = fqn.slice(0, fqn.length - quoteName(name).length - 1);
    // What is in something that is left out is not looked at.
    if (node === undefined || out.has(parent)) {
      if (node !== undefined) out.add(fqn);
      continue;
    }
    const { kept, rule } = coverage(options, node, kind ?? "", name, fqn);
    if (!kept) out.add(fqn);
    const decided = ruleFor(node, rule, kept);
    decided.entities += 1;
    if (decided.examples.length < EXAMPLES) decided.examples.push(name);
  }
  return [...rules.values()].toSorted((a, b) => nodes.indexOf(a.node) - nodes.indexOf(b.node));
}

const EXAMPLES = 3;

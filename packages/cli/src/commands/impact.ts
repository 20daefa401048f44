import { columnLineage, type ColumnStep, type Database, type GraphNode, lineageOf } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { findPlace, type NamedPlace } from "../catalog/find-place.ts";
import { levelsOf } from "../catalog/limit.ts";
import { withCatalog } from "../catalog/open.ts";
import { impactLines, type Impact } from "../views/impact.ts";

const LEVELS = 100;

/** `headwater impact NAME` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  await withCatalog(call, { mustExist: true }, (db) => {
    const place = findPlace(db, args.words[0] ?? "", call);
    const impact = impactOf(db, place, levelsOf(call, "down", LEVELS));
    if (args.flag("json")) out.json(impact);
    else out.print(...impactLines(impact, out));
  });
  return 0;
}

/** Everything that depends on a place: columns made of it first, then tables whose rows it decides about. */
function impactOf(db: Database, { fqn, column }: NamedPlace, levels: number): Impact {
  const graph = lineageOf(db, fqn, 0, levels);
  const below = graph.nodes.filter(({ level }) => level > 0);
  const columns =
    column === null ? columnsOut(db, fqn, graph, levels) : columnLineage(db, { table: fqn, column }, "down", levels);
  const byTable = new Map<string, ColumnStep[]>();
  for (const step of columns) byTable.set(step.table, [...(byTable.get(step.table) ?? []), step]);
  const through = column === null ? new Map<string, string>() : behindRoutines(db, below, byTable, levels);
  const dependents = below
    .filter((node) => column === null || byTable.has(node.fqn) || through.has(node.fqn))
    .map((node) => {
      const steps = byTable.get(node.fqn) ?? [];
      return {
        ...node,
        level: steps.length > 0 ? Math.min(...steps.map(({ level }) => level)) : node.level,
        columns: [...new Set(steps.map((step) => step.column))].filter((name) => name !== "").toSorted(),
        rows: steps.some((step) => step.column === ""),
        through: steps.length > 0 ? null : (through.get(node.fqn) ?? null),
      };
    });
  const broken = ({ columns: names }: { columns: string[] }): number => (names.length > 0 ? 0 : 1);
  dependents.sort((a, b) => broken(a) - broken(b) || a.level - b.level || (a.fqn < b.fqn ? -1 : 1));
  return { of: fqn, column, dependents };
}

/**
 * What a column may go into behind a routine of which nobody knows what its columns are made of: everything that reads it, with the
 * routine's name.
 */
function behindRoutines(
  db: Database,
  below: readonly GraphNode[],
  reached: ReadonlyMap<string, unknown>,
  levels: number,
): Map<string, string> {
  const through = new Map<string, string>();
  for (const { fqn, type, level } of below) {
    if (type !== "storedProcedure" || !reached.has(fqn)) continue;
    const { nodes, edges } = lineageOf(db, fqn, 1, levels - level);
    const isKnown = edges.some(({ to, columns }) => to === fqn && columns.some((flow) => flow.to !== ""));
    if (!isKnown) for (const node of nodes) if (node.level > 0 && !through.has(node.fqn)) through.set(node.fqn, fqn);
  }
  return through;
}

/** The columns made of any column of a table. */
function columnsOut(db: Database, fqn: string, { edges }: ReturnType<typeof lineageOf>, levels: number): ColumnStep[] {
  const own = new Set(
    edges.filter(({ from }) => from === fqn).flatMap(({ columns }) => columns.map(({ from }) => from)),
  );
  return [...own].flatMap((column) => columnLineage(db, { table: fqn, column }, "down", levels));
}

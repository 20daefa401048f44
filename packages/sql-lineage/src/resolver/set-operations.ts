import { AMBIGUOUS } from "../how.ts";
import type { NameMatch } from "../ir.ts";
import { type Flow, FlowSet, type Output, type Star } from "./flow.ts";

/** The columns of one branch, and how they meet those before. */
export interface ResolvedBranch {
  readonly outputs: readonly Output[];
  readonly byName: NameMatch | null;
}

/** Finds a column by its name among a query's, also under a star; null when it is not there. */
export type FindColumn = (outputs: readonly Output[], name: string) => readonly Flow[] | null;

/** The columns of a set operation: the first branch names them unless names decide. */
export function combined(branches: readonly ResolvedBranch[], find: FindColumn): readonly Output[] {
  let run: (readonly Output[])[] = [];
  for (const { outputs, byName } of branches) {
    if (byName === null || run.length === 0) {
      run.push(outputs);
      continue;
    }
    run = [matched(positional(run), outputs, byName, find)];
  }
  return positional(run);
}

function positional(branches: readonly (readonly Output[])[]): readonly Output[] {
  const first = branches[0] ?? [];
  if (branches.length < 2) return first;
  // Behind a star the positions are not known: names have to do.
  if (branches.some((outputs) => outputs.some(({ star }) => star !== null))) return merged(branches, false);
  return first.map((output, i) => {
    const set = new FlowSet();
    for (const outputs of branches) set.addAll(outputs[i]?.flows ?? []);
    return { ...output, flows: set.items };
  });
}

function matched(
  left: readonly Output[],
  right: readonly Output[],
  { keep, columns }: NameMatch,
  find: FindColumn,
): readonly Output[] {
  if (columns !== null)
    return columns.map((name) => {
      const set = new FlowSet();
      for (const side of [left, right]) set.addAll(find(side, name) ?? []);
      return { name, lower: name.toLowerCase(), named: true, flows: set.items, star: null, ...placeIn(left) };
    });
  const all = merged([left, right], true);
  if (keep === "all") return all;
  const has = (side: readonly Output[], name: string): boolean =>
    side.some(({ lower, star }) => lower === name || (star !== null && star.except?.has(name) !== true));
  return all.filter(({ lower, star }) => star !== null || (has(left, lower) && (keep === "left" || has(right, lower))));
}

function placeIn(outputs: readonly Output[]): { start: number; end: number } {
  return { start: outputs[0]?.start ?? 0, end: outputs.at(-1)?.end ?? 0 };
}

/** Columns of the same name put together, in the order they first come up. */
function merged(branches: readonly (readonly Output[])[], byName: boolean): Output[] {
  const result: Output[] = [];
  branches.forEach((outputs, branch) => {
    for (const output of outputs) {
      const at = placeOf(output, result);
      if (branch > 0 && at >= 0) {
        const set = new FlowSet();
        set.addAll(result[at]!.flows);
        set.addAll(output.flows);
        result[at] = { ...result[at]!, flows: set.items, star: mergeStars(result[at]!.star, output.star) };
      } else if (branch === 0 || byName || output.star !== null || !result.some(({ star }) => star === null))
        result.push(output);
      else result.push({ ...output, flows: output.flows.map(({ source, how }) => source.by(how | AMBIGUOUS)) });
    }
  });
  return result;
}

function placeOf({ star, lower }: Output, among: readonly Output[]): number {
  return star === null
    ? among.findIndex((other) => other.star === null && other.lower === lower && lower !== "")
    : among.findIndex((other) => other.star !== null && other.star.whole === star.whole);
}

function mergeStars(one: Star | null, other: Star | null): Star | null {
  if (one === null || other === null) return one;
  if (one.except === null || other.except === null) return { except: null, whole: one.whole };
  return { except: new Set([...one.except].filter((name) => other.except!.has(name))), whole: one.whole };
}

import { IDENTITY, TRANSFORMATION } from "../how.ts";
import type { Expr, StarItem } from "../ir.ts";
import { type Flow, FlowSet, type Output, type Star, through } from "./flow.ts";
import { starOutput } from "./outputs.ts";
import type { Env, QueryResolver } from "./query.ts";
import { newScope, type Scope, type Visible } from "./scope.ts";

interface StarChanges {
  readonly except: ReadonlySet<string>;
  readonly replace: Map<string, { readonly name: string; readonly expr: Expr; done?: boolean }>;
  readonly rename: ReadonlyMap<string, string>;
}

/** Adds the columns that a star of a select list stands for. */
export function expandStar(q: QueryResolver, item: StarItem, scope: Scope, env: Env | null, outputs: Output[]): void {
  const { qualifier } = item;
  let relations: readonly Visible[];
  if (qualifier === null) relations = scope.relations.filter(({ hidden }) => !hidden);
  else {
    const lower = qualifier.parts.map((part) => part.toLowerCase());
    relations = [];
    for (let at: Scope | null = scope; at !== null && relations.length === 0; at = at.parent)
      relations = q.finder.matching(at, lower);
    const row = relations.length === 0 ? q.finder.rowOf(qualifier) : null;
    if (row !== null) relations = [row];
    else if (relations.length === 0) {
      // `column.*`: the fields of a value.
      const flows = through(q.finder.find(qualifier, scope, false), TRANSFORMATION);
      outputs.push({
        name: "*",
        lower: "*",
        named: true,
        flows,
        star: { except: null, whole: true },
        start: item.start,
        end: item.end,
      });
      return;
    }
  }
  const [only] = relations;
  if (item.qualifier !== null && relations.length === 1 && isElement(only!)) {
    // `a.*` of `UNNEST(x) AS a`: the fields of the element.
    outputs.push(starOutput(only!.value!, { except: null, whole: true }, item));
    return;
  }
  const changes: StarChanges = {
    except: new Set(item.except.map((name) => name.toLowerCase())),
    replace: new Map(item.replace.map(({ name, expr }) => [name.toLowerCase(), { name, expr }])),
    rename: new Map(item.rename.map(({ from, to }) => [from.toLowerCase(), to])),
  };
  const first = outputs.length;
  for (const relation of relations)
    expandRelation(q, relation, item, changes, scope, env, outputs, qualifier === null ? first : outputs.length);
  // What is replaced or renamed out of columns nobody told us is known by these words alone.
  nameHidden(q, item, changes, relations, scope, env, outputs, first);
}

/** Whether a relation has no column but the value it is called after. */
function isElement({ alias, value, outputs }: Visible): boolean {
  return value !== null && outputs?.length === 1 && outputs[0]!.star === null && outputs[0]!.lower === alias;
}

function expandRelation(
  q: QueryResolver,
  relation: Visible,
  item: StarItem,
  changes: StarChanges,
  scope: Scope,
  env: Env | null,
  outputs: Output[],
  first: number,
): void {
  const push = (name: string, flows: readonly Flow[], named_: boolean): void => {
    const lower = name.toLowerCase();
    if (changes.except.has(lower)) return;
    if (relation.merged?.has(lower) === true) {
      const at = outputs.findIndex((output, i) => i >= first && output.lower === lower && output.star === null);
      if (at >= 0) {
        const set = new FlowSet();
        set.addAll(outputs[at]!.flows);
        set.addAll(flows);
        outputs[at] = { ...outputs[at]!, flows: set.items };
        return;
      }
    }
    const replacement = changes.replace.get(lower);
    if (replacement !== undefined) {
      outputs.push({ ...q.outputOf(replacement.expr, name, scope, env) });
      replacement.done = true;
      return;
    }
    const to = changes.rename.get(lower) ?? name;
    const output: Output = {
      name: to,
      lower: to.toLowerCase(),
      named: named_,
      flows: through(flows, item.how),
      star: null,
      start: item.start,
      end: item.end,
    };
    outputs.push(output);
  };
  const { table } = relation;
  if (table !== null && table.columns !== null) {
    if (item.pattern)
      outputs.push(
        starOutput(
          table.columns.map((column) => table.source(column).by(IDENTITY)),
          { except: null, whole: true },
          item,
        ),
      );
    else for (const column of table.columns) push(column, [table.source(column).by(IDENTITY)], true);
    return;
  }
  const own: readonly Output[] =
    table !== null
      ? [starOutput([table.source("*").by(IDENTITY)], { except: null, whole: false }, item)]
      : (relation.outputs ?? []);
  for (const output of own) {
    if (output.star === null && !item.pattern) {
      push(output.name, output.flows, output.named);
      continue;
    }
    const hidden = new Set([
      ...(output.star?.except ?? []),
      ...changes.except,
      ...changes.replace.keys(),
      ...changes.rename.keys(),
    ]);
    const star: Star = { except: hidden.size === 0 ? null : hidden, whole: output.star?.whole ?? true };
    outputs.push({ ...output, flows: through(output.flows, item.how), star, start: item.start, end: item.end });
  }
}

function nameHidden(
  q: QueryResolver,
  item: StarItem,
  changes: StarChanges,
  relations: readonly Visible[],
  scope: Scope,
  env: Env | null,
  outputs: Output[],
  first: number,
): void {
  const stars = outputs.slice(first).some(({ star }) => star !== null);
  if (!stars) return;
  for (const { name, expr, done } of changes.replace.values())
    if (done !== true) outputs.push(q.outputOf(expr, name, scope, env));
  for (const { from, to } of item.rename) {
    if (outputs.slice(first).some((output) => output.star === null && output.lower === to.toLowerCase())) continue;
    const set = new FlowSet();
    for (const relation of relations) set.addAll(q.finder.columnOf(relation, from, from.toLowerCase(), false) ?? []);
    outputs.push({
      name: to,
      lower: to.toLowerCase(),
      named: true,
      flows: set.items,
      star: null,
      start: item.start,
      end: item.end,
    });
  }
}

/** All columns of a relation, but for some. */
export function expandWithout(
  q: QueryResolver,
  relation: Visible,
  without: ReadonlySet<string>,
  at: { start: number; end: number },
  outputs: Output[],
): void {
  const item: StarItem = {
    kind: "star",
    qualifier: null,
    except: [...without],
    replace: [],
    rename: [],
    pattern: false,
    how: IDENTITY,
    ...at,
  };
  const changes: StarChanges = { except: without, replace: new Map(), rename: new Map() };
  expandRelation(q, relation, item, changes, newScope(null), null, outputs, outputs.length);
}

/** Texts that move data, and what they say. */

/** What kind of text says an edge: a view's definition, a routine's body, a query that was run, or a person. */
export type Origin = "view" | "procedure" | "query" | "manual";

/** How sure an edge is, the surest first. See the engine's `Confidence`. */
export const SURENESS = ["exact", "recovered", "ambiguous", "star"] as const;
/** One degree of sureness. */
export type Sure = (typeof SURENESS)[number];

/** One edge that a statement says. Names are FQNs; an empty column is the table as a whole, `*` its rows or unknown columns. */
export interface Claim {
  source: string;
  sourceColumn: string;
  target: string;
  targetColumn: string;
  /** OpenLineage's subtypes, joined by commas; `!` behind one that cannot be undone. Empty for a table as a whole. */
  how: string;
  sure: Sure;
  /** What in the text says so. */
  rule: string;
  /** The piece of the statement's text that says so, in UTF-16 units. */
  span: readonly [start: number, end: number];
}

/** What could not be read in a statement. */
export interface StatementGap {
  reason: string;
  detail: string;
  /** Where in the text. */
  at: number;
}

/** What a text says. */
export interface Reading {
  claims: readonly Claim[];
  /** The last parts of all names of tables and routines in it, in lower case. */
  mentions: readonly string[];
  gaps: readonly StatementGap[];
  /** The tables it reads or writes, for usage. */
  uses: readonly Use[];
}

/** What a text says, as it is kept: most of it as JSON, made by {@link saidOf}. */
export interface Said {
  /** What flows from one place to another, once for each two. */
  flows: readonly { source: string; target: string; columns: string; claims: string }[];
  mentions: readonly string[];
  /** `null` for none. */
  gaps: string | null;
  uses: readonly { table: string; columns: string; joins: string | null }[];
}

/** A text that moves data, with everything it says. */
export interface Statement {
  origin: Origin;
  /** The FQN of the definition it is, or the shape of the queries it stands for. */
  key: string;
  dialect: string;
  /** What names without a database or schema mean in it, as JSON. */
  defaults: string;
  /** Without credentials. */
  text: string;
  /** Changes with everything the claims follow from, but for the tables it names. */
  digest: string;
  said: Said;
}

/** A table that a statement touches. */
export interface Use {
  table: string;
  columns: readonly string[];
  /** Columns it joins with columns of other tables: its own, the other's FQN. */
  joins: readonly (readonly [column: string, other: string])[];
}

/** What a text says, in the form it is kept in. */
export function saidOf({ claims, mentions, gaps, uses }: Reading): Said {
  return {
    flows: flowsOf(claims),
    mentions,
    gaps: gaps.length === 0 ? null : JSON.stringify(gaps),
    uses: uses.map(({ table, columns, joins }) => ({
      table,
      columns: `[${columns.map(quoted).join(",")}]`,
      joins: joins.length === 0 ? null : JSON.stringify(joins),
    })),
  };
}

function flowsOf(claims: readonly Claim[]): Said["flows"] {
  const flows: { source: string; target: string; pairs: string[]; claims: string[] }[] = [];
  // A key made of both names would cost more than looking each of them up.
  const bySource = new Map<string, Map<string, (typeof flows)[number]>>();
  for (const { source, sourceColumn, target, targetColumn, how, sure, rule, span } of claims) {
    let byTarget = bySource.get(source);
    if (byTarget === undefined) bySource.set(source, (byTarget = new Map()));
    let flow = byTarget.get(target);
    if (flow === undefined) {
      flow = { source, target, pairs: [], claims: [] };
      byTarget.set(target, flow);
      flows.push(flow);
    }
    const pair = `${quoted(targetColumn)},${quoted(sourceColumn)}`;
    flow.pairs.push(`[${pair}]`);
    flow.claims.push(`[${pair},${quoted(how)},"${sure}",${quoted(rule)},${span[0]},${span[1]}]`);
  }
  // The pairs stand in an order that depends on nothing else: equal texts are equal pairs.
  return flows.map(({ source, target, pairs, claims: said }) => ({
    source,
    target,
    columns: `[${pairs.toSorted().join(",")}]`,
    claims: `[${said.join(",")}]`,
  }));
}

/** A text as JSON. Names hardly ever need escaping, and a log is full of them. */
function quoted(text: string): string {
  return /^[\w ,!]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

import type { Dialect } from "../dialect.ts";
import { IDENTITY } from "../how.ts";
import type { Name, ParsedStatement, RecordStatement, TriggerRows } from "../ir.ts";
import type { Gap, StatementLineage } from "../result.ts";
import { endsWith } from "../schema.ts";
import { ResolveLimit } from "./budget.ts";
import { Draft, NO_VALUE, OneStatement } from "./one-statement.ts";
import type { VariableValue } from "./scope.ts";
import type { Table, Tables } from "./tables.ts";

/** Turns what was read of a script's statements into their lineage. */
export class StatementResolver {
  private readonly dialect: Dialect;
  private readonly tables: Tables;
  private readonly text: string;
  private readonly variables = new Map<string, VariableValue>();
  /** Triggers of the script that run a function, which may stand before them or behind. */
  private readonly triggers: readonly { readonly runs: Name; readonly rows: TriggerRows }[];

  constructor(dialect: Dialect, tables: Tables, text: string, script: readonly ParsedStatement[]) {
    this.dialect = dialect;
    this.tables = tables;
    this.text = text;
    this.triggers = script.flatMap(({ statement }) => {
      if (statement.kind !== "block" || statement.rows === null) return [];
      const { rows } = statement;
      return statement.body.flatMap(({ statement: one }) => (one.kind === "call" ? [{ runs: one.routine, rows }] : []));
    });
  }

  /** Resolves a statement and those inside it; appends them to `out`. */
  resolve(parsed: ParsedStatement, within: number | null, out: StatementLineage[]): void {
    const { statement } = parsed;
    if (statement.kind === "block") {
      const index = out.length;
      // A block without a statement in it is a command: DECLARE, SET, PRINT …
      const kind =
        statement.what === "block" && statement.body.every((inner) => inner.statement.kind === "assign")
          ? "utility"
          : statement.what;
      const { returns } = statement;
      const columns = returns !== null && "parts" in returns ? this.tables.find(returns, "table").columns : returns;
      const outputs = columns?.map((name) => ({ name, named: true, star: false })) ?? null;
      const own: StatementLineage = { ...this.empty(parsed, within), kind, outputs };
      out.push(own);
      const outer = new Map(this.variables);
      for (const name of statement.variables) if (!this.variables.has(name)) this.variables.set(name, NO_VALUE);
      const resolveBody = (): void => {
        for (const inner of statement.body) this.resolve(inner, index, out);
      };
      const { rows, runByTriggers } = statement;
      const known = rows !== null ? [rows] : runByTriggers !== null ? this.rowsOf(runByTriggers) : [];
      if (known.length === 0) resolveBody();
      for (const one of known) this.resolveTrigger(one, resolveBody, out);
      if (statement.scope) {
        for (const name of this.variables.keys())
          if (statement.what !== "block" || !name.startsWith("@")) this.variables.delete(name);
        for (const [name, value] of outer) if (!this.variables.has(name)) this.variables.set(name, value);
      }
      return;
    }
    if (statement.kind === "record") {
      this.bind(statement);
      return;
    }
    const draft = new Draft();
    const one = new OneStatement(this.dialect, this.tables, this.text, this.variables, draft);
    try {
      one.read(statement);
    } catch (error) {
      const span = [parsed.start, parsed.end] as const;
      // The stack's end or the budget's: nothing of the statement is known then.
      const gap: Gap =
        error instanceof ResolveLimit
          ? { span, reason: "work", detail: error.message }
          : error instanceof RangeError
            ? { span, reason: "nesting", detail: "it nests too deeply to be resolved" }
            : { span, reason: "defect", detail: `resolving it failed: ${String(error)}` };
      out.push({
        ...this.empty(parsed, within),
        kind: "unknown",
        gaps: [...parsed.gaps, gap],
      });
      return;
    }
    // What only changes a variable is told by the statements that use it.
    if (statement.kind === "assign" && draft.writes.length === 0) return;
    out.push({
      ...this.empty(parsed, within),
      kind:
        draft.kind ??
        (parsed.gaps.some(
          ({ reason }) =>
            reason === "unknown statement" ||
            reason === "size" ||
            reason === "nesting" ||
            reason === "work" ||
            reason === "unclosed",
        ) && draft.writes.length === 0
          ? "unknown"
          : "utility"),
      reads: [...one.reads].map((table) => table.use),
      writes: draft.writes,
      outputs: draft.outputs,
      columns: draft.edges.items,
      dataset: draft.dataset,
      gaps: draft.gaps.length === 0 ? parsed.gaps : [...parsed.gaps, ...draft.gaps],
    });
    for (const change of draft.after) change();
  }

  /** The rows that a function sees of the triggers that run it. */
  private rowsOf({ parts }: Name): TriggerRows[] {
    return this.triggers
      .filter(({ runs }) => endsWith(runs.parts, parts) || endsWith(parts, runs.parts))
      .map(({ rows }) => rows);
  }

  /** Resolves a trigger's body, where some names mean rows of its table. */
  private resolveTrigger(rows: TriggerRows, resolveBody: () => void, out: StatementLineage[]): void {
    const from = out.length;
    const table = this.tables.find(rows.table.name, rows.table.source);
    const value: VariableValue = { flows: [table.source("*").by(IDENTITY)], fields: null, table };
    for (const name of rows.records)
      this.variables.set(name, rows.before && !/^:?old$/.test(name) ? { ...value, goesIn: true } : value);
    this.tables.aliased(rows.tables, table, resolveBody);
    for (let i = from; i < out.length; i++) out[i] = readingRows(out[i]!, table);
  }

  /** Gives variables what a cursor holds. */
  private bind({ names, whole, of }: RecordStatement): void {
    const cursor = this.variables.get(of.toLowerCase());
    if (cursor === undefined) return;
    const fields = [...(cursor.fields?.values() ?? [])];
    names.forEach((name, i) => {
      const value = whole ? cursor : { flows: fields[i] ?? cursor.flows, fields: null };
      this.variables.set(name.toLowerCase(), value);
    });
  }

  private empty(parsed: ParsedStatement, within: number | null): StatementLineage {
    const gaps: readonly Gap[] = parsed.gaps;
    return {
      kind: "utility",
      span: [parsed.start, parsed.end],
      within,
      fingerprint: parsed.fingerprint,
      reads: [],
      writes: [],
      calls: parsed.calls,
      outputs: null,
      columns: [],
      dataset: [],
      gaps,
    };
  }
}

/** A trigger's statement that uses the rows reads the table they are of. */
function readingRows(statement: StatementLineage, { use }: Table): StatementLineage {
  const uses = [...statement.columns, ...statement.dataset].some(({ from }) => from.table === use.id);
  const listed = [...statement.reads, ...statement.writes].some(({ id }) => id === use.id);
  return !uses || listed ? statement : { ...statement, reads: [...statement.reads, use] };
}

import { IDENTITY } from "../how.ts";
import type { CopyStatement, CreateStatement, TargetTable } from "../ir.ts";
import type { OneStatement } from "./one-statement.ts";
import { named, tableOutputs } from "./outputs.ts";
import type { Table } from "./tables.ts";

/** CREATE. */
export function create(s: OneStatement, statement: CreateStatement): void {
  const { target, to, model, query, temporary } = statement;
  s.draft.kind = statement.what === "cache" ? "cache" : `create ${statement.what}`;
  for (const read of statement.reads) {
    const table = s.tables.find(read.name, read.source);
    s.queries.reads.add(table);
    const own = s.write(target, "create", "statement", temporary);
    s.draft.edges.add(own, "*", [table.source("*").by(IDENTITY)], statement, "copy", true);
  }
  if (model !== null) {
    const source = s.tables.find(model.table.name, model.table.source);
    s.queries.reads.add(source);
    const own = s.write(target, "create", "statement", temporary);
    if (model.kind !== "like")
      for (const output of tableOutputs(source, statement))
        s.draft.edges.addOutput(own, output.name, output, model.kind);
    const columns = source.columns ?? statement.columns;
    if (query === null) {
      s.draft.after.push(() => s.tables.define(target.name, target.source, columns, temporary));
      return;
    }
  }
  if (query === null) {
    s.write(target, "create", "statement", temporary);
    s.draft.after.push(() => s.tables.define(target.name, target.source, statement.columns, temporary));
    return;
  }
  const outputs = s.queries.query(query, s.env, null);
  if (to === null) {
    const adds = s.dialect.features.createAsAddsColumns && statement.what === "table";
    s.filled(target, "create", outputs, adds ? null : statement.columns, "created as", temporary);
    return;
  }
  // The rows go to another table, by name.
  s.write(target, "create", "statement", temporary);
  const table = s.write(to, "insert", "statement");
  for (const output of named(outputs, statement.columns))
    s.draft.edges.addOutput(table, s.spelled(table, output), output, "insert by name");
  s.decided(table);
}

/** COPY and its kin. */
export function copy(s: OneStatement, statement: CopyStatement): void {
  s.draft.kind = "copy";
  const { from, to, query, columns, rule } = statement;
  const target = to === null ? null : s.write(to, "copy", columns === null ? "assumed" : "statement");
  if (query !== null) {
    const outputs = s.queries.query(query, s.env, null);
    if (target === null)
      s.draft.outputs = outputs.map((output) => ({
        name: s.nameOf(output),
        named: output.named,
        star: output.star !== null,
      }));
    for (const output of s.placed(outputs, columns))
      s.draft.edges.addOutput(target, s.spelled(target, output), output, rule);
    s.decided(target);
    return;
  }
  for (const one of from) copyFrom(s, statement, one, target);
}

function copyFrom(s: OneStatement, statement: CopyStatement, from: TargetTable, target: Table | null): void {
  const { columns, rule } = statement;
  const source = s.tables.find(from.name, from.source);
  s.queries.reads.add(source);
  if (target === null) return;
  if (columns !== null) {
    // Which part of the file goes where is not said; that it is the file is.
    for (const column of columns)
      s.draft.edges.add(
        target,
        target.spelling(column.toLowerCase()) ?? column,
        [source.source("*").by(IDENTITY)],
        statement,
        rule,
        true,
      );
    return;
  }
  for (const output of tableOutputs(source, statement)) s.draft.edges.addOutput(target, output.name, output, rule);
}

/** RENAME. */
export function rename(s: OneStatement, from: TargetTable, to: TargetTable, at: { start: number; end: number }): void {
  const source = s.tables.find(from.name, from.source);
  const { columns } = source;
  const { temporary } = source.use;
  const target = temporary ? s.tables.temporary(to.name, to.source) : s.tables.find(to.name, to.source);
  s.draft.writes.push({
    ...target.use,
    temporary: target.use.temporary || temporary,
    mode: "rename",
    columnNames: "statement",
  });
  s.queries.reads.add(source);
  for (const output of tableOutputs(source, at)) s.draft.edges.addOutput(target, output.name, output, "rename");
  s.draft.after.push(() => {
    s.tables.drop(from.name);
    s.tables.define(to.name, to.source, columns, temporary);
  });
}

import {
  analyze,
  type ColumnSource,
  type DialectName,
  schemaOf,
  splitStatements,
  type StatementLineage,
  type Transformation,
} from "../src/index.ts";

/**
 * A fixture is a script of one dialect. Behind each statement stand lines that start with `-->` and say what is expected of it;
 * those of statements inside a procedure are indented. Two kinds of line at the head of the file set the scene:
 *
 *     -- schema: sales.orders(id, total), sales.lines(id, price)
 *     -- defaults: catalog.schema
 *
 * and a third, `-- each statement by itself`, keeps them from knowing what those before them made.
 */
const EXPECTED = /^-->.*\n?/gm;

/** Rewrites what a fixture expects to what the engine says. */
export async function updated(text: string, dialect: DialectName): Promise<string> {
  const bare = text.replaceAll(EXPECTED, "");
  const statements = await read(bare, dialect);
  let result = "";
  let from = 0;
  statements.forEach((statement, index) => {
    if (statement.within !== null) return;
    const lineEnd = bare.indexOf("\n", lastLine(bare, statement));
    const end = lineEnd < 0 ? bare.length : lineEnd + 1;
    if (end > from) {
      result += bare.slice(from, end);
      from = end;
    }
    if (!result.endsWith("\n")) result += "\n";
    result += render(statements, index, "").join("");
  });
  return result + bare.slice(from);
}

async function read(text: string, dialect: DialectName): Promise<StatementLineage[]> {
  const options = { dialect, ...scene(text) };
  if (!/^-- each statement by itself$/m.test(text)) return [...(await analyze(text, options)).statements];
  const all: StatementLineage[] = [];
  for (const [start, end] of splitStatements(text, dialect)) {
    const { statements } = await analyze(text.slice(start, end), options);
    const before = all.length;
    for (const one of statements)
      all.push({
        ...one,
        span: [one.span[0] + start, one.span[1] + start],
        within: one.within === null ? null : one.within + before,
      });
  }
  return all;
}

/** Where a statement's last line stands: its own end, or the semicolon, GO or slash behind it. */
function lastLine(text: string, { span: [, end] }: StatementLineage): number {
  const behind = /^\s*(?:;|\/(?=\s|$)|GO\b)/i.exec(text.slice(end, end + 200));
  return behind === null ? Math.max(0, end - 1) : end + behind[0].length - 1;
}

function scene(text: string): Partial<Parameters<typeof analyze>[1]> {
  const schema = /^-- schema: (.*)$/m.exec(text)?.[1];
  const defaults = /^-- defaults: (.*)$/m.exec(text)?.[1]?.split(".");
  return {
    ...(schema === undefined
      ? {}
      : {
          schema: schemaOf(
            Object.fromEntries(
              [...schema.matchAll(/([^\s,()]+)\(([^)]*)\)/g)].map(([, table, columns]) => [
                table!,
                columns!.split(",").map((column) => column.trim().replaceAll('"', "")),
              ]),
            ),
          ),
        }),
    ...(defaults === undefined
      ? {}
      : {
          defaults:
            defaults.length === 1
              ? { searchPath: [defaults[0]!] }
              : { catalog: defaults[0]!, searchPath: [defaults[1]!] },
        }),
  };
}

function render(statements: readonly StatementLineage[], index: number, indent: string): string[] {
  const statement = statements[index]!;
  const lines: string[] = [];
  const line = (text: string): void => {
    lines.push(`--> ${indent}${text}\n`);
  };
  const reads = statement.reads.map(
    ({ id, kind, temporary }) => `${id}${kind === "table" ? "" : ` (${kind})`}${temporary ? " (temporary)" : ""}`,
  );
  const writes = statement.writes.map(({ id, mode, temporary }) => `${id} (${mode}${temporary ? ", temporary" : ""})`);
  line(
    [
      `${statement.kind}:`,
      ...(reads.length > 0 ? [`reads ${reads.join(", ")}`] : []),
      ...(reads.length > 0 && writes.length > 0 ? ["and"] : []),
      ...(writes.length > 0 ? [`writes ${writes.join(", ")}`] : []),
    ].join(" "),
  );
  for (const { from, to, transformations, confidence } of statement.columns)
    line(
      `  ${source(from)} -> ${to.table === null ? to.column : `${to.table}.${to.column}`}  ${ways(transformations)}${confidence === "exact" ? "" : ` (${confidence})`}`,
    );
  const several = new Set(statement.dataset.map(({ to }) => to)).size > 1;
  for (const { from, to, transformations, confidence } of statement.dataset)
    line(
      `  rows${several ? ` of ${to ?? "the result"}` : ""} by ${source(from)}  ${ways(transformations)}${confidence === "exact" ? "" : ` (${confidence})`}`,
    );
  for (const { reason, detail } of statement.gaps) line(`  gap, ${reason}: ${detail.replaceAll("\n", " ")}`);
  statements.forEach((inner, at) => {
    if (inner.within === index) lines.push(...render(statements, at, `${indent}    `));
  });
  return lines;
}

function source({ table, column, candidates }: ColumnSource): string {
  return table === null
    ? `?.${column}${candidates === undefined || candidates.length === 0 ? "" : ` [${candidates.join(", ")}]`}`
    : `${table}.${column}`;
}

function ways(transformations: readonly Transformation[]): string {
  return transformations
    .map(({ subtype, masking }) => `${subtype.toLowerCase()}${masking ? ", masking" : ""}`)
    .join(" + ");
}

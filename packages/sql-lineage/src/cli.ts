import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { analyze } from "./analyze.ts";
import { type DialectName, dialects } from "./dialects/index.ts";
import { toMermaid } from "./mermaid.ts";
import { schemaOf } from "./schema.ts";
import { toText } from "./text-report.ts";

const USAGE = `Usage: sql-lineage --dialect NAME [options] [FILE ...]

Reads SQL from files (or standard input) and prints which tables and columns flow where, and what could not be read.

  -d, --dialect NAME   ${Object.keys(dialects).join(", ")}
  -f, --format FORMAT  text (default), json or mermaid
  -s, --schema FILE    columns of tables as JSON: { "schema.table": ["column", ...] }
      --catalog NAME   what names without a catalog are in
      --path A,B       schemas that names without one are looked for in
      --strict         exit with 1 when there is any gap
  -h, --help

Exit codes: 0 read, 1 gaps (with --strict), 2 wrong usage.
`;

function isDialect(name: string): name is DialectName {
  return Object.hasOwn(dialects, name);
}

/** Reads the file of columns; says what is wrong with it. */
function readSchema(file: string): Record<string, string[]> {
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new TypeError(`${file} has to hold an object of tables: { "schema.table": ["column", ...] }.`);
  const tables: Record<string, string[]> = {};
  for (const [table, columns] of Object.entries(parsed)) {
    if (!Array.isArray(columns) || !columns.every((column) => typeof column === "string"))
      throw new TypeError(`${file}: the columns of ${JSON.stringify(table)} have to be an array of strings.`);
    tables[table] = columns;
  }
  return tables;
}

/** Runs the command line; gives the exit code. */
export async function main(
  args: readonly string[],
  output: (text: string) => void,
  error: (text: string) => void,
): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dialect: { type: "string", short: "d" },
        format: { type: "string", short: "f", default: "text" },
        schema: { type: "string", short: "s" },
        catalog: { type: "string" },
        path: { type: "string" },
        strict: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (problem) {
    error(`${problem instanceof Error ? problem.message : String(problem)}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    output(USAGE);
    return 0;
  }
  const { dialect, format } = values;
  if (dialect === undefined || !isDialect(dialect)) {
    error(
      `${dialect === undefined ? "Say which SQL it is with --dialect." : `There is no dialect called ${dialect}.`} Dialects: ${Object.keys(dialects).join(", ")}.\n`,
    );
    return 2;
  }
  if (format !== "text" && format !== "json" && format !== "mermaid") {
    error(`--format is text, json or mermaid, not ${format}.\n`);
    return 2;
  }
  let gaps = 0;
  try {
    const schema = values.schema === undefined ? undefined : schemaOf(readSchema(values.schema));
    const results: unknown[] = [];
    for (const file of positionals.length === 0 ? ["-"] : positionals) {
      const text = readFileSync(file === "-" ? 0 : file, "utf8");
      const script = await analyze(text, {
        dialect,
        defaults: {
          ...(values.catalog === undefined ? {} : { catalog: values.catalog }),
          ...(values.path === undefined ? {} : { searchPath: values.path.split(",") }),
        },
        ...(schema === undefined ? {} : { schema }),
      });
      for (const statement of script.statements) gaps += statement.gaps.length;
      if (format === "json") results.push({ file: file === "-" ? null : file, ...script });
      else if (format === "mermaid") output(toMermaid(script));
      else output(positionals.length > 1 ? `${file}\n${toText(script, text)}\n` : toText(script, text));
    }
    if (format === "json") output(`${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`);
  } catch (problem) {
    error(`${problem instanceof Error ? problem.message : String(problem)}\n`);
    return 2;
  }
  return values.strict && gaps > 0 ? 1 : 0;
}

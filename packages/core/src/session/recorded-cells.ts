/** The cells of an answer as a recording keeps them: plain JSON, without what may not be kept. */
import { type Cell, cellType, type ColumnSpec, type Holds, type RequestSpec } from "../connector/request.ts";
import { eachText, type Json } from "../entities/json.ts";
import { redactCredentials } from "../entities/redact-credentials.ts";
import { hideLiterals } from "./hide-literals.ts";

type Literals = "kept" | "replaced";

/** Rows as JSON. Secrets and credentials are replaced always, literals and comments unless they are to be kept. */
export function encodeRows(spec: RequestSpec, rows: readonly Cell[][], literals: Literals): Json[][] {
  const columns = Object.values(spec.columns);
  return rows.map((row) => row.map((cell, at) => encodeCell(columns[at], cell, literals)));
}

/** Rows as the driver gave them. */
export function decodeRows(spec: RequestSpec, rows: readonly Json[][]): Cell[][] {
  const types = Object.values(spec.columns).map((column) => cellType(column).replace("?", ""));
  return rows.map((row) =>
    row.map((cell, at): Cell => {
      if (typeof cell !== "string") return cell;
      if (types[at] === "bigint") return BigInt(cell);
      return types[at] === "bytes" ? Buffer.from(cell, "base64") : cell;
    }),
  );
}

function encodeCell(column: ColumnSpec | undefined, cell: Cell, literals: Literals): Json {
  if (typeof cell === "bigint") return cell.toString();
  if (cell instanceof Uint8Array) return literals === "kept" ? Buffer.from(cell).toString("base64") : "";
  const holds = typeof column === "object" ? column.holds : undefined;
  if (holds === undefined) return withoutCredentials(cell);
  if (typeof holds === "string" || typeof cell !== "string") return hide(holds, cell, literals);
  // JSON that came as text: its parts are told apart.
  return JSON.stringify(hide(holds, JSON.parse(cell) as Json, literals));
}

function hide(holds: Holds | undefined, value: Json, literals: Literals): Json {
  if (value === null) return null;
  if (holds === undefined) return withoutCredentials(value);
  if (holds === "secret") return "***";
  if (typeof holds === "string") return eachText(value, (text) => HIDE[holds](redactCredentials(text), literals));
  if (typeof value !== "object") return withoutCredentials(value);
  if (Array.isArray(value)) return value.map((item, at) => hide(holds[at] ?? holds["*"], item, literals));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, hide(holds[key] ?? holds["*"], item, literals)]),
  );
}

const HIDE: Readonly<Record<"sql" | "text", (text: string, literals: Literals) => string>> = {
  sql: (text, literals) => (literals === "kept" ? text : hideLiterals(text)),
  text: (text, literals) => (literals === "kept" || text === "" ? text : `(${text.length} characters)`),
};

const withoutCredentials = (value: Json): Json => eachText(value, redactCredentials);

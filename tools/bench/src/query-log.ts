import { createWriteStream } from "node:fs";
import { once } from "node:events";

/** How a generated log is. */
export interface LogLayout {
  statements: number;
  /** Different statements, literals aside. */
  shapes: number;
  /** Tables of the generated database, `area_N.record_N`, in so many schemas. */
  tables: number;
  schemas: number;
}

/** Writes a log as CSV with OpenMetadata's columns; every statement has literals of its own. Returns its size in bytes. */
export async function writeLog(file: string, layout: LogLayout): Promise<number> {
  const out = createWriteStream(file);
  out.write("query_text,database_name,schema_name,user_name,start_time,duration,aborted\n");
  let lines: string[] = [];
  for (let at = 0; at < layout.statements; at += 1) {
    // A step that shares no factor with the number of shapes, so that they come mixed.
    const text = statementOf((at * 7_919) % layout.shapes, at, layout);
    const day = String(1 + Math.floor((at * 28) / layout.statements)).padStart(2, "0");
    lines.push(`"${text}",even,area_0,user_${at % 40},2026-01-${day} 10:00:00,${at % 900},false`);
    if (lines.length < 5_000) continue;
    if (!out.write(`${lines.join("\n")}\n`)) await once(out, "drain");
    lines = [];
  }
  out.end(`${lines.join("\n")}\n`);
  await once(out, "close");
  return out.bytesWritten;
}

/** The text of a shape with literals of its own: a third moves data, the others read it. About 300 characters. */
export function statementOf(shape: number, literal: number, { tables, schemas }: LogLayout): string {
  const table = (number: number): string => {
    const own = number % tables;
    return `area_${own % schemas}.record_${String(own).padStart(5, "0")}`;
  };
  const [to, from, other] = [table(shape), table(shape * 3 + 1), table(shape * 5 + 2)];
  const alias = `v${shape}`;
  if (shape % 3 === 0)
    return `INSERT INTO ${to} (code, status, amount, due_on) SELECT a.code, coalesce(b.status, 'none ${literal}'), sum(a.amount * b.quantity) AS ${alias}, max(b.due_on) FROM ${from} a JOIN ${other} b ON b.id = a.parent_id WHERE a.quantity > ${literal} AND b.code LIKE 'x${literal}%' GROUP BY a.code, b.status`;
  if (shape % 3 === 1)
    return `SELECT a.id, a.code, b.amount AS ${alias}, CASE WHEN a.status = 'open ${literal}' THEN a.amount ELSE 0 END AS open_amount FROM ${from} a LEFT JOIN ${other} b ON b.parent_id = a.id AND b.is_active WHERE a.id IN (${literal}, ${literal + 1}, ${literal + 2}) AND a.changed_at > '2026-01-01 0${literal % 10}:00:00' ORDER BY a.code LIMIT ${literal % 500}`;
  return `WITH recent AS (SELECT id, code, amount, row_number() OVER (PARTITION BY code ORDER BY changed_at DESC) AS ${alias} FROM ${from} WHERE due_on >= '2026-01-1${literal % 10}') SELECT r.code, sum(r.amount) AS total, count(*) AS n FROM recent r JOIN ${other} o ON o.id = r.id WHERE r.${alias} = ${literal} AND o.status <> 'void ${literal}' GROUP BY r.code HAVING count(*) > ${literal % 7}`;
}

import type { RenameStatement, Statement, TargetTable } from "../ir.ts";
import type { Parser } from "./parser.ts";
import { inSchemaOf, readTarget } from "./target.ts";
import { utility } from "./utility.ts";

/** Reads DROP TABLE or DROP VIEW; anything else that is dropped holds no rows. */
export function readDrop(p: Parser): Statement {
  const start = p.start;
  const at = p.position;
  p.next();
  while (
    p.is("TEMPORARY") ||
    p.is("TEMP") ||
    p.is("MATERIALIZED") ||
    p.is("EXTERNAL") ||
    p.is("DYNAMIC") ||
    p.is("FOREIGN") ||
    p.is("ICEBERG") ||
    p.is("HYBRID") ||
    p.is("SNAPSHOT")
  ) {
    if (p.wordAt(1) === "FUNCTION" || p.wordAt(1) === "PROCEDURE") break;
    p.next();
  }
  if ((!p.is("TABLE") && !p.is("VIEW")) || p.wordAt(1) === "FUNCTION" || p.is(".")) {
    p.position = at;
    return utility(p);
  }
  p.next();
  if (p.is("IF")) p.skip(2);
  const tables: TargetTable[] = [readTarget(p)];
  while (p.take(",")) tables.push(readTarget(p));
  p.skipRest();
  return { kind: "drop", what: "drop", tables, start, end: p.lastEnd };
}

/** Reads TRUNCATE. */
export function readTruncate(p: Parser): Statement {
  const start = p.start;
  p.next();
  if (p.isNameAt(1)) p.take("TABLE");
  if (p.is("IF")) p.skip(2);
  if (p.isNameAt(1)) p.take("ONLY");
  const tables: TargetTable[] = [];
  do if (p.isName()) tables.push(readTarget(p));
  while (p.take(","));
  p.skipRest();
  return { kind: "drop", what: "truncate", tables, start, end: p.lastEnd };
}

/** Reads `RENAME TABLE a TO b, c TO d` (MySQL, ClickHouse), `RENAME a TO b` (Oracle), `RENAME OBJECT a TO b` (Azure Synapse). */
export function readRenameTable(p: Parser): Statement {
  const start = p.start;
  const at = p.position;
  p.next();
  if (
    !p.take("TABLE") &&
    !p.take("TABLES") &&
    !p.takeAll("OBJECT", "::") &&
    !(p.isNameAt(1) && p.take("OBJECT")) &&
    (p.is("DATABASE") || p.is("USER") || p.is("DICTIONARY") || p.wordAt(1) !== "TO")
  ) {
    p.position = at;
    return utility(p);
  }
  const object = p.tokens.words[at + 1] === "OBJECT";
  const pairs: RenameStatement["pairs"][number][] = [];
  do {
    const from = readTarget(p);
    if (!p.take("TO")) break;
    const to = readTarget(p);
    pairs.push({ from, to: object ? inSchemaOf(from, to) : to });
  } while (p.take(","));
  p.skipRest();
  if (pairs.length === 0) return { kind: "utility", command: "rename", start, end: p.lastEnd };
  return { kind: "rename", pairs, start, end: p.lastEnd };
}

/** Reads `EXCHANGE TABLES a AND b` (ClickHouse): each becomes the other. */
export function readExchange(p: Parser): Statement {
  const start = p.start;
  if (p.wordAt(1) !== "TABLES") return utility(p);
  p.skip(2);
  const one = readTarget(p);
  if (!p.take("AND")) {
    p.skipRest();
    return { kind: "utility", command: "exchange", start, end: p.lastEnd };
  }
  const other = readTarget(p);
  p.skipRest();
  return { kind: "copy", from: [other], query: null, to: one, columns: null, rule: "exchange", start, end: p.lastEnd };
}

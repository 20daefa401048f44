import { FILTER } from "../how.ts";
import type { Relation, Select } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr } from "./build.ts";
import { readMatchRecognize } from "./match-recognize.ts";
import { readIdentifier, readName, skipToComma } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readPivot } from "./pivot.ts";
import { asValue, functionRelation } from "./relation-build.ts";
import { readFunctionSchema } from "./table-functions.ts";
import { readDeciding } from "./tail.ts";
import { CONDITION_END } from "./words.ts";

const HISTORY: ReadonlySet<string> = new Set(
  "SYSTEM_TIME SYSTEM VERSION TIMESTAMP APPLICATION_TIME PORTION BUSINESS_TIME SYSTEM_VERSION VERSION_AS_OF".split(" "),
);

/** Reads aliases, samples, time travel, pivots and hints; gives the relation they make. */
export function readRelationSuffixes(p: Parser, relation: Relation, select: Select, extra: Relation[]): Relation {
  let result = relation;
  for (let rounds = 0; rounds < 30; rounds++) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "PIVOT":
      case "UNPIVOT":
        if (next !== "(" && next !== "INCLUDE" && next !== "EXCLUDE" && next !== "XML") break;
        result = readPivot(p, result);
        readAlias(p, result);
        continue;
      case "NESTED":
        if (!readNestedClause(p, extra)) break;
        continue;
      case "MATCH_RECOGNIZE":
        if (next !== "(") break;
        result = readMatchRecognize(p, result);
        readAlias(p, result);
        continue;
      case "FOR":
        if (!HISTORY.has(next)) break;
        p.skip(2);
        readHistory(p, select);
        continue;
      case "VERSION":
      case "TIMESTAMP":
      case "SYSTEM_VERSION":
      case "SYSTEM_TIME":
        if (next !== "AS" || p.wordAt(2) !== "OF") break;
        p.next();
        readHistory(p, select);
        continue;
      case "VERSIONS":
        if (next !== "BETWEEN" && next !== "PERIOD") break;
        p.next();
        readHistory(p, select);
        continue;
      case "AS":
        if (next !== "OF") break;
        readHistory(p, select);
        continue;
      case "AT":
        if (p.dialect.features.implicitUnnest && p.isNameAt(1)) {
          // The position of an unnested element (Redshift).
          p.next();
          const position = readIdentifier(p) ?? "at";
          extra.push(counterRelation(p, position));
          continue;
        }
        if (next !== "(") break;
        p.next();
        p.skipBrackets();
        continue;
      case "BEFORE":
      case "CHANGES":
      case "END":
        if (next !== "(") break;
        p.next();
        p.skipBrackets();
        continue;
      case "TABLESAMPLE":
      case "SAMPLE":
        if (!readSample(p)) break;
        continue;
      case "WITH":
        if (next === "(") {
          p.next();
          if (result.kind === "function") {
            result.columns = readFunctionSchema(p);
            p.skipBrackets();
          } else p.skipBrackets();
          continue;
        }
        if (next === "ORDINALITY") {
          p.skip(2);
          if (result.kind === "function")
            (result as { counters: readonly string[] }).counters = [...result.counters, "ordinality"];
          continue;
        }
        if (next === "OFFSET") {
          p.skip(2);
          let name = "offset";
          if (p.take("AS")) name = readIdentifier(p) ?? name;
          else if (p.isName() && !p.isAny(p.dialect.words.notTableAlias)) name = readIdentifier(p) ?? name;
          extra.push(counterRelation(p, name));
          continue;
        }
        if (
          HINTS.has(next) ||
          (result.kind === "function" && p.isNameAt(1) && p.wordAt(2) !== "AS" && p.wordAt(2) !== "(")
        ) {
          // A hint, or a table that has the columns an OPENXML is to have.
          p.skip(2);
          continue;
        }
        break;
      case "RESAMPLE":
        // RESAMPLE (USING column INCREMENT BY …) (Snowflake): rows for the gaps in time
        if (next !== "(" || p.wordAt(2) !== "USING") break;
        p.next();
        p.skipBrackets();
        continue;
      case "WATERMARK":
        // WATERMARK column DELAY OF INTERVAL 10 MINUTES (Databricks, WATERMARK clause)
        if (p.wordAt(2) !== "DELAY" || p.wordAt(3) !== "OF") break;
        p.skip(4);
        p.grammar.operand(p, select.influence);
        continue;
      case "FINAL":
        p.next();
        continue;
      case "USE":
      case "FORCE":
      case "IGNORE":
        if (next !== "INDEX" && next !== "KEY") break;
        p.skip(2);
        while (!p.is("(") && !p.atEnd()) p.next();
        p.skipBrackets();
        while (p.is(",") && (p.wordAt(1) === "USE" || p.wordAt(1) === "FORCE" || p.wordAt(1) === "IGNORE")) p.next();
        continue;
      case "INDEXED":
        if (next !== "BY") break;
        p.skip(3);
        continue;
      case "NOT":
        if (next !== "INDEXED") break;
        p.skip(2);
        continue;
      case "PARTITION":
      case "SUBPARTITION":
        if (next !== "(" && next !== "FOR") break;
        p.skip(next === "FOR" ? 2 : 1);
        p.skipBrackets();
        continue;
      case "@":
        // Time travel by suffix: t@v123 (Delta), t@{…}
        if (!p.isNameAt(1) && p.kindAt(1) !== TokenKind.number && p.wordAt(1) !== "{") break;
        p.skip(2);
        while (p.take(".")) p.next();
        continue;
      case "(":
        if (
          relation.kind === "table" &&
          p.dialect.features.parenthesisedHints &&
          (isTableHint(p) || p.kindAt(1) === TokenKind.number)
        ) {
          p.skipBrackets();
          continue;
        }
        break;
    }
    if (result.alias === null && readAlias(p, result)) continue;
    if (
      (result.kind === "pivot" || result.kind === "unpivot") &&
      result.alias !== null &&
      result.alias === relation.alias &&
      readAlias(p, result)
    )
      continue;
    return result;
  }
  return result;
}

/** AS OF, FROM … TO, BETWEEN … AND, CONTAINED IN, ALL: which version of a table is read. */
function readHistory(p: Parser, select: Select): void {
  p.take("TIME");
  p.take("OF");
  if (p.take("PERIOD")) {
    p.take("FOR");
    readName(p);
  }
  if (p.take("ALL")) return;
  if (p.take("AS")) {
    p.take("OF");
    p.take("PERIOD");
    if (p.is("FOR")) p.skip(2);
    if (!p.take("SCN")) if (p.is("TIMESTAMP") && p.kindAt(1) !== TokenKind.string) p.next();
    readDeciding(p, select.influence, FILTER, CONDITION_END);
    return;
  }
  if (p.take("FROM")) {
    readDeciding(p, select.influence, FILTER, CONDITION_END);
    if (p.take("TO")) readDeciding(p, select.influence, FILTER, CONDITION_END);
    return;
  }
  if (p.take("CONTAINED")) {
    p.take("IN");
    readDeciding(p, select.influence, FILTER, CONDITION_END);
    return;
  }
  if (p.take("BETWEEN")) {
    if (!p.take("SCN")) if (p.is("TIMESTAMP") && p.kindAt(1) !== TokenKind.string) p.next();
    readDeciding(p, select.influence, FILTER, CONDITION_END);
  }
}

function readSample(p: Parser): boolean {
  const next = p.wordAt(1);
  if (
    p.is("SAMPLE") &&
    next !== "(" &&
    p.kindAt(1) !== TokenKind.number &&
    next !== "SYSTEM" &&
    next !== "BERNOULLI" &&
    next !== "ROW" &&
    next !== "BLOCK"
  )
    return false;
  p.next();
  if (p.isName() && p.wordAt(1) === "(") p.next();
  if (p.is("(")) p.skipBrackets();
  else {
    p.next();
    if (p.take("/")) p.next();
    if (p.take("OFFSET")) {
      p.next();
      if (p.take("/")) p.next();
    }
    if (p.is("PERCENT") || p.is("ROWS") || p.is("%")) p.next();
    if (p.is("(")) p.skipBrackets();
  }
  if ((p.is("REPEATABLE") || p.is("SEED")) && p.wordAt(1) === "(") {
    p.next();
    p.skipBrackets();
  }
  return true;
}

/** Reads `[AS] alias [(columns)]`. */
function readAlias(p: Parser, relation: Relation): boolean {
  const as = p.is("AS") && p.wordAt(1) !== "OF";
  if (as) p.next();
  const { kind } = p;
  if (as && p.is("(")) {
    relation.columnAliases = readDefinitions(p);
    return true;
  }
  const named =
    kind === TokenKind.quoted ||
    kind === TokenKind.template ||
    (kind === TokenKind.word &&
      (as || (!p.isAny(p.dialect.words.notTableAlias) && !p.atStatementStart() && !p.atLabel() && !isClause(p)))) ||
    (kind === TokenKind.string && (as || p.dialect.features.stringAliases)) ||
    (as && kind === TokenKind.parameter);
  if (!named) {
    if (as) p.unread("expected an alias");
    return false;
  }
  relation.alias = p.value(p.position);
  p.next();
  if (p.is("(") && !isTableHint(p)) relation.columnAliases = readDefinitions(p);
  return true;
}

/** `NESTED [PATH] doc[…] COLUMNS (a NUMBER PATH '$.a')` behind a table: its JSON unfolded (Oracle). */
function readNestedClause(p: Parser, extra: Relation[]): boolean {
  const { words, mates } = p.tokens;
  let at = p.position + 1;
  while (at < p.position + 12 && words[at] !== "COLUMNS" && words[at] !== "," && words[at] !== ";")
    at = Math.max(at, mates[at]!) + 1;
  if (words[at] !== "COLUMNS" || words[at + 1] !== "(") return false;
  const start = p.start;
  const expr = newExpr(start);
  p.next();
  p.take("PATH");
  p.grammar.operand(p, expr);
  expr.end = p.lastEnd;
  p.moveTo(at + 1);
  const columns = readFunctionSchema(p);
  p.skipBrackets();
  const relation = functionRelation(null, asValue(expr), start, { columns, builtin: true });
  readAlias(p, relation);
  extra.push(relation);
  return true;
}

/** Words that may name a table but start a clause when something follows them. */
function isClause(p: Parser): boolean {
  if (p.word === "") return false;
  const next = p.wordAt(1);
  switch (p.word) {
    case "WINDOW":
      return p.wordAt(2) === "AS";
    case "WATERMARK":
      return p.wordAt(2) === "DELAY";
    case "RESAMPLE":
      return p.wordAt(2) === "USING";
    case "MAP":
    case "REDUCE":
      // MAP a, b USING 'script' (Hive); `map` names a table where a join or another clause follows.
      return (
        p.dialect.features.scriptTransform &&
        p.isNameAt(1) &&
        (next === "" || p.wordAt(2) === "," || p.wordAt(2) === "." || p.wordAt(2) === "USING")
      );
    case "SEMI":
    case "ANTI":
    case "ASOF":
    case "PASTE":
    case "POSITIONAL":
      return next === "JOIN";
    case "CLUSTER":
    case "SORT":
    case "DISTRIBUTE":
    case "CONNECT":
    case "INDEXED":
      return next === "BY";
    case "START":
      return next === "WITH";
    case "DISTRIBUTED":
      return next === "BY" || next === "RANDOMLY" || next === "REPLICATED";
    case "ARRAY":
      return next === "JOIN";
    case "FORMAT":
      return p.dialect.features.queryTailSettings;
    case "SETTINGS":
      return p.isNameAt(1);
    case "SAMPLE":
      return p.kindAt(1) === TokenKind.number || next === "(";
    case "ROWS":
      return next === "FROM";
    case "TIMESERIES":
      return p.isNameAt(1);
    case "NESTED":
      return p.isNameAt(1) && p.wordAt(1) !== "ON" && p.wordAt(1) !== "JOIN";
    case "INCLUDE":
    case "MATCH_CONDITION":
    case "AT":
    case "BEFORE":
    case "CHANGES":
    case "OPTION":
      return next === "(";
    case "USE":
    case "IGNORE":
    case "FORCE":
      return next === "INDEX" || next === "KEY";
    case "LOOP":
    case "HASH":
    case "MERGE":
    case "REMOTE":
      return next === "JOIN";
    case "VERSION":
    case "TIMESTAMP":
      return next === "AS";
    case "VERSIONS":
      return next === "BETWEEN" || next === "PERIOD";
    case "NOT":
      return next === "INDEXED";
    case "LIMIT":
    case "DIRECTED":
      return true;
    case "BULK":
      return next === "COLLECT";
    case "LOG":
      return next === "ERRORS";
    default:
      return false;
  }
}

/** `(a int, b text)`: the names in a list of columns with or without types. */
function readDefinitions(p: Parser): string[] {
  const close = p.mate;
  const columns: string[] = [];
  p.next();
  while (p.position < close && !p.atEnd()) {
    const at = p.position;
    const name = readIdentifier(p);
    if (name === null) p.unread("expected a column's alias");
    else columns.push(name);
    skipToComma(p, close);
    p.take(",");
    if (p.position === at) p.next();
  }
  p.moveTo(close + 1);
  return columns;
}

const HINTS: ReadonlySet<string> = new Set(
  `NOLOCK INDEX HOLDLOCK ROWLOCK UPDLOCK READPAST TABLOCK TABLOCKX READUNCOMMITTED SERIALIZABLE NOEXPAND FORCESEEK FORCESCAN PAGLOCK XLOCK
  REPEATABLEREAD READCOMMITTED READCOMMITTEDLOCK NOWAIT SNAPSHOT KEEPIDENTITY KEEPDEFAULTS`.split(/\s+/),
);

export function isTableHint(p: Parser): boolean {
  return p.dialect.features.parenthesisedHints && HINTS.has(p.wordAt(1));
}

/** A relation of one column that counts the rows of the one before it. */
function counterRelation(p: Parser, name: string): Relation {
  return functionRelation(null, newExpr(p.start), p.start, { alias: name, columns: [name], builtin: true });
}

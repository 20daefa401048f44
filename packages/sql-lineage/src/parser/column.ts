import { compose, TRANSFORMATION } from "../how.ts";
import { type Expr, VARIABLE_NAME } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readCall } from "./calls.ts";
import type { Label } from "./grammar.ts";
import { readLambda, startsLambdaBody } from "./lambda.ts";
import { readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { joinName } from "../schema.ts";
import { skipStarModifiers } from "./star-arguments.ts";

/** Reads a name: a column, a struct's field, a constant, or the call of a function. */
export function readColumn(p: Parser, expr: Expr): Label {
  const { features, words } = p.dialect;
  const first = p.position;
  const start = p.start;
  const firstText = p.value(first);
  const firstQuoted = p.kind === TokenKind.quoted;
  const lone = firstQuoted ? "" : p.word;
  p.next();
  let parts: string[] | null = null;
  let quoted = firstQuoted ? 1 : 0;
  if (firstQuoted && p.dialect.names.dotsInsideQuotes && firstText.includes(".")) {
    parts = firstText.split(".");
    quoted = (1 << parts.length) - 1;
  }
  while (p.word === "." || p.word === "..") {
    const kind = p.kindAt(1);
    if (
      kind === TokenKind.word ||
      kind === TokenKind.quoted ||
      kind === TokenKind.parameter ||
      kind === TokenKind.number ||
      kind === TokenKind.template ||
      (kind === TokenKind.string && features.stringNames)
    ) {
      parts ??= [firstText];
      p.next();
      if (kind === TokenKind.quoted) quoted |= 1 << parts.length;
      parts.push(p.value(p.position));
      p.next();
    } else if (p.wordAt(1) === "*") {
      p.skip(2);
      parts ??= [firstText];
      parts.push("*");
      expr.refs.push({ name: { parts, quoted, start, end: p.lastEnd }, how: p.how });
      skipStarModifiers(p);
      return null;
    } else if (p.wordAt(1) === "." || p.wordAt(1) === "(" || p.wordAt(1) === "[") {
      if (p.wordAt(1) === ".") p.next();
      else break;
    } else {
      p.next();
      p.unread("expected a name after the dot");
      expr.recovered = true;
      return null;
    }
  }
  if (p.is("@") && features.databaseLinks && p.isNameAt(1)) {
    // A function or sequence of another database.
    p.next();
    readName(p);
    if (!p.is("(")) return null;
  }
  if (p.is("%") && features.cursorAttributes && p.kindAt(1) === TokenKind.word) {
    p.skip(2);
    if (p.is("(")) p.skipBrackets();
    return null;
  }
  let renamed: string | null = null;
  while (p.is("(") && attributesAt(p)) {
    // Attributes of a column (Teradata): `a (FORMAT 'YYYY')`, `a (NAMED b)`, `a (CHAR(4))`
    if (p.wordAt(1) === "NAMED") renamed = p.value(p.position + 2);
    p.skipBrackets();
  }
  if (renamed !== null && parts === null) {
    expr.refs.push({ name: { parts: [firstText], quoted, start, end: p.lastEnd }, how: p.how });
    return renamed;
  }
  const nextWord = p.word;
  if (nextWord === "(" && !(p.wordAt(1) === "+" && p.wordAt(2) === ")")) {
    const called = p.value(p.position - 1);
    const name = called.toLowerCase();
    if (features.indexedVariables && parts === null && p.variables?.has(name) === true) {
      // An element of a collection, perhaps a field of it: `ids(i)`, `rows(i).id` (PL/SQL)
      p.skipBrackets();
      const path = [VARIABLE_NAME, called];
      if (p.is(".") && p.isNameAt(1)) {
        path.push(p.value(p.position + 1));
        p.skip(2);
      }
      expr.refs.push({ name: { parts: path, quoted: 0, start, end: p.lastEnd }, how: p.how });
      return path.at(-1)!;
    }
    if (parts === null) p.called(firstQuoted ? joinName([called]) : called);
    else if (!features.methodCalls || !VALUE_METHODS.has(name)) p.called(joinName(parts));
    if (parts !== null && !features.methodCalls && isMethod(name, parts, features.indexedVariables))
      expr.refs.push({
        name: { parts: parts.slice(0, -1), quoted, start, end: p.lastEnd },
        how: compose(TRANSFORMATION, p.how),
      });
    if (parts !== null && features.methodCalls) {
      // A method of a column's value: `doc.value('…')`. Packages and schemas look the same; only known methods are taken.
      if (VALUE_METHODS.has(name))
        expr.refs.push({
          name: { parts: parts.slice(0, -1), quoted, start, end: p.lastEnd },
          how: compose(TRANSFORMATION, p.how),
        });
    }
    if (
      name === "identifier" &&
      parts === null &&
      p.kindAt(1) === TokenKind.string &&
      p.wordAt(2) === ")" &&
      p.wordAt(3) !== "("
    ) {
      // IDENTIFIER('column') (Snowflake, Databricks)
      const path = p.value(p.position + 1).split(".");
      p.skip(3);
      expr.refs.push({ name: { parts: path, quoted: 0, start, end: p.lastEnd }, how: p.how });
      return path.at(-1)!;
    }
    if (!readCall(p, expr, name, start)) return null;
    if (features.parametricCalls || name === "identifier") while (p.is("(")) readCall(p, expr, name, start);
    return null;
  }
  if (parts === null && nextWord === "::" && features.methodCalls && p.isNameAt(1) && p.wordAt(2) === "(") {
    // A type's own method: geography::Point(…) (T-SQL)
    const method = p.value(p.position + 1).toLowerCase();
    p.skip(2);
    readCall(p, expr, method, start);
    return null;
  }
  if (parts === null) {
    if (lone !== "" || !firstQuoted) {
      if (lone !== "" && words.constants.has(lone)) return null;
      const lower = firstText.toLowerCase();
      if (p.bound.length > 0 && p.bound.includes(lower)) return null;
      if (p.kind === TokenKind.string && p.adjacent) {
        // A literal's prefix the tokenizer does not know.
        p.next();
        return null;
      }
      if (nextWord === "->" && features.lambdas && startsLambdaBody(p, 1))
        return readLambda(p, expr, [lower], p.position + 1);
      // With a type: `x int -> …`
      if (features.lambdas && p.wordAt(1) === "->" && p.kind === TokenKind.word)
        return readLambda(p, expr, [lower], p.position + 2);
    } else if (nextWord === "->" && features.lambdas && startsLambdaBody(p, 1))
      return readLambda(p, expr, [firstText.toLowerCase()], p.position + 1);
    expr.refs.push({ name: { parts: [firstText], quoted, start, end: p.lastEnd }, how: p.how });
    return firstText;
  }
  if (p.bound.length > 0 && p.bound.includes(parts[0]!.toLowerCase())) return null;
  const last = parts.at(-1)!;
  if (
    features.indexedVariables &&
    parts.length === 2 &&
    COLLECTION_ATTRIBUTES.test(last) &&
    p.variables?.has(firstText.toLowerCase()) === true
  )
    return null;
  const lastWord = p.tokens.words[p.position - 1];
  if (lastWord === "NEXTVAL" || lastWord === "CURRVAL") return null;
  expr.refs.push({ name: { parts, quoted, start, end: p.lastEnd }, how: p.how });
  return last;
}

/** What a collection says of itself, not of its elements (PL/SQL, Collection Methods). */
const COLLECTION_ATTRIBUTES = /^(?:count|first|last|limit)$/i;

/** Methods of JSON values (Oracle, SQL/JSON path: item methods), at the end of a path of a column. */
const ITEM_METHODS: ReadonlySet<string> = new Set(
  "string number date timestamp boolean binary double float length lower upper size type".split(" "),
);

/** Whether a function of this name behind a path can only be a method of a value: getClobVal(), ST_AsText(), doc.name.string(). */
function isMethod(name: string, parts: readonly string[], items: boolean): boolean {
  if (/^(?:get(?:clob|string|number|blob)val|st_\w+)$/.test(name)) return true;
  return items && parts.length > 3 && ITEM_METHODS.has(name);
}

const ATTRIBUTE_TYPES: ReadonlySet<string> = new Set(
  "CHAR VARCHAR INTEGER INT SMALLINT BYTEINT BIGINT DECIMAL DEC FLOAT DATE".split(" "),
);

/** Whether the parenthesis here holds attributes of the column before it, or the type it is turned into (Teradata). */
export function attributesAt(p: Parser): boolean {
  const word = p.wordAt(1);
  if (word === "") return false;
  if (word === "TITLE" || word === "FORMAT") return p.kindAt(2) === TokenKind.string;
  if (word === "NAMED") return p.isNameAt(2) && (p.wordAt(3) === ")" || p.wordAt(3) === ",");
  if (!ATTRIBUTE_TYPES.has(word) || p.adjacent) return false;
  const behind = p.wordAt(2) === "(" ? (p.tokens.mates[p.position + 2] ?? -1) + 1 : p.position + 2;
  const { words } = p.tokens;
  return words[behind] === ")"
    ? p.wordAt(2) === "(" || word !== "DATE"
    : words[behind] === "," && words[behind + 1] === "FORMAT";
}

/** Methods of values (T-SQL: xml, hierarchyid and spatial data types). */
const VALUE_METHODS: ReadonlySet<string> = new Set(
  `value query nodes exist modify tostring getancestor getdescendant getlevel isdescendantof getreparentedvalue stasText starea stdistance
  stintersects stlength stx sty stbuffer stcontains stastext stgeomfromtext stpointn stnumpoints lat long write getroot parse read`.split(
    /\s+/,
  ),
);

import { TokenKind } from "../lexer/tokens.ts";
import type { Parser } from "./parser.ts";

const PARAMETRISED: ReadonlySet<string> = new Set(
  "NUMERIC DECIMAL DEC VARCHAR VARCHAR2 NVARCHAR CHAR NCHAR CHARACTER NUMBER VARYING TIME TIMESTAMP DATETIME FLOAT VECTOR STRUCT ARRAY OBJECT MAP BIT BINARY VARBINARY TUPLE NULLABLE ENUM".split(
    " ",
  ),
);

/** Reads over a type, as it stands behind `::`. */
export function readType(p: Parser): void {
  if (p.kind === TokenKind.string) {
    p.next();
    return;
  }
  if (!p.isName()) return;
  p.next();
  while (p.is(".") && p.isNameAt(1)) p.skip(2);
  for (;;) {
    switch (p.word) {
      case "(":
        if (!p.adjacent && !PARAMETRISED.has(p.tokens.words[p.position - 1]!)) return;
        p.skipBrackets();
        continue;
      case "[":
        // `::int[]` and `::int[3]` are types, `::int[][1]` takes an element.
        if (p.wordAt(1) !== "]" && !(p.kindAt(1) === TokenKind.number && p.wordAt(2) === "]" && p.wordAt(3) === "["))
          return;
        p.skipBrackets();
        continue;
      case "<":
        readTypeArguments(p);
        continue;
      case "PRECISION":
      case "VARYING":
      case "UNSIGNED":
      case "SIGNED":
        p.next();
        continue;
      case "ARRAY":
        p.next();
        continue;
      case "WITH":
      case "WITHOUT":
        if (p.wordAt(1) === "TIME" && p.wordAt(2) === "ZONE") p.skip(3);
        else if (p.wordAt(1) === "LOCAL" && p.wordAt(2) === "TIME") p.skip(4);
        else return;
        continue;
      default:
        return;
    }
  }
}

/** Reads `<…>` behind ARRAY, STRUCT, MAP; gives up without moving when the brackets do not match. */
export function readTypeArguments(p: Parser): boolean {
  const start = p.position;
  let depth = 0;
  while (!p.atEnd()) {
    switch (p.word) {
      case "<":
        depth++;
        break;
      case ">":
        depth--;
        break;
      case ">>":
        depth -= 2;
        break;
      case "<>":
        break;
      case "(":
      case "[":
        p.skipBrackets();
        continue;
      case ";":
      case ")":
        p.position = start;
        return false;
    }
    p.next();
    if (depth <= 0) return true;
  }
  p.position = start;
  return false;
}

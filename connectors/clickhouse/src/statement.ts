/** Takes CREATE statements apart, as ClickHouse formats them, for what no system table says. */
import { afterGroup, afterQuoted, leadingName, splitList } from "./scan.ts";

/** What a statement says of a table, view or dictionary. */
export interface Statement {
  /** What follows the name of each column; `null` where the statement lists none, as that of a view with parameters does. */
  columns: ReadonlyMap<string, string> | null;
  constraints: { name: string; type: "CHECK" | "ASSUME"; definition: string }[];
  indexes: { name: string; definition: string }[];
  projections: { name: string; definition: string }[];
  /** By its keyword: `TTL`, `SETTINGS`, `TO`, `REFRESH`, `SOURCE` … without it. */
  clauses: ReadonlyMap<string, string>;
}

const KEYWORD =
  /(?:REFRESH|TO|ENGINE|PARTITION BY|PRIMARY KEY|ORDER BY|SAMPLE BY|TTL|SETTINGS|COMMENT|SOURCE|LIFETIME|LAYOUT|RANGE|DEFINER|SQL SECURITY|AS)(?![\w])/y;

/** Where the parts of a statement are. */
interface Places {
  /** Of the list of columns, with its parentheses. */
  list: [from: number, to: number] | null;
  clauses: { keyword: string; from: number; to: number }[];
  /** Where the query of a view begins; where the statement ends, if it has none. */
  query: number;
}

function places(statement: string): Places {
  const found: Places = { list: null, clauses: [], query: statement.length };
  let open: Places["clauses"][number] | null = null;
  const close = (at: number): void => {
    if (open !== null) found.clauses.push({ ...open, to: at });
    open = null;
  };
  let beforeList = true;
  for (let index = 0; index < statement.length; index += 1) {
    const char = statement[index] as string;
    if ("'`\"".includes(char)) index = afterQuoted(statement, index) - 1;
    else if (char === "(") {
      const end = afterGroup(statement, index);
      if (beforeList && /^\s*`/.test(statement.slice(index + 1, index + 200))) {
        close(index);
        found.list = [index, end];
        beforeList = false;
      }
      index = end - 1;
    } else if (/[A-Z]/.test(char) && !/[\w.]/.test(statement[index - 1] ?? " ")) {
      KEYWORD.lastIndex = index;
      const keyword = KEYWORD.exec(statement)?.[0];
      // A TTL has a TO of its own: `TTL day TO VOLUME 'cold'`.
      if (keyword === undefined || (BEFORE.has(keyword) && !beforeList)) continue;
      close(index);
      if (keyword === "AS") {
        // A query may have every keyword there is.
        found.query = index;
        return found;
      }
      if (!BEFORE.has(keyword)) beforeList = false;
      open = { keyword, from: index, to: index };
      index += keyword.length - 1;
      // `SQL SECURITY DEFINER`: the word after it is no clause of its own.
      if (keyword === "SQL SECURITY") index += /^\s*\w*/.exec(statement.slice(index + 1))?.[0].length ?? 0;
    }
  }
  close(statement.length);
  return found;
}

/** Takes a statement apart. */
export function takeApart(statement: string): Statement {
  const { list, clauses } = places(statement);
  const texts = clauses.map(({ keyword, from, to }): [string, string] => [
    keyword,
    statement
      .slice(from + keyword.length, to)
      .replace(/^\s*=/, "")
      .trim(),
  ]);
  return { ...parts(list === null ? null : statement.slice(list[0] + 1, list[1] - 1)), clauses: new Map(texts) };
}

/** A statement with one column and one clause in each line, as ClickHouse formats it but for what is within them. */
export function layOut(statement: string): string {
  const { list, clauses, query } = places(statement);
  const lines: string[] = [];
  const first = Math.min(list?.[0] ?? query, clauses[0]?.from ?? query);
  lines.push(statement.slice(0, first).trim());
  const clause = ({ from, to }: { from: number; to: number }): number => lines.push(statement.slice(from, to).trim());
  for (const one of clauses) if (list !== null && one.from < list[0]) clause(one);
  if (list !== null) {
    const entries = splitList(statement.slice(list[0] + 1, list[1] - 1));
    lines.push("(", entries.map((entry) => `    ${entry}`).join(",\n"), ")");
  }
  for (const one of clauses) if (list === null || one.from > list[0]) clause(one);
  if (query < statement.length) lines.push(statement.slice(query).trim());
  return lines.join("\n");
}

/** Clauses that stand before the list of columns. */
const BEFORE: ReadonlySet<string> = new Set(["TO", "REFRESH"]);

function parts(list: string | null): Omit<Statement, "clauses"> {
  const columns = new Map<string, string>();
  const of: Omit<Statement, "clauses" | "columns"> = { constraints: [], indexes: [], projections: [] };
  for (const entry of list === null ? [] : splitList(list)) {
    const { name: word, rest } = leadingName(entry);
    if (entry.startsWith("`")) columns.set(word, rest);
    else {
      const { name, rest: definition } = leadingName(rest);
      if (word === "INDEX") of.indexes.push({ name, definition: oneLine(definition) });
      else if (word === "PROJECTION") of.projections.push({ name, definition: oneLine(definition) });
      else if (word === "CONSTRAINT") {
        const [, type = "CHECK", expression = definition] = /^(CHECK|ASSUME)\s+(.*)$/s.exec(definition) ?? [];
        of.constraints.push({ name, type: type as "CHECK", definition: oneLine(expression) });
      }
    }
  }
  return { columns: list === null ? null : columns, ...of };
}

/** The TTL in what follows a column's name. */
export function columnTtl(definition: string): string | null {
  for (let index = 0; index < definition.length; index += 1) {
    const char = definition[index] as string;
    if ("'`\"".includes(char)) index = afterQuoted(definition, index) - 1;
    else if (char === "(") index = afterGroup(definition, index) - 1;
    else if (definition.startsWith("TTL ", index) && /\s/.test(definition[index - 1] ?? "x")) {
      const ttl = definition.slice(index + 4);
      const settings = /\sSETTINGS\s*\(/.exec(ttl);
      return oneLine(settings === null ? ttl : ttl.slice(0, settings.index));
    }
  }
  return null;
}

/** A text as it stands in one line, its quoted parts untouched. */
export function oneLine(text: string): string {
  let line = "";
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] as string;
    if ("'`\"".includes(char)) {
      const end = afterQuoted(text, index);
      line += text.slice(index, end);
      index = end - 1;
    } else if (char === ")") line = `${line.trimEnd()})`;
    else if (!/\s/.test(char)) line += char;
    else if (!/[\s(]$/.test(line)) line += " ";
  }
  return line.trim();
}

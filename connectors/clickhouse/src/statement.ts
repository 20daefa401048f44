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

/** Takes a statement apart. */
export function takeApart(statement: string): Statement {
  const clauses = new Map<string, string>();
  let list: string | null = null;
  let keyword: string | null = null;
  let start = 0;
  const close = (at: number): void => {
    if (keyword !== null) clauses.set(keyword, statement.slice(start, at).replace(/^\s*=/, "").trim());
  };
  for (let index = 0; index < statement.length; index += 1) {
    const char = statement[index] as string;
    if ("'`\"".includes(char)) index = afterQuoted(statement, index) - 1;
    else if (char === "(") {
      const end = afterGroup(statement, index);
      const inside = statement.slice(index + 1, end - 1).trim();
      if (
        list === null &&
        inside.startsWith("`") &&
        !clauses.has("ENGINE") &&
        (keyword === null || BEFORE.has(keyword))
      ) {
        list = inside;
        close(index);
        keyword = null;
      }
      index = end - 1;
    } else if (/[A-Z]/.test(char) && !/[\w.]/.test(statement[index - 1] ?? " ")) {
      KEYWORD.lastIndex = index;
      const [found] = KEYWORD.exec(statement) ?? [];
      if (found === undefined) continue;
      close(index);
      // A query may have every keyword there is.
      if (found === "AS") return { ...parts(list), clauses };
      keyword = found;
      start = index + found.length;
      index = start - 1;
      // `SQL SECURITY DEFINER`: the word after it is no clause of its own.
      if (found === "SQL SECURITY") index = (/\w+/g.exec(statement.slice(start))?.index ?? 0) + start + 1;
    }
  }
  close(statement.length);
  return { ...parts(list), clauses };
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

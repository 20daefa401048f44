/** A source that lives in memory and behaves like a server: it has a password, rights, pages, and may fall silent. */
import { once } from "node:events";

/** One board of a shelf: a table. */
export interface Board {
  columns: { name: string; type: string }[];
  comment: string | null;
  /** Names of readers who may not see it. */
  hiddenFrom: Set<string>;
}

/** What a shelf answers: rows, page by page. */
export type Row = (string | number | boolean | null)[];

/** A shelf refuses something. */
export class ShelfError extends Error {
  readonly reason: "password" | "syntax";
  constructor(reason: ShelfError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Every shelf there is, by its number. */
export const SHELVES: Map<string, Shelf> = new Map();

/** The password of every shelf. */
export const PASSWORD = "open-sesame-4711";

/** One shelf. */
export class Shelf {
  readonly number: string = String(SHELVES.size + 1);
  readonly scopes: Map<string, Map<string, Board>> = new Map();
  /** What was asked of it, and when. */
  readonly log: { text: string; at: number }[] = [];
  /** Rows in a page. */
  pageRows = 5;
  #silent: EventTarget | null = null;

  constructor() {
    SHELVES.set(this.number, this);
  }

  /** Signs a reader in. */
  signIn(password: string): void {
    if (password !== PASSWORD) throw new ShelfError("password", "The shelf knows you not.");
  }

  /** From now on nothing is answered, until the returned function is called. */
  fallSilent(): () => void {
    const silence = new EventTarget();
    this.#silent = silence;
    return () => {
      this.#silent = null;
      silence.dispatchEvent(new Event("end"));
    };
  }

  /** Answers when the shelf speaks again; rejects when the signal aborts. */
  async #whenItSpeaks(signal: AbortSignal | null): Promise<void> {
    signal?.throwIfAborted();
    if (this.#silent !== null) await once(this.#silent, "end", signal === null ? {} : { signal });
  }

  /** Answers a question, page by page. */
  async *ask(question: string, reader: string, signal: AbortSignal | null): AsyncGenerator<Row[]> {
    const rows = this.#rows(question, reader);
    for (let at = 0; at === 0 || at < rows.length; at += this.pageRows) {
      await this.#whenItSpeaks(signal);
      yield rows.slice(at, at + this.pageRows);
    }
  }

  /** The rows that answer a question: `who`, `scopes`, `boards of "a"`, `columns of "a"."b", "a"."c"`, `log of …`. Quotes are doubled. */
  #rows(question: string, reader: string): Row[] {
    const [, verb = "", list = ""] = /^(\w+)(?: of ([^]*))?$/.exec(question) ?? [];
    if (verb === "who") return [[`shelf ${this.number}`, new Date().toISOString()]];
    if (verb === "scopes") return [...this.scopes.keys()].map((name) => [name]);
    const names = parseNames(list);
    const visible = ({ hiddenFrom }: Board): boolean => !hiddenFrom.has(reader);
    if (verb === "boards")
      return names.flatMap(([scope = ""]) =>
        [...(this.scopes.get(scope) ?? [])]
          .filter(([, board]) => visible(board))
          .map(([name, board]): Row => [scope, name, board.columns.length]),
      );
    if (verb === "columns")
      return names.flatMap(([scope = "", name = ""]) => {
        const board = this.scopes.get(scope)?.get(name);
        if (board === undefined || !visible(board)) return [];
        return board.columns.map((column, at): Row => [scope, name, board.comment, at + 1, column.name, column.type]);
      });
    // `log of "from"."to"."after"."rows"`: at most so many entries of a span of time, behind a number.
    if (verb === "log") {
      const [from = 0, to = 0, after = 0, rows = 0] = (names[0] ?? []).map(Number);
      return this.log
        .map(({ text, at }, number): Row => [number + 1, text, at])
        .filter(([number, , at]) => Number(number) > after && Number(at) >= from && Number(at) < to)
        .slice(0, rows);
    }
    throw new ShelfError("syntax", `The shelf does not understand: ${question}`);
  }

  /** Everything it holds. */
  contents(): string {
    return JSON.stringify([...this.scopes].map(([scope, boards]) => [scope, [...boards]]));
  }
}

/** Reads `"a"."b", "c"`. What is no list of names is an error of syntax. */
function parseNames(text: string): string[][] {
  const names: string[][] = [];
  const name = /"((?:[^"]|"")*)"(\.|, |$)/gy;
  let part: string[] = [];
  while (name.lastIndex < text.length) {
    const found = name.exec(text);
    if (found === null) throw new ShelfError("syntax", `The shelf does not understand the names ${text}`);
    part.push((found[1] ?? "").replaceAll('""', '"'));
    if (found[2] === ".") continue;
    names.push(part);
    part = [];
  }
  return names;
}

import type { Dialect } from "../dialect.ts";
import { IDENTITY, type How } from "../how.ts";
import type { Name } from "../ir.ts";
import type { Word } from "../lexer/keywords.ts";
import { tokenize } from "../lexer/tokenizer.ts";
import { TokenKind, type Tokens, withTokens } from "../lexer/tokens.ts";
import type { Gap, GapReason } from "../result.ts";
import type { Literal } from "./literal.ts";
import type { Grammar } from "./grammar.ts";

const BATCH_STARTS: ReadonlySet<string> = new Set(
  `SELECT INSERT UPDATE DELETE MERGE WITH CREATE ALTER DROP TRUNCATE EXEC EXECUTE DECLARE PRINT SET IF ELSE WHILE BEGIN END RETURN THROW
  RAISERROR COMMIT ROLLBACK GRANT REVOKE DENY USE OPEN CLOSE DEALLOCATE GOTO WAITFOR BULK RECEIVE DBCC BACKUP RESTORE CHECKPOINT BREAK CONTINUE
  REVERT RECONFIGURE SHUTDOWN KILL SAVE SETUSER READTEXT WRITETEXT UPDATETEXT`.split(/\s+/),
);
const BLOCK_WORDS: ReadonlySet<string> = new Set(
  "END IF ELSE ELSIF ELSEIF LOOP EXCEPTION BEGIN WHILE EXEC EXECUTE DECLARE PRINT RETURN THEN DO".split(" "),
);

/** Nested deeper than any statement people write; keeps well clear of the stack's end, in a worker too. */
const MAX_DEPTH = 400;

/** What a statement calls that calls nothing. */
export const NO_CALLS: readonly string[] = [];

/** A statement that ends here instead of being read on: `reason` becomes its gap. */
export class ParseLimit extends Error {
  readonly reason: GapReason;
  constructor(reason: "nesting" | "work" | "defect", message: string) {
    super(message);
    this.reason = reason;
  }
}

interface SavedState {
  readonly depth: number;
  readonly bound: string[];
  readonly colonPairs: boolean;
  readonly procedural: boolean;
  readonly how: How;
}

/**
 * Where reading stands in the tokens, with everything the grammar's functions share. Reading never fails on what the
 * text says: what cannot be understood is skipped to the next place that can, and noted as a gap.
 */
export class Parser {
  readonly dialect: Dialect;
  /** How the grammar's parts call each other without importing each other. */
  readonly grammar: Grammar;
  tokens: Tokens;
  position = 0;
  /** What is read now takes part in the value at hand like this. */
  how: How = IDENTITY;
  gaps: Gap[] = [];
  /** Functions that the statement's expressions called so far, as its result has them; {@link called} adds to them. */
  calls: readonly string[] = NO_CALLS;
  /** Names of tables the statement mentions, for the schema provider. */
  tableNames: Name[] = [];
  /** Variables and parameters of the procedure we are in, in lower case; they are not columns. */
  variables: Set<string> | null = null;
  /** Variables that hold a text that stands in the SQL, in lower case; null for those that may hold something else. */
  texts: Map<string, Literal | null> = new Map();
  /** Parameters of the lambdas we are in, in lower case. */
  bound: string[] = [];
  /** The name of the field that was just reached into; taken at once by who reads the expression. */
  field: string | null = null;
  /** Where a colon stands between a key and its value, and is no path. */
  colonPairs = false;
  /** How many statements stand before this one in a chain of `->>`. */
  flow = 0;
  /** Inside a procedure or block. */
  procedural = false;
  private offset = 0;
  private depth = 0;
  private fuel = 0;

  constructor(dialect: Dialect, grammar: Grammar, tokens: Tokens) {
    this.dialect = dialect;
    this.grammar = grammar;
    this.tokens = tokens;
  }

  /** The next semicolon, where it is known, and the tokens it is one of. */
  semicolon = -1;
  semicolonOf: Tokens | null = null;

  /** Grants a statement steps in proportion to its tokens: enough for any grammar, not for running in circles. */
  refuel(tokenCount: number): void {
    this.fuel = Math.max(this.fuel, 50_000) + 400 * tokenCount;
  }

  /** What has to be put back when a statement is given up in the middle. */
  save(): SavedState {
    return {
      depth: this.depth,
      bound: this.bound,
      colonPairs: this.colonPairs,
      procedural: this.procedural,
      how: this.how,
    };
  }

  restore(state: SavedState): void {
    this.depth = state.depth;
    this.bound = state.bound;
    this.colonPairs = state.colonPairs;
    this.procedural = state.procedural;
    this.how = state.how;
    this.field = null;
  }

  // --- looking

  get word(): Word {
    return this.tokens.words[this.position]!;
  }

  get kind(): number {
    return this.tokens.kinds[this.position]!;
  }

  wordAt(ahead: number): Word {
    return this.tokens.words[this.position + ahead] ?? "";
  }

  kindAt(ahead: number): number {
    return this.tokens.kinds[this.position + ahead] ?? TokenKind.end;
  }

  /** The index of the partner of the bracket here; the end of the text when it has none. */
  get mate(): number {
    const mate = this.tokens.mates[this.position]!;
    return mate < 0 ? this.tokens.count : mate;
  }

  get start(): number {
    return this.tokens.starts[this.position]! + this.offset;
  }

  /** Where the last token that was read ends. */
  get lastEnd(): number {
    return (this.position === 0 ? 0 : this.tokens.ends[this.position - 1]!) + this.offset;
  }

  /** The offset in the whole text of a token by its index. */
  startOf(index: number): number {
    return this.tokens.starts[Math.min(index, this.tokens.count)]! + this.offset;
  }

  /** Whether the token here follows the one before without a space. */
  get adjacent(): boolean {
    return this.position > 0 && this.tokens.ends[this.position - 1] === this.tokens.starts[this.position];
  }

  atEnd(): boolean {
    return this.position >= this.tokens.count;
  }

  is(word: Word): boolean {
    return this.tokens.words[this.position] === word;
  }

  isAny(words: ReadonlySet<string>): boolean {
    return words.has(this.tokens.words[this.position]!);
  }

  /** Whether the token here is a word or a quoted identifier. */
  isName(): boolean {
    const kind = this.tokens.kinds[this.position]!;
    return kind === TokenKind.word || kind === TokenKind.quoted || kind === TokenKind.template;
  }

  isNameAt(ahead: number): boolean {
    const kind = this.kindAt(ahead);
    return kind === TokenKind.word || kind === TokenKind.quoted || kind === TokenKind.template;
  }

  /** The text of a token, as written. */
  raw(index: number): string {
    return this.tokens.text.slice(this.tokens.starts[index], this.tokens.ends[index]);
  }

  /** The text between two offsets of the whole text. */
  slice(start: number, end: number): string {
    return this.tokens.text.slice(start - this.offset, end - this.offset);
  }

  /** A name, string or stage without its quotes. */
  value(index: number): string {
    const { text, starts, ends, kinds } = this.tokens;
    const start = starts[index]!;
    const end = ends[index]!;
    const kind = kinds[index]!;
    if (kind === TokenKind.string) return unquoteString(text.slice(start, end));
    if (kind === TokenKind.quoted) return unquoteName(text, start, end);
    return text.slice(start, end);
  }

  // --- moving

  next(): void {
    if (--this.fuel < 0) throw new ParseLimit("work", "reading it took too many steps");
    if (this.position < this.tokens.count) this.position++;
  }

  skip(count: number): void {
    if (--this.fuel < 0) throw new ParseLimit("work", "reading it took too many steps");
    this.position = Math.min(this.position + count, this.tokens.count);
  }

  moveTo(index: number): void {
    if (--this.fuel < 0) throw new ParseLimit("work", "reading it took too many steps");
    this.position = Math.min(index, this.tokens.count);
  }

  /** Moves behind the bracket that closes the one here. */
  skipBrackets(): void {
    this.moveTo(this.mate + 1);
  }

  take(word: Word): boolean {
    if (--this.fuel < 0) throw new ParseLimit("work", "reading it took too many steps");
    if (this.tokens.words[this.position] !== word || word === "") return false;
    this.position++;
    return true;
  }

  /** Takes all of these words, or none. */
  takeAll(first: Word, second: Word, third?: Word): boolean {
    if (this.word !== first || this.wordAt(1) !== second) return false;
    if (third !== undefined && this.wordAt(2) !== third) return false;
    this.skip(third === undefined ? 2 : 3);
    return true;
  }

  /**
   * Whether a statement starts here although nothing ended the one before: where semicolons are optional, and inside
   * blocks, where END and kin end it.
   */
  atStatementStart(): boolean {
    if (this.kind !== TokenKind.word) return false;
    if (this.dialect.features.statementsWithoutSemicolon) {
      if (BATCH_STARTS.has(this.word)) return this.word !== "WITH" || this.startsCte();
      if (this.word === "COPY" && this.wordAt(1) === "INTO") return true;
      // FETCH NEXT FROM cursor; a query's FETCH has a number of rows.
      if (this.word === "FETCH")
        return this.wordAt(1) === "FROM" || (this.kindAt(1) === TokenKind.word && this.wordAt(2) === "FROM");
    }
    return this.procedural && BLOCK_WORDS.has(this.word);
  }

  /** Whether the WITH here starts a query rather than options: `WITH a AS (`, `WITH a (b) AS (`. */
  private startsCte(): boolean {
    const { words, mates } = this.tokens;
    let at = this.position + 2;
    if (words[at] === "(") at = (mates[at] ?? at) + 1;
    return this.isNameAt(1) && words[at] === "AS" && words[at + 1] === "(";
  }

  /** Whether a label (`name:`) stands here, where it ends the statement before it. */
  atLabel(): boolean {
    return this.dialect.features.statementsWithoutSemicolon && this.isName() && this.wordAt(1) === ":";
  }

  takeAny(words: ReadonlySet<string>): boolean {
    if (!words.has(this.tokens.words[this.position]!)) return false;
    this.next();
    return true;
  }

  /**
   * Moves to the end of the statement: a semicolon or separator, or where semicolons are optional a line that starts with a
   * statement's first word. `short`: the statement is one that holds none of these words, so that any of them ends it.
   */
  skipStatement(short = false): void {
    while (!this.atEnd() && this.word !== ";" && this.kind !== TokenKind.separator) {
      const word = this.word;
      if (word === "->>" && this.dialect.features.flowOperator) return;
      if (word === "(" || word === "[" || word === "{") this.skipBrackets();
      else this.next();
      if (this.atStatementStart() && (this.startsLine() || (short && this.word !== "SET"))) return;
    }
  }

  /** As `skipStatement`, behind what was read of the statement: here the next one may start already. */
  skipRest(): void {
    if (!this.atStatementStart()) this.skipStatement(true);
  }

  /** Whether nothing but space stands before the token here on its line. */
  startsLine(): boolean {
    const { text, starts } = this.tokens;
    for (let at = starts[this.position]! - 1; at >= 0; at--) {
      const code = text.charCodeAt(at);
      if (code === 10) return true;
      if (code > 32) return false;
    }
    return true;
  }

  // --- limits

  /** Goes one level deeper; every `enter` has its `leave`, except when a limit ends the statement. */
  enter(): void {
    if (--this.fuel < 0) throw new ParseLimit("work", "reading it took too many steps");
    if (++this.depth > MAX_DEPTH) throw new ParseLimit("nesting", `it nests more than ${MAX_DEPTH} levels deep`);
  }

  leave(): void {
    this.depth--;
  }

  // --- gaps

  gap(reason: GapReason, detail: string, start: number = this.start, end: number = start): void {
    if (this.gaps.length >= 100) return;
    this.gaps.push({ span: [start, Math.max(start, end)], reason, detail });
  }

  /** Notes what was not understood here; the caller decides where to go on. */
  unread(expected: string, upTo: number = this.position + 1): void {
    const start = this.start;
    const end = this.tokens.ends[Math.max(this.position, Math.min(upTo, this.tokens.count) - 1)]! + this.offset;
    const text = this.tokens.text.slice(start - this.offset, Math.min(end - this.offset, start - this.offset + 40));
    this.gap(
      "unread",
      text === "" ? `${expected}, found the end` : `${expected}, found ${JSON.stringify(text)}`,
      start,
      end,
    );
  }

  /** Notes the call of a function. */
  called(name: string): void {
    // Most statements call nothing, and share the empty list.
    if (this.calls === NO_CALLS) this.calls = [name];
    else (this.calls as string[]).push(name);
  }

  // --- texts inside texts

  /**
   * Reads `text`, which starts at `start` in the whole text, as if it stood here. What `read` makes of it carries offsets
   * of the whole text.
   */
  inside<T>(text: string, start: number, read: () => T): T {
    const { tokens, position, offset } = this;
    this.enter();
    return withTokens((inner) => {
      tokenize(text, this.dialect.lexical, inner);
      this.tokens = inner;
      this.position = 0;
      this.offset = start;
      this.fuel += 400 * inner.count;
      this.noteUnclosed(0, inner.text.length);
      try {
        return read();
      } finally {
        this.tokens = tokens;
        this.position = position;
        this.offset = offset;
        this.leave();
      }
    });
  }

  /** Turns what the tokenizer found unclosed between two offsets of this text into gaps. */
  noteUnclosed(from: number, to: number): void {
    for (const { start, what } of this.tokens.unclosed) {
      if (start >= from && start < to)
        this.gap("unclosed", `${what} without its partner`, start + this.offset, to + this.offset);
    }
  }
}

function unquoteName(text: string, start: number, end: number): string {
  const quote = text[start]!;
  if (quote === "U" || quote === "u") return unquoteName(text, start + 2, end);
  if (quote !== '"' && quote !== "`" && quote !== "[") return text.slice(start, end);
  const close = quote === "[" ? "]" : quote;
  const inner = text.slice(start + 1, text[end - 1] === close && end > start + 1 ? end - 1 : end);
  return inner.includes(close) ? inner.replaceAll(close + close, close) : inner;
}

function unquoteString(raw: string): string {
  if (raw.startsWith("$")) {
    const tag = raw.slice(0, raw.indexOf("$", 1) + 1);
    return raw.slice(tag.length, raw.endsWith(tag) && raw.length >= 2 * tag.length ? -tag.length : undefined);
  }
  const first = raw.search(/['"]/);
  if (first < 0) return raw;
  if (/^n?q'/i.test(raw)) return raw.slice(first + 2, -2);
  const quote = raw[first]!;
  if (raw.startsWith(quote.repeat(3), first) && raw.length >= first + 6) return raw.slice(first + 3, -3);
  const closed = raw.length > first + 1 && raw.endsWith(quote);
  const inner = raw.slice(first + 1, closed ? -1 : undefined);
  return inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner;
}

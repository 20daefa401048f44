import type { LexicalRules } from "../dialect.ts";
import { Character, characterTable, isWideSpace } from "./characters.ts";
import { keywordAt } from "./keyword-table.ts";
import type { Operator } from "./operators.ts";
import { OPERATOR_WORDS, SINGLE_OPERATORS, customOperatorEnd, operatorEnd } from "./operators.ts";
import { TokenKind, type Tokens } from "./tokens.ts";

const NEWLINE = 10;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const DOLLAR = 36;
const PERCENT = 37;
const AMPERSAND = 38;
const SINGLE_QUOTE = 39;
const STAR = 42;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const SEMICOLON = 59;
const AT = 64;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const BACKTICK = 96;
const OPEN_BRACE = 123;

/** Prefixes that turn the string after them into another kind of string. */
const STRING_PREFIX =
  /^(?:n|e|b|x|r|br|rb|u&|_utf8|_utf8mb4|_utf8mb3|_latin1|_binary|_ascii|_ucs2|_utf16|_utf32|bx|xb|ur|nq|gx|ux)$/i;

/**
 * Cuts `text` into `tokens` by a dialect's rules, and pairs the brackets. Never fails: what is not closed ends with the
 * text and is noted in `tokens.unclosed`. One pass, linear in the text.
 */
export function tokenize(text: string, rules: LexicalRules, tokens: Tokens): void {
  new Tokenizer(text, rules, tokens).run();
}

/** `/*!`, `/*!50003`, and MariaDB's `/*M!`. */
const VERSION_COMMENT = /\/\*M?!\d{0,6}/y;

/** A short name in brackets; anything with a comma, a quote or a bracket inside is a list. */
const BRACKET_NAME = /\[[A-Za-z_][\w $#-]{0,127}\]/y;

class Tokenizer {
  private readonly text: string;
  private readonly rules: LexicalRules;
  private readonly tokens: Tokens;
  private readonly classes: Uint8Array;
  private position = 0;
  /** The text set by DELIMITER, when it is not a semicolon. */
  private delimiter = "";
  /** Inside a comment whose text is read. */
  private versioned = false;
  private readonly open: number[] = [];
  /** Where the client's command that is being read ends. */
  private clientCommandEnd = -1;
  /** What `find` found last, for each text it looked for. */
  private readonly found = new Map<string, { readonly from: number; readonly at: number }>();
  /** The first backslash from `backslashFrom` on. */
  private backslash = -1;
  private backslashFrom = Number.POSITIVE_INFINITY;

  constructor(text: string, rules: LexicalRules, tokens: Tokens) {
    this.text = text;
    this.rules = rules;
    this.tokens = tokens;
    this.classes = characterTable(rules);
  }

  run(): void {
    const { text, tokens, classes } = this;
    const { length } = text;
    tokens.reset(text);
    while (this.position < length) {
      const start = this.position;
      const code = text.charCodeAt(start);
      const kind = code < 128 ? classes[code]! : isWideSpace(code) ? Character.space : Character.nameStart;
      if (kind === Character.space) {
        this.position = start + 1;
        continue;
      }
      if (this.clientCommandEnd >= 0 && start >= this.clientCommandEnd && this.open.length > 0)
        this.clientCommandEnd = this.lineEnd(start);
      else if (this.clientCommandEnd >= 0 && start >= this.clientCommandEnd) {
        this.clientCommandEnd = -1;
        this.tokens.push(TokenKind.separator, "", start, start);
      }
      if (this.delimiter !== "" && text.startsWith(this.delimiter, start)) {
        this.emit(TokenKind.separator, "", start + this.delimiter.length);
        continue;
      }
      if (kind === Character.nameStart) this.word(start);
      else if (kind === Character.digit) this.number(start);
      else this.symbol(start, code);
    }
    for (const index of this.open) {
      tokens.mates[index] = tokens.count;
      tokens.unclosed.push({ start: tokens.starts[index]!, what: "bracket" });
    }
    tokens.finish();
  }

  private emit(kind: number, word: Operator | "", end: number): void {
    this.tokens.push(kind, word, this.position, end);
    this.position = end;
  }

  /** Whether the token before touches this position and ends an operand: then `.5`, `:x`, `@x` are not what they seem. */
  private touchesOperand(): boolean {
    const { tokens } = this;
    const last = tokens.count - 1;
    if (last < 0 || tokens.ends[last] !== this.position) return false;
    const kind = tokens.kinds[last]!;
    if (kind === TokenKind.operator) return tokens.words[last] === ")" || tokens.words[last] === "]";
    return true;
  }

  /** Whether the bracket here holds a name (SQLite, Access) and not a subscript or a list. */
  private startsBracketName(start: number): boolean {
    const { tokens } = this;
    const last = tokens.words[tokens.count - 1];
    if (last === "ARRAY" || last === "[" || (this.touchesOperand() && last !== ".")) return false;
    BRACKET_NAME.lastIndex = start;
    return BRACKET_NAME.test(this.text);
  }

  private word(start: number): void {
    const { text, rules } = this;
    let end = this.nameEnd(start + 1);
    if (this.delimiter !== "") {
      // `END$$`, `END//`: what DELIMITER has set ends a name, too.
      const delimited = text.slice(start, end).indexOf(this.delimiter);
      if (delimited > 0) end = start + delimited;
    }
    const next = text.charCodeAt(end);
    if (next === SINGLE_QUOTE || (next === DOUBLE_QUOTE && rules.doubleQuoteIsString)) {
      if (this.prefixedString(start, end, next)) return;
    } else if (next === AMPERSAND && end === start + 1 && (text[start] === "U" || text[start] === "u")) {
      const quote = text.charCodeAt(end + 1);
      if (quote === SINGLE_QUOTE || quote === DOUBLE_QUOTE) {
        this.quoted(quote === SINGLE_QUOTE ? TokenKind.string : TokenKind.quoted, end + 2, quote, false);
        return;
      }
    } else if ((next === OPEN_BRACE || next === DOLLAR) && this.templateEnd(end) > 0) {
      end = this.templatedName(end);
      this.emit(TokenKind.template, "", end);
      return;
    }
    const word = keywordAt(text, start, end);
    if (word === "GO" && rules.goSeparator && this.aloneOnLine(start, end, true)) {
      this.emit(TokenKind.separator, "", this.lineEnd(end));
      return;
    }
    if (word === "DELIMITER" && rules.delimiterCommand && this.startsLine(start)) {
      const lineEnd = this.lineEnd(end);
      const delimiter = text.slice(end, lineEnd).trim();
      this.delimiter = delimiter === ";" ? "" : delimiter;
      this.emit(TokenKind.separator, "", lineEnd);
      return;
    }
    this.tokens.push(TokenKind.word, word, start, end);
    this.position = end;
  }

  private nameEnd(from: number): number {
    const { text, classes } = this;
    let end = from;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code < 128) {
        const kind = classes[code]!;
        if (kind === Character.nameStart || kind === Character.digit) end++;
        else if (kind === Character.nameInside && !(code === DOLLAR && text.charCodeAt(end + 1) === OPEN_BRACE)) end++;
        else return end;
      } else if (code !== code || isWideSpace(code)) return end;
      else end++;
    }
  }

  /** A name with templates inside, as `${env}_orders` or `orders_{{ day }}`, from the template at `at`. */
  private templatedName(at: number): number {
    let end = at;
    for (;;) {
      const template = this.templateEnd(end);
      if (template > 0) end = template;
      else {
        const next = this.nameEnd(end);
        if (next === end) return end;
        end = next;
      }
    }
  }

  /**
   * As `text.indexOf`, for what may be far away or not there at all: it is looked for once, not from every place that asks, or
   * the whole would not be linear.
   */
  private find(mark: string, from: number): number {
    const known = this.found.get(mark);
    if (known !== undefined && known.from <= from && (known.at < 0 || known.at >= from)) return known.at;
    const at = this.text.indexOf(mark, from);
    this.found.set(mark, { from, at });
    return at;
  }

  private findBackslash(from: number): number {
    if (this.backslashFrom <= from && (this.backslash < 0 || this.backslash >= from)) return this.backslash;
    this.backslashFrom = from;
    return (this.backslash = this.text.indexOf("\\", from));
  }

  /** The end of `{{ … }}` or `${ … }` at `at`; -1 when there is none. */
  private templateEnd(at: number): number {
    const { text } = this;
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (next !== OPEN_BRACE || (code !== OPEN_BRACE && code !== DOLLAR)) return -1;
    const close = this.find(code === OPEN_BRACE ? "}}" : "}", at + 2);
    return close < 0 ? -1 : close + (code === OPEN_BRACE ? 2 : 1);
  }

  private prefixedString(start: number, quoteAt: number, quote: number): boolean {
    const { text, rules } = this;
    if (quoteAt - start > 8) return false;
    const prefix = text.slice(start, quoteAt);
    if (rules.qQuotes && /^n?q$/i.test(prefix)) {
      const opening = text[quoteAt + 1] ?? "";
      const closing = { "[": "]", "(": ")", "{": "}", "<": ">" }[opening] ?? opening;
      this.until(TokenKind.string, `${closing}'`, quoteAt + 2, "string");
      return true;
    }
    if (!STRING_PREFIX.test(prefix)) return false;
    if (rules.tripleQuotes && this.tripleQuoted(quoteAt, quote)) return true;
    const raw = rules.tripleQuotes && /r/i.test(prefix);
    const escapes = (rules.backslashEscapes && !raw) || /e/i.test(prefix) || raw;
    this.quoted(TokenKind.string, quoteAt + 1, quote, escapes);
    return true;
  }

  private tripleQuoted(quoteAt: number, quote: number): boolean {
    const { text } = this;
    if (text.charCodeAt(quoteAt + 1) !== quote || text.charCodeAt(quoteAt + 2) !== quote) return false;
    const marks = text.slice(quoteAt, quoteAt + 3);
    let close = text.indexOf(marks, quoteAt + 3);
    while (close > 0 && text.charCodeAt(close - 1) === BACKSLASH && text.charCodeAt(close - 2) !== BACKSLASH)
      close = text.indexOf(marks, close + 1);
    if (close < 0) {
      this.tokens.unclosed.push({ start: this.position, what: "string" });
      this.emit(TokenKind.string, "", text.length);
    } else this.emit(TokenKind.string, "", close + 3);
    return true;
  }

  /** A token that ends with the text `closing`, searched from `from`. */
  private until(kind: number, closing: string, from: number, what: "string" | "identifier"): void {
    const { text, tokens } = this;
    const close = text.indexOf(closing, from);
    if (close < 0) tokens.unclosed.push({ start: this.position, what });
    this.emit(kind, "", close < 0 ? text.length : close + closing.length);
  }

  /** A token closed by `quote`, which is doubled or escaped to stand inside; `from` is behind the opening one. */
  private quoted(kind: number, from: number, quote: number, backslashes: boolean): void {
    const { text, tokens } = this;
    const mark = String.fromCharCode(quote);
    let at = from;
    for (;;) {
      let close = text.indexOf(mark, at);
      if (backslashes) {
        const escape = this.findBackslash(at);
        if (escape >= 0 && (close < 0 || escape < close)) {
          // Walk the part with escapes by hand: a backslash hides whatever follows it.
          close = -1;
          for (let i = escape; i < text.length; i++) {
            const code = text.charCodeAt(i);
            if (code === BACKSLASH) i++;
            else if (code === quote) {
              close = i;
              break;
            }
          }
        }
      }
      if (close < 0) {
        tokens.unclosed.push({ start: this.position, what: kind === TokenKind.string ? "string" : "identifier" });
        this.emit(kind, "", text.length);
        return;
      }
      if (text.charCodeAt(close + 1) !== quote) {
        this.emit(kind, "", close + 1);
        return;
      }
      at = close + 2;
    }
  }

  private number(start: number): void {
    const { text, rules, tokens, classes } = this;
    let end = start + 1;
    const last = tokens.count - 1;
    const afterDot = last >= 0 && tokens.ends[last] === start && tokens.words[last] === ".";
    if (afterDot) {
      this.emit(TokenKind.number, "", this.nameEnd(end));
      return;
    }
    const second = text.charCodeAt(end) | 32;
    if (text.charCodeAt(start) === 48 && (second === 120 || second === 98)) {
      this.emit(TokenKind.number, "", this.nameEnd(end + 1));
      return;
    }
    let dots = 0;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code < 128 && classes[code] === Character.digit) end++;
      else if (code === 95 && classes[text.charCodeAt(end + 1)] === Character.digit) end++;
      else if (code === DOT && dots === 0 && text.charCodeAt(end + 1) !== DOT) {
        dots++;
        end++;
      } else break;
    }
    if ((text.charCodeAt(end) | 32) === 101) {
      const sign = text.charCodeAt(end + 1);
      const digit = sign === 43 || sign === DASH ? end + 2 : end + 1;
      if (classes[text.charCodeAt(digit)] === Character.digit) {
        end = digit + 1;
        while (classes[text.charCodeAt(end)] === Character.digit) end++;
      }
    }
    const nameEnd = this.nameEnd(end);
    if (nameEnd > end) {
      // `1st_quarter` is a name where names may start so; elsewhere a suffix of the number (`10L`, `1.5BD`, `4096K`).
      const suffix = /^(?:[lsydfkmg]|bd)$/i.test(text.slice(end, Math.min(nameEnd, end + 3)));
      this.emit(rules.digitNames && dots === 0 && !suffix ? TokenKind.quoted : TokenKind.number, "", nameEnd);
      return;
    }
    this.emit(TokenKind.number, "", end);
  }

  private symbol(start: number, code: number): void {
    const { text, rules, tokens, classes } = this;
    const next = text.charCodeAt(start + 1);
    switch (code) {
      case DASH:
        if (next === DASH) return this.lineComment(start);
        break;
      case STAR:
        if (this.versioned && next === SLASH) {
          this.versioned = false;
          this.position = start + 2;
          return;
        }
        break;
      case HASH:
        if (rules.hashComments) return this.lineComment(start);
        if (
          rules.hashNames &&
          (classes[next] === Character.nameStart || classes[next] === Character.digit || next === HASH)
        ) {
          this.emit(TokenKind.word, "", this.nameEnd(start + 2));
          return;
        }
        break;
      case SLASH:
        if (next === STAR) return this.blockComment(start);
        // Not in a URL: `PUT file:///tmp/x @stage`.
        if (next === SLASH && rules.slashComments && text.charCodeAt(start - 1) !== COLON)
          return this.lineComment(start);
        if (rules.slashSeparator && this.aloneOnLine(start, start + 1, false)) {
          this.emit(TokenKind.separator, "", start + 1);
          return;
        }
        break;
      case SINGLE_QUOTE:
        if (rules.tripleQuotes && this.tripleQuoted(start, code)) return;
        return this.quoted(TokenKind.string, start + 1, code, rules.backslashEscapes);
      case DOUBLE_QUOTE:
        if (!rules.doubleQuoteIsString) return this.quoted(TokenKind.quoted, start + 1, code, false);
        if (rules.tripleQuotes && this.tripleQuoted(start, code)) return;
        return this.quoted(TokenKind.string, start + 1, code, rules.backslashEscapes);
      case BACKSLASH:
        if (rules.clientCommands && this.startsLine(start)) return this.clientCommand(start);
        break;
      case SEMICOLON:
        if (rules.clientCommands && this.copiesFromClient()) {
          this.emit(TokenKind.operator, ";", start + 1);
          // The rows follow, up to a line with a backslash and a dot.
          const end = this.find("\n\\.", start);
          if (end >= 0) this.position = this.lineEnd(end + 1);
          return;
        }
        break;
      case BACKTICK:
        return this.quoted(TokenKind.quoted, start + 1, code, false);
      case OPEN_BRACKET:
        if (rules.bracketNames === true || (rules.bracketNames !== false && this.startsBracketName(start)))
          return this.quoted(TokenKind.quoted, start + 1, 93, false);
        break;
      case OPEN_BRACE: {
        if (next === PERCENT || next === HASH) {
          const close = this.find(next === PERCENT ? "%}" : "#}", start + 2);
          if (close > 0) {
            if (next === PERCENT && !/^\{%[-+]?\s*(?:end|el(?:se|if)\b)/.test(text.slice(start, start + 40)))
              tokens.tags.push({ start, end: close + 2 });
            this.position = close + 2;
            return;
          }
        }
        if (this.templateEnd(start) > 0) {
          this.emit(TokenKind.template, "", this.templatedName(start));
          return;
        }
        break;
      }
      case DOLLAR:
        return this.dollar(start, next);
      case AT:
        if (rules.stages && !this.touchesOperand()) {
          let end = start + 1;
          while (end < text.length && !/[\s,;()]/.test(text[end]!)) end++;
          this.emit(TokenKind.stage, "", end);
          return;
        }
        if (rules.atVariables && !this.touchesOperand()) {
          const name = next === AT ? start + 2 : start + 1;
          const first = text.charCodeAt(name);
          if (first === BACKTICK || first === SINGLE_QUOTE || (first === DOUBLE_QUOTE && name === start + 1)) {
            this.quoted(TokenKind.parameter, name + 1, first, false);
            return;
          }
          const end = this.nameEnd(name);
          if (end > name) {
            this.emit(TokenKind.parameter, "", end);
            return;
          }
        }
        break;
      case AMPERSAND:
        if (rules.ampersandSubstitution && (classes[next] === Character.nameStart || next === AMPERSAND)) {
          const name = next === AMPERSAND ? start + 2 : start + 1;
          let end = this.nameEnd(name);
          if (end > name) {
            // The dot after a substitution only ends its name.
            if (text.charCodeAt(end) === DOT && text.charCodeAt(end + 1) === DOT) end++;
            this.emit(TokenKind.template, "", end);
            if (text.charCodeAt(end - 1) === DOT) tokens.ends[tokens.count - 1] = end - 1;
            return;
          }
        }
        break;
      case DOT:
        if (classes[next] === Character.digit && !this.touchesOperand()) return this.number(start);
        break;
      case COLON:
        if (classes[next] === Character.nameStart && !this.touchesOperand() && !this.follows(":")) {
          this.emit(TokenKind.parameter, "", this.nameEnd(start + 1));
          return;
        }
        if (rules.clientCommands && (next === SINGLE_QUOTE || next === DOUBLE_QUOTE) && !this.touchesOperand()) {
          // psql's variables as a literal or a name.
          this.quoted(TokenKind.parameter, start + 2, next, false);
          return;
        }
        break;
      case PERCENT: {
        // Python's paramstyles `%s` and `%(name)s`.
        if (this.touchesOperand()) break;
        const named = /^%(?:\(\w+\))?s(?!\w)/.exec(text.slice(start, start + 64));
        if (named !== null && !this.followsOperand()) {
          this.emit(TokenKind.parameter, "", start + named[0].length);
          return;
        }
        break;
      }
    }
    this.operator(start, code);
  }

  /** psql's own commands end with the line. `\copy` is a COPY; the others are none of ours. */
  private clientCommand(start: number): void {
    const { text } = this;
    const end = this.lineEnd(start);
    if (!/^\\copy\s/i.test(text.slice(start, start + 6))) {
      this.position = end;
      return;
    }
    this.clientCommandEnd = end;
    this.position = start + 1;
  }

  /** Whether the statement that ends here is `COPY … FROM STDIN`. */
  private copiesFromClient(): boolean {
    const { tokens } = this;
    const last = tokens.count - 1;
    let stdin = false;
    for (let at = last; at >= 0 && at > last - 200; at--) {
      const word = tokens.words[at];
      if (word === ";") return false;
      if (word === "STDIN") stdin = true;
      if (word === "COPY" && stdin)
        return at === 0 || tokens.words[at - 1] === ";" || tokens.kinds[at - 1] === TokenKind.separator;
    }
    return false;
  }

  private follows(word: string): boolean {
    const last = this.tokens.count - 1;
    return last >= 0 && this.tokens.words[last] === word && this.tokens.ends[last] === this.position;
  }

  private followsOperand(): boolean {
    const { tokens } = this;
    const last = tokens.count - 1;
    if (last < 0) return false;
    const word = tokens.words[last];
    const kind = tokens.kinds[last]!;
    if (kind === TokenKind.operator) return word === ")" || word === "]";
    return kind !== TokenKind.word || word === "";
  }

  private operator(start: number, code: number): void {
    const { text, rules, tokens, classes } = this;
    const single = code < 128 ? SINGLE_OPERATORS[code] : undefined;
    if (single === undefined) {
      this.emit(TokenKind.operator, "unknown", start + 1);
      return;
    }
    if (classes[code] === Character.operator && classes[text.charCodeAt(start + 1)] === Character.operator) {
      const end = rules.customOperators ? customOperatorEnd(text, start) : operatorEnd(text, start);
      const word = end === start + 1 ? single : (OPERATOR_WORDS.get(text.slice(start, end)) ?? "custom");
      this.emit(TokenKind.operator, word, end);
      return;
    }
    const index = tokens.count;
    this.emit(TokenKind.operator, single, start + 1);
    if (single === "(" || single === "[" || single === "{") this.open.push(index);
    else if (single === ")" || single === "]" || single === "}") this.close(index, single);
  }

  private close(index: number, closing: ")" | "]" | "}"): void {
    const { open, tokens } = this;
    const opening = closing === ")" ? "(" : closing === "]" ? "[" : "{";
    let at = open.length - 1;
    while (at >= 0 && tokens.words[open[at]!] !== opening) at--;
    if (at < 0) {
      tokens.unclosed.push({ start: tokens.starts[index]!, what: "bracket" });
      return;
    }
    const partner = open[at]!;
    for (let lost = at + 1; lost < open.length; lost++) {
      // Something opened inside this pair was never closed: let it end where the pair does.
      tokens.mates[open[lost]!] = index;
      tokens.unclosed.push({ start: tokens.starts[open[lost]!]!, what: "bracket" });
    }
    open.length = at;
    tokens.mates[partner] = index;
    tokens.mates[index] = partner;
  }

  private dollar(start: number, next: number): void {
    const { text, rules, classes } = this;
    if (this.templateEnd(start) > 0) {
      this.emit(TokenKind.template, "", this.templatedName(start));
      return;
    }
    if (rules.dollarQuotes && !this.touchesOperand()) {
      let end = start + 1;
      if (next !== DOLLAR && (next >= 128 || classes[next] === Character.nameStart)) {
        while (
          text.charCodeAt(end) >= 128 ||
          classes[text.charCodeAt(end)] === 1 ||
          classes[text.charCodeAt(end)] === 2
        )
          end++;
      }
      if (text.charCodeAt(end) === DOLLAR) {
        this.until(TokenKind.string, text.slice(start, end + 1), end + 1, "string");
        return;
      }
    }
    if (
      rules.moneyLiterals &&
      (classes[next] === Character.digit ||
        next === DOT ||
        (next === DASH && classes[text.charCodeAt(start + 2)] === Character.digit))
    ) {
      this.position = start;
      const from = next === DASH ? start + 2 : start + 1;
      let end = from;
      while (classes[text.charCodeAt(end)] === Character.digit || text.charCodeAt(end) === DOT) end++;
      this.emit(TokenKind.number, "", Math.max(end, start + 1));
      return;
    }
    const end = this.nameEnd(start + 1);
    if (rules.moneyLiterals && end === start + 1) this.emit(TokenKind.number, "", end); // no money at all
    else if (end > start + 1) this.emit(TokenKind.parameter, "", end);
    else this.emit(TokenKind.operator, "unknown", start + 1);
  }

  private lineComment(start: number): void {
    const { text, rules } = this;
    const end = this.lineEnd(start);
    if (rules.notebookSeparator && /^--\s*COMMAND\s*-{5,}\s*$/.test(text.slice(start, Math.min(end, start + 64)))) {
      this.emit(TokenKind.separator, "", end);
      return;
    }
    this.position = end;
  }

  private blockComment(start: number): void {
    const { text, rules, tokens } = this;
    if (rules.versionComments) {
      VERSION_COMMENT.lastIndex = start;
      const opening = VERSION_COMMENT.exec(text);
      if (opening !== null) {
        // `/*!50003 CREATE … */`: the server reads what stands inside, and so do we.
        this.versioned = true;
        this.position = start + opening[0].length;
        return;
      }
    }
    let depth = 1;
    let at = start + 2;
    while (depth > 0) {
      const close = this.find("*/", at);
      if (close < 0) {
        tokens.unclosed.push({ start, what: "comment" });
        this.position = text.length;
        return;
      }
      if (rules.nestedComments) {
        const inner = this.find("/*", at);
        if (inner >= 0 && inner < close) {
          depth++;
          at = inner + 2;
          continue;
        }
      }
      depth--;
      at = close + 2;
    }
    this.position = at;
  }

  private lineEnd(from: number): number {
    const end = this.text.indexOf("\n", from);
    return end < 0 ? this.text.length : end;
  }

  private startsLine(start: number): boolean {
    const { text } = this;
    for (let at = start - 1; at >= 0; at--) {
      const code = text.charCodeAt(at);
      if (code === NEWLINE) return true;
      if (code > 32) return false;
    }
    return true;
  }

  /** Whether nothing else stands on the line (a repeat count and a comment may follow when `allowCount`). */
  private aloneOnLine(start: number, end: number, allowCount: boolean): boolean {
    if (!this.startsLine(start)) return false;
    const rest = this.text.slice(end, Math.min(this.lineEnd(end), end + 80));
    return (allowCount ? /^\s*(?:\d+\s*)?;?\s*(?:--.*)?$/ : /^\s*$/).test(rest);
  }
}

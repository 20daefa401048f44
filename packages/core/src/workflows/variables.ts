/**
 * References in the values of a file: `$NAME` (capitals, digits, underscores), `${NAME}`, `${file:path}`, and `$$` for a
 * dollar. A dollar before anything else is a dollar, so that patterns like `^sales$` need no escape.
 */

/** Where references are looked up. */
export interface Variables {
  /** Environment variables. One that is set to nothing is set. */
  env: Readonly<Record<string, string | undefined>>;
  /** The text of a file. A relative path is as written in the workflow file. Throws when it cannot be read. */
  readFile: (path: string) => string;
}

/** A reference that cannot be resolved. */
export interface Unresolved {
  message: string;
  hint: string;
}

const REFERENCE = /\$(?:(\$)|\{([^{}]*)(\}?)|([A-Z_][A-Z0-9_]*)(?![A-Za-z0-9_]))/g;
const ONLY_REFERENCES = /^(?:\$\{[^{}]+\}|\$[A-Z_][A-Z0-9_]*(?![A-Za-z0-9_]))+$/;
const DOLLAR_HINT = "If the dollar is meant as it stands, write it twice: $$.";

/** The text with every reference replaced, and those that could not be. What is put in is not looked through again. */
export function expandVariables(text: string, variables: Variables): { text: string; unresolved: Unresolved[] } {
  if (!text.includes("$")) return { text, unresolved: [] };
  const unresolved: Unresolved[] = [];
  const expanded = text.replace(
    REFERENCE,
    (all: string, dollar?: string, braced?: string, closed?: string, bare?: string) => {
      if (dollar !== undefined) return "$";
      try {
        if (braced === undefined) return fromEnvironment(bare as string, variables);
        if (closed === "") throw new Failure("A ${ is never closed.", DOLLAR_HINT);
        return braced.startsWith("file:") ? fromFile(braced.slice(5), variables) : fromEnvironment(braced, variables);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        unresolved.push({ message: error.message, hint: error.hint });
        return all;
      }
    },
  );
  return { text: expanded, unresolved };
}

/** Whether a text is made of references alone, so that it can be kept without keeping what they stand for. */
export function isReference(text: string): boolean {
  return ONLY_REFERENCES.test(text);
}

/** A text in which every dollar is written so that {@link expandVariables} gives the text back. */
export function escapeDollars(text: string): string {
  return text.replaceAll("$", "$$$$");
}

class Failure extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

function fromEnvironment(name: string, { env }: Variables): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new Failure("What stands in ${…} is neither the name of a variable nor file:PATH.", DOLLAR_HINT);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) throw new Failure(`The environment variable ${name} is not set.`, `Set it. ${DOLLAR_HINT}`);
  return value;
}

function fromFile(path: string, { readFile }: Variables): string {
  try {
    return readFile(path).replace(/\r?\n$/, "");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`The file ${path} cannot be read: ${reason}`, "Check the path and who may read it.");
  }
}

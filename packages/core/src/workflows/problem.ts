/** What is wrong with a workflow file, or not honoured in it: all of it at once, each with its place. */
import { HeadwaterError } from "../errors.ts";

/** A place in a file; both count from 1. */
export interface Spot {
  line: number;
  column: number;
}

/** One thing a person should know about a workflow file. An `error` keeps it from running, a `warning` does not. */
export interface Problem {
  severity: "error" | "warning";
  /** The file as it was named, or the URL without its password. */
  file: string;
  /** Where in the file, as far as it has places: a URL has none. */
  at: Spot | null;
  /** The key it is about: `source.serviceConnection.config.hostPort`; empty for the whole file. */
  path: string;
  /** What is wrong, as a sentence. Never holds the value of a secret. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** Gathers the problems of one file while it is read. */
export class Problems {
  readonly file: string;
  readonly #list: Problem[] = [];

  constructor(file: string) {
    this.file = file;
  }

  error(at: Spot | null, path: string, message: string, hint?: string): void {
    this.#add("error", at, path, message, hint);
  }

  warn(at: Spot | null, path: string, message: string, hint?: string): void {
    this.#add("warning", at, path, message, hint);
  }

  #add(severity: Problem["severity"], at: Spot | null, path: string, message: string, hint: string | undefined): void {
    // The same finding can be met twice: by the schema and by the search for unknown keys.
    if (this.#list.some((other) => other.path === path && other.message === message)) return;
    this.#list.push({ severity, file: this.file, at, path, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** Everything found so far, in the order of the file. */
  all(): Problem[] {
    const order = ({ at }: Problem): number => (at === null ? 0 : at.line * 100_000 + at.column);
    return this.#list.toSorted((a, b) => order(a) - order(b));
  }

  get failed(): boolean {
    return this.#list.some(({ severity }) => severity === "error");
  }

  warnings(): Problem[] {
    return this.all().filter(({ severity }) => severity === "warning");
  }

  /** Throws the {@link workflowError} of everything found, if any of it is an error. */
  throwIfFailed(): void {
    if (this.failed) throw workflowError(this.all());
  }
}

const PROBLEMS = Symbol.for("headwater.problems");

/** The configuration error (exit code `usage`) that says all of these problems. {@link problemsOf} gives them back. */
export function workflowError(problems: readonly Problem[]): HeadwaterError {
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const error =
    errors.length === 1 && first !== undefined
      ? new HeadwaterError("usage", `${where(first)}: ${first.message}`, { hint: first.hint })
      : new HeadwaterError(
          "usage",
          `${first?.file ?? "The workflow"} has ${errors.length} problems:\n${errors.map(formatProblem).join("\n")}`,
        );
  Object.defineProperty(error, PROBLEMS, { value: problems });
  return error;
}

/** The problems a thrown value carries; empty for anything that is not a {@link workflowError}. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (typeof error !== "object" || error === null || !(PROBLEMS in error)) return [];
  return error[PROBLEMS] as readonly Problem[];
}

/** One problem as text, in the form editors and terminals make links of: `file:line:column: message`. */
export function formatProblem(problem: Problem): string {
  const text = `${where(problem)}: ${problem.severity === "warning" ? "warning: " : ""}${problem.message}`;
  return problem.hint === undefined ? text : `${text}\n  ${problem.hint.replaceAll("\n", "\n  ")}`;
}

function where({ file, at }: Problem): string {
  return at === null ? file : `${file}:${at.line}:${at.column}`;
}

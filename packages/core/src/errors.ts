/** The exit codes of `headwater`, by name. */
export const EXIT = {
  success: 0,
  internal: 1,
  usage: 2,
  source: 3,
  partial: 4,
  empty: 5,
  held: 6,
  conflict: 7,
  busy: 8,
  interrupted: 130,
} as const;

/** The name of an exit code. */
export type ExitName = keyof typeof EXIT;

const BRAND = Symbol.for("headwater.HeadwaterError");

/**
 * An error a person can act on: what happened, where, and what to do. Everything Headwater throws on purpose is one (or a
 * `SourceError`, which runs turn into one); anything else is a bug of ours.
 */
export class HeadwaterError extends Error {
  override name = "HeadwaterError";
  readonly exit: ExitName;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(exit: ExitName, message: string, details: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    Object.defineProperty(this, BRAND, { value: true });
    this.exit = exit;
    this.hint = details.hint;
  }
}

/** Whether a thrown value is a {@link HeadwaterError}, of this copy of core or another. */
export function isHeadwaterError(error: unknown): error is HeadwaterError {
  return typeof error === "object" && error !== null && BRAND in error;
}

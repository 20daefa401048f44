/**
 * What went wrong at the source, by what can be done about it:
 * - `unreachable`: no connection, or one that broke. Tried again; a run that cannot reach its source ends with exit code 3.
 * - `signIn`: the credentials were refused. Never tried again.
 * - `denied`: a right is missing. Never tried again; `hint` names the GRANT.
 * - `locked`: somebody else holds a lock. The object is set aside and tried again at the end.
 * - `throttled`: the source wants us to come later (`retryAfterMs`), or has no connection left.
 * - `timeout`: a statement took longer than allowed.
 * - `refused`: the source did not accept this very request. The slice is halved until the culprit is alone.
 * - `interrupted`: we cancelled it ourselves.
 */
export type SourceErrorCode =
  | "unreachable"
  | "signIn"
  | "denied"
  | "locked"
  | "throttled"
  | "timeout"
  | "refused"
  | "interrupted";

const BRAND = Symbol.for("headwater.SourceError");

/** An error of a source, in the words of a person who can act on it. Never holds a secret. */
export class SourceError extends Error {
  override name = "SourceError";
  readonly code: SourceErrorCode;
  /** What to do about it: a GRANT to run, an option to set. */
  readonly hint: string | undefined;
  /** The source's own code (`42501`, `AccessDenied`), for looking it up. */
  readonly sourceCode: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: SourceErrorCode,
    message: string,
    details: {
      hint?: string | undefined;
      sourceCode?: string | undefined;
      retryAfterMs?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    // Two copies of core recognise each other's errors by this mark, not by `instanceof`.
    Object.defineProperty(this, BRAND, { value: true });
    this.code = code;
    this.hint = details.hint;
    this.sourceCode = details.sourceCode;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether a thrown value is a {@link SourceError}, of this copy of core or another. */
export function isSourceError(error: unknown): error is SourceError {
  return typeof error === "object" && error !== null && BRAND in error;
}

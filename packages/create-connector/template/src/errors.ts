import { SourceError, type SourceErrorCode } from "@headwater/core/connector";

/** Errors of the source, by what can be done about them. */
const CODES: Readonly<Record<string, SourceErrorCode>> = {
  ENOENT: "unreachable",
  ENOTDIR: "unreachable",
  EACCES: "denied",
  EPERM: "denied",
  EMFILE: "throttled",
};

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: "Is the folder of the connection spelled as it is on disk?",
  EACCES: "Give the user who runs this the right to read it: chmod -R a+rX FOLDER",
};

/** Any error as one that says what happened and what to do about it. It must hold no secret. */
export function toSourceError(error: unknown): SourceError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new SourceError(CODES[code] ?? "refused", message, { hint: HINTS[code], sourceCode: code, cause: error });
}

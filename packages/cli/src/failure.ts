import { EXIT, isHeadwaterError, isSourceError, nearest } from "@headwater/core";
import type { Misuse } from "./arguments.ts";
import { writeCrashReport } from "./crash-report.ts";
import { redact, redactUrls } from "./redact.ts";
import { safeLines } from "./screen/safe-text.ts";
import type { Look, Screen } from "./screen/screen.ts";

/** A message and what to do about it, as people see them. */
export function problemLines(message: string, hint: string | undefined, { paint }: Look): string[] {
  const [first = "", ...more] = safeLines(redactUrls(message));
  const hints = hint === undefined ? [] : safeLines(redactUrls(hint));
  return [`${paint("red", "✗")} ${first}`, ...[...more, ...hints].map((line) => `  ${line}`)];
}

/** Says what is wrong with what was typed. */
export function explainMisuse({ message, unknown, hint }: Misuse, look: Look): string[] {
  const meant = unknown === undefined ? null : nearest(unknown.word, unknown.known);
  return problemLines(message, meant === null ? hint : `Did you mean ${meant}?`, look);
}

/** Says why a command failed, and returns the exit code. What nobody foresaw is written to a report. */
export function explainFailure(error: unknown, argv: readonly string[], err: Screen): number {
  if (isHeadwaterError(error)) {
    err.print(...problemLines(error.message, error.hint, err));
    return EXIT[error.exit];
  }
  if (isSourceError(error)) {
    err.print(...problemLines(error.message, error.hint, err));
    return EXIT.source;
  }
  const file = writeCrashReport(error, argv);
  const message = error instanceof Error ? error.message : String(error);
  err.print(
    ...problemLines(
      redact(`Headwater failed, and this is a fault of its own: ${message}`),
      file === null
        ? "No report could be written, neither beside the catalog nor among the temporary files."
        : `What happened is in ${file}. It holds no secrets; please send it along when you report this.`,
      err,
    ),
  );
  return EXIT.internal;
}

/** How a lineage run ended, in words. */
import { hasNames, logParts } from "@headwater/catalog";
import { type ExitName, quoteName, type RunState, type SourceError } from "@headwater/core";
import type { DialectName } from "@headwater/sql-lineage";
import type { DefinitionsResult, DefinitionsRun } from "./definitions.ts";
import type { LogResult } from "./log/read-log.ts";

/** The end of a run. */
export interface Verdict {
  state: RunState;
  exit: ExitName;
  message: string;
}

/** How a run ends whose query log could not be read. */
export function failed(
  error: SourceError,
  { signal }: Pick<DefinitionsRun, "signal">,
  { read, unchanged: kept }: DefinitionsResult,
): Verdict {
  if (signal.aborted)
    return { state: "interrupted", exit: "interrupted", message: "Interrupted; what was read is kept." };
  const exit = error.code === "unreachable" || error.code === "signIn" ? "source" : "partial";
  // What the definitions say is kept, and is something.
  const state = exit === "partial" && read + kept > 0 ? "partialSuccess" : "failed";
  return { state, exit, message: `The query log could not be read: ${error.message}` };
}

/** How a run ends that came to its end. */
export function verdictOn(
  { db, service, signal, dialect, allowEmpty }: Omit<DefinitionsRun, "now"> & { allowEmpty: boolean },
  { read, unchanged, withGaps }: DefinitionsResult,
  log: LogResult | null,
  { added, removed }: { added: number; removed: number },
): Verdict {
  if (signal.aborted)
    return { state: "interrupted", exit: "interrupted", message: "Interrupted; what was read is kept." };
  const doubts = log === null ? [] : doubtsAbout(log, dialect);
  if (doubts.length > 0) {
    const message = `${doubts.join(" ")} Everything else is kept.`;
    const something = (log?.queries ?? 0) + read + unchanged > 0;
    return { state: something ? "partialSuccess" : "failed", exit: "partial", message };
  }
  if (log?.stopped === "limit")
    return {
      state: "partialSuccess",
      exit: "held",
      message: `Stopped after ${log.queries} queries, as maxQueries says; the next run goes on from there.`,
    };
  if (read + unchanged === 0 && log === null && !allowEmpty && !hasNames(db, quoteName(service)))
    return {
      state: "failed",
      exit: "empty",
      message: `The catalog has no tables, views or routines of ${service}. Read its metadata first, or allow it with --allow-empty.`,
    };
  if (log !== null && !allowEmpty && logParts(db, quoteName(service)).every(({ queries }) => queries === 0))
    return {
      state: "failed",
      exit: "empty",
      message: "The query log has no queries. Check where it is and what it covers, or allow it with --allow-empty.",
    };
  const broken = withGaps + (log?.withGaps ?? 0);
  const gaps =
    broken > 0
      ? ` Something in ${many(broken, "text")} read now is not understood: headwater lineage gaps says what.`
      : "";
  const changes = added + removed > 0 ? `: ${many(added, "edge")} added, ${removed} removed` : "";
  const what = log === null ? "Lineage is" : "Lineage and usage are";
  return { state: "success", exit: "success", message: `${what} up to date${changes}.${gaps}` };
}

/** From how many shapes on it is said that the dialect may be another one. */
const SHAPES_TO_JUDGE = 10;

/** What of a log could not be taken as it is. */
function doubtsAbout(log: LogResult, dialect: DialectName): string[] {
  const { faults, unread, misdated, cut, ahead, untimed, queries, read, withGaps } = log;
  const doubts: string[] = [];
  if (unread > 0) doubts.push(`${many(unread, "file")} of the query log could not be read.`);
  if (faults > 0) doubts.push(`${many(faults, "record")} of the query log could not be read.`);
  if (cut > 0)
    doubts.push(`The source kept only the beginning of ${manyQueries(cut)}: what stood behind is not known.`);
  if (ahead > 0) doubts.push(`Dated in the future, and counted as run now: ${manyQueries(ahead)}. Check the clocks.`);
  // A log without times at all is one thing, a time that is not understood another.
  if (untimed > 0 && (untimed < queries || misdated > 0))
    doubts.push(`Without a time that is understood, and counted as run now: ${manyQueries(untimed)}.`);
  if (read >= SHAPES_TO_JUDGE && withGaps > read / 2)
    doubts.push(
      `More than half of what was read now is not understood whole as ${dialect}: headwater lineage gaps says why. The type in serviceConnection says which dialect it is.`,
    );
  return doubts;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const manyQueries = (count: number): string => `${count} ${count === 1 ? "query" : "queries"}`;

/** Which of a server's logs is read: its own log where that has every statement and may be read, else what pg_stat_statements counts. */
import { type ChosenLog, onlyRow, type QueryLog, type Session, SourceError } from "@headwater/core/connector";
import { identifier } from "./escape.ts";
import type { Requests, RowOf } from "./requests.ts";
import { serverLog } from "./server-log.ts";
import { HOW_TO_COUNT, statementCounters } from "./statement-counters.ts";

/** The log that lineage and usage are read from. */
export const queryLog: QueryLog<Requests> = { kind: "chosen", choose };

/** Chooses the log that tells most. Throws a `SourceError` that says how to get one where there is none. */
export async function choose(session: Session<Requests>): Promise<ChosenLog<Requests>> {
  const state = await onlyRow(session, "logState");
  const forms = formsOf(state);
  const [form = null] = forms;
  const missing = missingGrants(state);
  const ownLog = (): ChosenLog<Requests>["log"] => ({
    kind: "files",
    log: serverLog,
    path: forms.map((one) => ENDINGS[one]).join(" "),
  });
  if (form !== null && hasEverything(state) && missing === null) return { log: ownLog(), note: null };
  if (state.counts)
    return {
      log: { kind: "counters", log: statementCounters },
      note:
        form === null || !hasEverything(state)
          ? null
          : {
              message: `pg_stat_statements is read, and the server's ${form} is not, because the role may not: when something ran, in which session, and what went through temporary tables is lost.`,
              hint: `Run in the database that is connected to: ${missing}`,
            },
    };
  if (form !== null && missing === null && hasSomething(state))
    return {
      log: ownLog(),
      note: {
        message: `The server's ${form} has only some of what is run (log_statement is ${state.logStatement}, log_min_duration_statement ${state.logMinDuration}): the lineage and usage of everything else is lost.`,
        hint: `Set log_statement = 'all', or count statements: ${HOW_TO_COUNT}`,
      },
    };
  throw new SourceError(
    "refused",
    form !== null && missing !== null && hasSomething(state)
      ? `The extension pg_stat_statements is not installed in the database that is connected to, and the role may not read the server's ${form}: what was run is not known, and lineage and usage of queries are missing.`
      : "The extension pg_stat_statements is not installed in the database that is connected to, and the server logs no statements as csvlog or jsonlog: what was run is not known, and lineage and usage of queries are missing.",
    {
      hint: `${HOW_TO_COUNT} Or ${missing === null ? "" : `run: ${missing} And `}let the server log them: logging_collector = on, log_destination = 'csvlog', log_statement = 'all'. Or name a csvlog or jsonlog with queryLogFilePath, or leave the log out with processQueryLineage: false.`,
    },
  );
}

type State = RowOf<"logState">;

const ENDINGS = { csvlog: "*.csv", jsonlog: "*.json" } as const;

/** The forms of the server's log that can be read: of two files with the same records one is read. */
function formsOf({ collected, logsStatements, destination }: State): (keyof typeof ENDINGS)[] {
  const forms = destination.split(",").map((form) => form.trim().toLowerCase());
  if (!collected || !logsStatements) return [];
  return (["csvlog", "jsonlog"] as const).filter((form) => forms.includes(form));
}

const hasEverything = ({ logStatement, logMinDuration }: State): boolean =>
  logStatement === "all" || logMinDuration === "0";

const hasSomething = ({ logStatement, logMinDuration }: State): boolean =>
  logStatement !== "none" || logMinDuration !== "-1";

/** What lets the role read the server's log; `null` where it may. */
function missingGrants({ findsLog, readsLog, role }: State): string | null {
  const grants = [
    ...(findsLog ? [] : [`GRANT pg_monitor TO ${identifier(role)};`]),
    ...(readsLog
      ? []
      : [
          `GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO ${identifier(role)};`,
        ]),
  ];
  return grants.length === 0 ? null : grants.join(" ");
}

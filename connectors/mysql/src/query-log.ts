/** Which of a server's logs is read: that of all statements, that of the slow ones, or what performance_schema counts. */
import { type ChosenLog, isSourceError, onlyRow, SourceError } from "@headwater/core/connector";
import { digestCounters } from "./digests.ts";
import { account } from "./escape.ts";
import { logTable } from "./log-table.ts";
import type { LogTable, MysqlSession, Requests, RowOf } from "./requests.ts";

/** One of the logs a server may keep. */
interface Candidate {
  table: LogTable | "digests";
  /** What people call it. */
  name: string;
  log: ChosenLog<Requests>["log"];
  /** Why the server does not keep it; `null` where it does. */
  off(settings: RowOf<"logSettings">): string | null;
  /** What it has not, beside the best; `null` for the best. */
  lacks: string | null;
}

/** Whether statements are logged to tables. Source: MySQL's manual, "Selecting General Query Log and Slow Query Log Output Destinations". */
const toTable = ({ output }: RowOf<"logSettings">): boolean => /\btable\b/i.test(output) && !/\bnone\b/i.test(output);

/** One of the two logs, as a table of the schema mysql. `setting` switches it on. */
const logged = (
  table: LogTable,
  setting: string,
  isOn: (settings: RowOf<"logSettings">) => boolean,
  lacks: string | null,
): Candidate => ({
  table,
  name: `mysql.${table}`,
  log: { kind: "timed", log: logTable(table) },
  off: (settings) =>
    isOn(settings) ? (toTable(settings) ? null : `log_output is ${settings.output}`) : `${setting} is OFF`,
  lacks,
});

const GENERAL: Candidate = logged("general_log", "general_log", ({ generalLog }) => generalLog, null);
const SLOW: Candidate = logged(
  "slow_log",
  "slow_query_log",
  ({ slowLog }) => slowLog,
  "statements that took less than long_query_time",
);
const DIGESTS: Candidate = {
  table: "digests",
  name: "performance_schema.events_statements_summary_by_digest",
  log: { kind: "counters", log: digestCounters },
  off: ({ performanceSchema }) => (performanceSchema ? null : "performance_schema is OFF"),
  lacks: "users, sessions or days of statements",
};

/**
 * The first of a server's logs that is kept and that the account may read. Throws a `SourceError` that says what to set and to grant
 * where there is none.
 */
export async function chooseLog(session: MysqlSession): Promise<ChosenLog<Requests>> {
  const settings = await onlyRow(session, "logSettings");
  const toLog = `SET GLOBAL log_output = 'TABLE', general_log = ON; ${grantOn(GENERAL.name, settings.account)}`;
  const passed: string[] = [];
  const grants: string[] = [];
  for (const candidate of settings.useSlowLogs ? [SLOW, GENERAL, DIGESTS] : [GENERAL, DIGESTS, SLOW]) {
    const { name, log, lacks } = candidate;
    const off = candidate.off(settings);
    const grant = off === null ? await missingGrant(session, candidate, settings.account) : null;
    if (off === null && grant === null) {
      const message = [`Queries are read from ${name}, which has no ${lacks}.`, ...passed].join(" ");
      return { log, note: lacks === null ? null : { message, hint: grants[0] ?? toLog } };
    }
    if (grant !== null) grants.push(grant);
    passed.push(`${name} is not read: ${off ?? "the account may not"}.`);
  }
  throw new SourceError(
    "refused",
    `The server keeps no log of what was run that can be read: lineage and usage of queries are missing. ${passed.join(" ")}`,
    {
      hint: `${grants[0] ?? `${toLog} Or start the server with performance_schema = ON.`} Or name files of the server's logs with queryLogFilePath, or leave the log out with processQueryLineage: false.`,
    },
  );
}

/** What the account lacks for reading a log; `null` for nothing. */
async function missingGrant(session: MysqlSession, { table, name }: Candidate, user: string): Promise<string | null> {
  try {
    await session.all("logReadable", { log: table });
    return null;
  } catch (error) {
    if (isSourceError(error) && error.code === "denied") return grantOn(name, user);
    throw error;
  }
}

const grantOn = (table: string, user: string): string => `GRANT SELECT ON ${table} TO ${account(user)};`;

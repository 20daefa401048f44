import {
  type CounterLog,
  isSourceError,
  type LoggedQuery,
  type LogFault,
  type LogPage,
  onlyRow,
  type Session,
  SourceError,
} from "@headwater/core/connector";
import { isOwn } from "@headwater/log-records";
import { identifier } from "./escape.ts";
import type { Requests, RowOf } from "./requests.ts";

/** What stands for a text the role may not see. Source: pg_stat_statements.c. */
const HIDDEN = "<insufficient privilege>";
/** Since then pg_stat_statements_info tells when counting began. */
const WITH_INFO = 140_000;
/** The catalog is read by tools, ours among them; who writes from it is worth knowing all the same. */
const CATALOG_ONLY = /^(?!.*\b(?:insert|update|merge|create|copy|into)\b).*\bpg_catalog\./is;

/** What touches no table: half of what a client says. */
const CONTROL =
  /^\s*(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|set|reset|show|discard|deallocate|fetch|close|listen|unlisten|notify)\b/i;

/** What pg_stat_statements counts. It keeps no times and no sessions. */
export const statementCounters: CounterLog<Requests> = {
  async snapshot(session) {
    const { schema, version, ...read } = await statistics(session);
    const now = Math.round(read.now);
    // Before 14 nothing tells of resets and of what was thrown out: no time is covered.
    if (version < WITH_INFO) return { at: now, since: null, reset: "", lost: String(now), complete: false };
    const state = await onlyRow(session, "statementStatisticsState", { schema });
    const { thrownOut } = state;
    const since = Math.round(state.since);
    return { at: now, since, reset: String(since), lost: thrownOut, complete: thrownOut === "0" };
  },

  async *read(session, { filter }) {
    const { schema, seesAll, role } = await statistics(session);
    let [hidden, lost] = [0, 0];
    try {
      for await (const rows of session.pages("statements", { schema, filter })) {
        const known = rows.filter(({ query }) => query !== null && query !== "");
        const texts = known.filter(({ query }) => query !== HIDDEN);
        const counted = texts.filter(({ query }) => isWanted(query ?? ""));
        const unknown = rows.length - known.length;
        lost += unknown;
        hidden += known.length - texts.length;
        yield {
          queries: counted.map(toQuery),
          keys: counted.map(({ key }) => key),
          faults: [],
          leftOut: texts.length - counted.length,
          cursor: "",
          bytes: 0,
        };
      }
    } catch (error) {
      throw filter === null ? error : ofFilter(error);
    }
    if (hidden > 0) yield faulty(hiddenFault(hidden, seesAll, role));
    if (lost > 0)
      yield faulty({
        reason: "the server lost the texts of its statements",
        where: "pg_stat_statements",
        records: lost,
      });
  },
};

const isWanted = (query: string): boolean => !CONTROL.test(query) && !CATALOG_ONLY.test(query) && !isOwn(query);

const faulty = (fault: LogFault): LogPage & { keys: string[] } => ({
  queries: [],
  keys: [],
  faults: [fault],
  leftOut: 0,
  cursor: "",
  bytes: 0,
});

/** Class 42 are errors of syntax and of names: without the condition there are none. Source: PostgreSQL's manual, "Error Codes". */
function ofFilter(error: unknown): unknown {
  if (!isSourceError(error) || error.sourceCode?.startsWith("42") !== true) return error;
  return new SourceError("refused", `The server does not accept filterCondition. ${error.message}`, {
    hint: "It is SQL that is ANDed to what is asked of pg_stat_statements (s), pg_database (d) and pg_user (u): s.query ILIKE '%orders%'",
    sourceCode: error.sourceCode,
    cause: error,
  });
}

/** Where the counters are. Throws a `SourceError` where there are none. */
export async function statistics(session: Session<Requests>): Promise<RowOf<"statementStatistics">> {
  const [row] = await session.all("statementStatistics");
  if (row !== undefined) return row;
  throw new SourceError(
    "refused",
    "The extension pg_stat_statements is not installed in the database that is connected to.",
    {
      hint: HOW_TO_COUNT,
    },
  );
}

/** What makes a server count statements. */
export const HOW_TO_COUNT =
  "Set shared_preload_libraries = 'pg_stat_statements', restart, and run: CREATE EXTENSION pg_stat_statements;";

function toQuery({ query, user, database, calls, totalMs }: RowOf<"statements">): LoggedQuery {
  return {
    text: query ?? "",
    at: null,
    durationMs: totalMs,
    user,
    database,
    schema: null,
    session: null,
    times: calls,
    cut: false,
  };
}

function hiddenFault(records: number, seesAll: boolean, role: string): LogFault {
  const grant = seesAll ? "" : `: GRANT pg_read_all_stats TO ${identifier(role)};`;
  return { reason: `the role may not see what others ran${grant}`, where: "pg_stat_statements", records };
}

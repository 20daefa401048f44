/** Settings of a PostgreSQL server that writes every statement into files of its own, and hardly anything else. */
export const LOGS_STATEMENTS = { logging_collector: "on", log_statement: "all", log_min_messages: "warning" } as const;

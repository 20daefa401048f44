/** Tables that are only made to be put in another one's place. */
import type { ScriptLineage, TableUse } from "@headwater/sql-lineage";

/**
 * How dbt calls the table or view it makes before it renames it or takes its rows, and the one it renames out of the way; some adapters
 * put a number behind. Source: dbt-adapters, `make_intermediate_relation`, `make_temp_relation`, `make_backup_relation`; dbt-databricks,
 * `make_staging_relation`.
 */
const STAGED = /__dbt_(?:tmp|temp|stg|backup)/i;

/** Whether a text names such a table. */
export function namesStaged(text: string): boolean {
  return STAGED.test(text);
}

/** What the engine says of a session's statements, with such tables taken for temporary ones: nobody else knows their names. */
export function withStaged(script: ScriptLineage): ScriptLineage {
  const marked = (use: TableUse): TableUse => (STAGED.test(use.name.at(-1) ?? "") ? { ...use, temporary: true } : use);
  return {
    ...script,
    statements: script.statements.map((statement) => ({
      ...statement,
      reads: statement.reads.map(marked),
      writes: statement.writes.map((write) => ({ ...write, temporary: marked(write).temporary })),
    })),
  };
}

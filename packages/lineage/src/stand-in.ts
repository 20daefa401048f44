/** Tables that are only made to be put in another one's place. */

/**
 * How dbt calls the table or view it makes before it renames it or takes its rows, and the one it renames out of the way: like the model,
 * with this behind, and in some adapters a number. Source: dbt-adapters, `make_intermediate_relation`, `make_temp_relation`,
 * `make_backup_relation`; dbt-databricks, `make_staging_relation`.
 */
const STANDS_IN = /(?<=[^."])__dbt_(?:tmp|temp|stg|backup)\w*$/i;

/** The name of the table that one of this name stands in for, whatever stands before it; `null` where it stands for itself. */
export function stoodInFor(name: string): string | null {
  const at = name.search(STANDS_IN);
  return at < 0 ? null : name.slice(0, at);
}

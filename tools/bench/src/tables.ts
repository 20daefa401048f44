/** How many tables a generated database has, and how they lie in its schemas. */
export interface Layout {
  tables: number;
  schemas: number;
  /** `even`: the same number in each schema. `skewed`: all but 245 in the first, the others evenly in the rest. */
  spread: "even" | "skewed";
}

const SKEWED_REST = 245;

/** How many tables and views a generated database has. */
export const tablesAndViews = (layout: Layout): number => layout.tables + Math.ceil(layout.tables / 20);

/** Roles the generated schemas belong to. */
const OWNERS = ["bench_shop", "bench_stock", "bench_books", "bench_data", "bench_web"];

/** Makes roles and schemas. To be run once, before {@link tablesScript}. */
export function schemasScript(layout: Layout): string {
  return `
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY[${OWNERS.map((owner) => `'${owner}'`).join(", ")}] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    END IF;
  END LOOP;
  FOR s IN 0..${layout.schemas - 1} LOOP
    EXECUTE format('CREATE SCHEMA %I AUTHORIZATION %I', 'area_' || s, (ARRAY[${OWNERS.map((owner) => `'${owner}'`).join(", ")}])[1 + s % ${OWNERS.length}]);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', 'area_' || s, 'Tables of business area ' || s || '.');
  END LOOP;
END
$$`;
}

/**
 * Makes the tables whose number leaves the remainder `part` when divided by `parts`, so that several connections can share the
 * work: 10 columns, a primary key, comments on the table and 5 columns; on every fifth a unique constraint and a check.
 */
export function tablesScript(layout: Layout, part: number, parts: number): string {
  return `
DO $$
DECLARE
  t text;
BEGIN
  FOR i IN ${part}..${layout.tables - 1} BY ${parts} LOOP
    t := ${nameOf(layout, "i")};
    EXECUTE 'CREATE TABLE ' || t || ' (
      id bigint ' || CASE WHEN i % 4 = 0 THEN 'GENERATED ALWAYS AS IDENTITY' ELSE 'NOT NULL' END || ' PRIMARY KEY,
      code character varying(40) NOT NULL' || CASE WHEN i % 5 = 0 THEN ' UNIQUE' ELSE '' END || ',
      parent_id bigint,
      status text NOT NULL DEFAULT ''new'',
      quantity integer DEFAULT 0' || CASE WHEN i % 5 = 0 THEN ' CHECK (quantity >= 0)' ELSE '' END || ',
      amount numeric(12, 2),
      due_on date,
      is_active boolean NOT NULL DEFAULT true,
      attributes jsonb,
      changed_at timestamp with time zone NOT NULL DEFAULT now())';
    EXECUTE 'ALTER TABLE ' || t || ' OWNER TO ' || (ARRAY[${OWNERS.map((owner) => `'${owner}'`).join(", ")}])[1 + i % ${OWNERS.length}];
    EXECUTE format('COMMENT ON TABLE %s IS %L', t, 'Records of process ' || i || ', one row for each document, since ' || 1990 + i % 36 || '.');
    EXECUTE format('COMMENT ON COLUMN %s.code IS %L', t, 'Number printed on document ' || i || ', unique within its year.');
    EXECUTE format('COMMENT ON COLUMN %s.parent_id IS %L', t, 'The record this one was made from, if any.');
    EXECUTE format('COMMENT ON COLUMN %s.status IS %L', t, 'new, open, done or void; set by step ' || i % 12 || ' of the process.');
    EXECUTE format('COMMENT ON COLUMN %s.amount IS %L', t, 'Amount in euros, before tax.');
    EXECUTE format('COMMENT ON COLUMN %s.changed_at IS %L', t, 'Time of the last change, set by a trigger of the application.');
    -- The locks of a transaction fit into a new installation's lock table.
    IF i % 100 < ${parts} THEN COMMIT; END IF;
  END LOOP;
END
$$`;
}

/** Makes foreign keys (every fifth table, some to another schema), views (one for 20 tables) and functions (one for 50). After all {@link tablesScript}s. */
export function relatedScript(layout: Layout): string {
  return `
DO $$
DECLARE
  t text;
  other text;
BEGIN
  FOR i IN 0..${layout.tables - 1} BY 5 LOOP
    t := ${nameOf(layout, "i")};
    other := ${nameOf(layout, `((i + CASE WHEN i % 25 = 0 THEN 1 ELSE ${layout.schemas} END) % ${layout.tables})`)};
    EXECUTE 'ALTER TABLE ' || t || ' ADD FOREIGN KEY (parent_id) REFERENCES ' || other || ' (id)';
    IF i % 20 = 0 THEN
      EXECUTE 'CREATE VIEW ' || t || '_open AS SELECT a.id, a.code, b.amount, b.changed_at FROM ' || t || ' a JOIN ' || other
        || ' b ON b.id = a.parent_id WHERE a.is_active AND a.status <> ''void''';
      EXECUTE format('COMMENT ON VIEW %s_open IS %L', t, 'Open records of process ' || i || ' with the amount of their origin.');
    END IF;
    IF i % 50 = 0 THEN
      EXECUTE 'CREATE FUNCTION ' || t || '_total(since date, state text) RETURNS numeric LANGUAGE sql STABLE AS '
        || quote_literal('SELECT sum(amount) FROM ' || t || ' WHERE due_on >= since AND status = state');
      EXECUTE format('COMMENT ON FUNCTION %s_total(date, text) IS %L', t, 'Total of process ' || i || '.');
    END IF;
    IF i % 100 = 0 THEN COMMIT; END IF;
  END LOOP;
END
$$`;
}

/**
 * Gives the tables row counts, as ANALYZE of filled tables would, and the server statistics of its own catalog. The statements
 * are to be run one by one.
 */
export const STATISTICS: readonly string[] = [
  "UPDATE pg_class SET reltuples = oid::bigint % 90000 + 1000, relpages = oid::bigint % 1000 + 10 WHERE relkind = 'r' AND relname LIKE 'record\\_%'",
  ...["class", "attribute", "attrdef", "description", "constraint", "index", "type", "depend", "proc", "namespace"].map(
    (name) => `VACUUM (ANALYZE) pg_catalog.pg_${name}`,
  ),
];

/** SQL for the quoted name of table number `i`. */
function nameOf({ tables, schemas, spread }: Layout, i: string): string {
  const schema =
    spread === "even"
      ? `(${i}) % ${schemas}`
      : `CASE WHEN (${i}) < ${tables - SKEWED_REST} THEN 0 ELSE 1 + (${i}) % ${schemas - 1} END`;
  return `format('%I.%I', 'area_' || (${schema}), 'record_' || lpad((${i})::text, 5, '0'))`;
}

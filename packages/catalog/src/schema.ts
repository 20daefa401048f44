/** The tables of a catalog file, and how older files become the current version. */

/** Marks a SQLite file as a Headwater catalog: "HWTR". */
export const APPLICATION_ID = 0x48575452;

/**
 * `entity` is narrow because reconciling looks up every entity of a service; the documents are beside it. `prefix` is the
 * FQN without the entity's own name. `history` has one row per committed change, numbered without gaps: it is the change
 * feed too. `back` leads from the state after the change to the state before it.
 */
const VERSION_1 = `
CREATE TABLE entity(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  fqn TEXT NOT NULL,
  service TEXT NOT NULL,
  kind TEXT,
  key TEXT,
  version INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  rows_hash TEXT NOT NULL,
  mapping TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  token TEXT,
  row_count INTEGER,
  size_bytes INTEGER,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX entity_name ON entity(prefix, name, type);
CREATE INDEX entity_key ON entity(service, type, key);

CREATE TABLE document(
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  curated TEXT,
  column_keys TEXT
) STRICT;
CREATE INDEX document_curated ON document(id) WHERE curated IS NOT NULL;

CREATE TABLE history(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  entity INTEGER NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  run INTEGER,
  actor TEXT,
  op TEXT NOT NULL,
  change TEXT,
  back TEXT
) STRICT;
CREATE INDEX history_entity ON history(entity, seq);

CREATE TABLE reference(
  entity INTEGER NOT NULL,
  kind TEXT NOT NULL,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY(entity, kind, prefix, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_target ON reference(prefix, name);

CREATE TABLE observation(
  entity INTEGER NOT NULL,
  at INTEGER NOT NULL,
  row_count INTEGER,
  size_bytes INTEGER,
  PRIMARY KEY(entity, at)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE search USING fts5(name, description, columns, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

CREATE TABLE service(name TEXT PRIMARY KEY, identity TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE lease(
  service TEXT PRIMARY KEY,
  fence INTEGER NOT NULL,
  holder TEXT,
  beat_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  service TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  connector TEXT NOT NULL,
  config_digest TEXT NOT NULL,
  state TEXT NOT NULL,
  exit INTEGER,
  resumable INTEGER NOT NULL DEFAULT 1,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  counts TEXT,
  queries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX run_pipeline ON run(pipeline, id);
CREATE TABLE run_event(run INTEGER NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY(run, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE unit(
  no INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  id TEXT NOT NULL,
  task TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  counts TEXT,
  queries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX unit_id ON unit(run, id);
CREATE TABLE scope(
  run INTEGER NOT NULL,
  node TEXT NOT NULL,
  fqn TEXT NOT NULL,
  unit INTEGER NOT NULL,
  seen TEXT NOT NULL,
  digest TEXT,
  PRIMARY KEY(run, node, fqn)
) STRICT, WITHOUT ROWID;
CREATE TABLE stage(
  unit INTEGER NOT NULL,
  parent TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT,
  token TEXT,
  weight INTEGER NOT NULL,
  seed TEXT,
  left_out TEXT,
  blocked TEXT,
  set_aside TEXT,
  PRIMARY KEY(unit, parent, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE postponed(run INTEGER NOT NULL, level INTEGER NOT NULL, fqn TEXT NOT NULL, type TEXT NOT NULL, change TEXT NOT NULL, PRIMARY KEY(run, level, fqn, type)) STRICT, WITHOUT ROWID;

CREATE TABLE grants(node TEXT NOT NULL, fqn TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY(node, fqn)) STRICT, WITHOUT ROWID;
CREATE TABLE absence(entity INTEGER PRIMARY KEY, run INTEGER NOT NULL) STRICT;
`;

/** What the last finished run of each pipeline left out although the catalog has it: what `prune` may remove. */
const VERSION_2 = `
CREATE TABLE out_of_scope(pipeline TEXT NOT NULL, entity INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(pipeline, entity)) STRICT, WITHOUT ROWID;
`;

/**
 * Lineage. A statement is one text that moves data: a definition, a shape of queries, a person's word. A claim is one edge a
 * statement says; edges are what the live statements claim together, so that nothing is counted twice and an edge ends with the
 * last statement that says it. An empty column is the table as a whole; an asterisk stands for its rows, or for columns nobody
 * told us. A place is an FQN, whether the catalog has an entity of that name or not. A mention is the last part of a name in a
 * statement, in lower case: what has to be read again when a table of that name comes, goes or changes. The edges are those
 * after the service's last run; an edge_change is what a run added or removed.
 */
const VERSION_3 = `
CREATE TABLE place(id INTEGER PRIMARY KEY, fqn TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE statement(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  service TEXT NOT NULL,
  origin TEXT NOT NULL,
  key TEXT NOT NULL,
  dialect TEXT NOT NULL,
  defaults TEXT NOT NULL,
  text TEXT NOT NULL,
  digest TEXT NOT NULL,
  gaps TEXT,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  times INTEGER NOT NULL,
  ended INTEGER
) STRICT;
CREATE UNIQUE INDEX statement_key ON statement(service, origin, key);
CREATE TABLE claim(
  statement INTEGER NOT NULL,
  target INTEGER NOT NULL,
  target_column TEXT NOT NULL,
  source INTEGER NOT NULL,
  source_column TEXT NOT NULL,
  how TEXT NOT NULL,
  sure TEXT NOT NULL,
  rule TEXT NOT NULL,
  span_start INTEGER NOT NULL,
  span_end INTEGER NOT NULL,
  PRIMARY KEY(statement, target, target_column, source, source_column)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_target ON claim(target, target_column, source);
CREATE INDEX claim_source ON claim(source, source_column, target);
CREATE TABLE mention(name TEXT NOT NULL, statement INTEGER NOT NULL, PRIMARY KEY(name, statement)) STRICT, WITHOUT ROWID;
CREATE INDEX mention_statement ON mention(statement);
CREATE TABLE edge(
  service TEXT NOT NULL,
  target INTEGER NOT NULL,
  target_column TEXT NOT NULL,
  source INTEGER NOT NULL,
  source_column TEXT NOT NULL,
  origin TEXT NOT NULL,
  PRIMARY KEY(service, target, target_column, source, source_column, origin)
) STRICT, WITHOUT ROWID;
CREATE TABLE edge_change(
  run INTEGER NOT NULL,
  added INTEGER NOT NULL,
  origin TEXT NOT NULL,
  source INTEGER NOT NULL,
  source_column TEXT NOT NULL,
  target INTEGER NOT NULL,
  target_column TEXT NOT NULL
) STRICT;
CREATE INDEX edge_change_run ON edge_change(run);
CREATE TABLE lineage_state(service TEXT PRIMARY KEY, history_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Query logs. A use is a table that a statement touches, with the columns of it and what it joins them with, both as JSON; a tally
 * how often a statement was run on a day (days since 1970) by somebody. A log_part is a piece of a log that is being read or was:
 * a file, a span of time, with the span of time it accounts for. A counter is what a source that only counts said last.
 */
const VERSION_4 = `
CREATE TABLE use(statement INTEGER NOT NULL, place INTEGER NOT NULL, columns TEXT NOT NULL, joins TEXT, PRIMARY KEY(place, statement)) STRICT, WITHOUT ROWID;
CREATE INDEX use_statement ON use(statement);
CREATE TABLE tally(
  statement INTEGER NOT NULL,
  day INTEGER NOT NULL,
  user TEXT NOT NULL,
  times INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  PRIMARY KEY(statement, day, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_day ON tally(day);
CREATE TABLE log_part(
  id INTEGER PRIMARY KEY,
  service TEXT NOT NULL,
  identity TEXT NOT NULL,
  title TEXT NOT NULL,
  cursor TEXT,
  memory TEXT,
  bytes INTEGER NOT NULL DEFAULT 0,
  queries INTEGER NOT NULL DEFAULT 0,
  faults INTEGER NOT NULL DEFAULT 0,
  from_at INTEGER,
  to_at INTEGER,
  done INTEGER NOT NULL DEFAULT 0,
  read_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX log_part_identity ON log_part(service, identity);
CREATE TABLE counter(service TEXT NOT NULL, key TEXT NOT NULL, times INTEGER NOT NULL, duration_ms REAL NOT NULL, PRIMARY KEY(service, key)) STRICT, WITHOUT ROWID;
CREATE TABLE counter_state(service TEXT PRIMARY KEY, epoch TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Of the last run that settled the edges of a service, a digest of how its texts were read; NULL once something was written that
 * no run has settled.
 */
const VERSION_5 = `
ALTER TABLE lineage_state ADD COLUMN digest TEXT;
`;

/**
 * One row for everything a statement says flows from one place to another, instead of one for each pair of columns with three ways to
 * look it up: a log of many different statements is mostly such rows. `columns` are its pairs of columns, target first, sorted, as
 * JSON: equal texts are equal edges. `claims` are the claims, `[target column, source column, how, sure, rule, start, end]` each. A
 * route is what all statements of an origin say between two places after the service's last run; a route_change what a run added and
 * removed. The views give claims and edges one by one. Mentions are looked up by name alone: one that no longer holds only has a
 * statement read again for nothing.
 */
const VERSION_6 = `
CREATE TABLE flow(
  id INTEGER PRIMARY KEY,
  statement INTEGER NOT NULL,
  target INTEGER NOT NULL,
  source INTEGER NOT NULL,
  columns TEXT NOT NULL,
  claims TEXT NOT NULL
) STRICT;
INSERT INTO flow(statement, target, source, columns, claims)
  SELECT statement, target, source, json_group_array(json_array(target_column, source_column)),
    json_group_array(json_array(target_column, source_column, how, sure, rule, span_start, span_end))
  FROM (SELECT * FROM claim ORDER BY statement, target, source, json_array(target_column, source_column))
  GROUP BY statement, target, source;
CREATE INDEX flow_statement ON flow(statement);
CREATE INDEX flow_target ON flow(target, source);
CREATE INDEX flow_source ON flow(source, target);
CREATE TABLE route(
  service TEXT NOT NULL,
  target INTEGER NOT NULL,
  source INTEGER NOT NULL,
  origin TEXT NOT NULL,
  columns TEXT NOT NULL,
  PRIMARY KEY(service, target, source, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO route(service, target, source, origin, columns)
  SELECT service, target, source, origin, json_group_array(json_array(target_column, source_column))
  FROM (SELECT * FROM edge ORDER BY service, target, source, origin, json_array(target_column, source_column))
  GROUP BY service, target, source, origin;
CREATE TABLE route_change(
  run INTEGER NOT NULL,
  target INTEGER NOT NULL,
  source INTEGER NOT NULL,
  origin TEXT NOT NULL,
  added TEXT,
  removed TEXT
) STRICT;
INSERT INTO route_change(run, target, source, origin, added, removed)
  SELECT run, target, source, origin,
    nullif(json_group_array(json_array(target_column, source_column)) FILTER (WHERE added = 1), '[]'),
    nullif(json_group_array(json_array(target_column, source_column)) FILTER (WHERE added = 0), '[]')
  FROM edge_change GROUP BY run, target, source, origin;
DROP TABLE claim;
DROP TABLE edge;
DROP TABLE edge_change;
CREATE INDEX route_change_run ON route_change(run);
CREATE VIEW claim AS SELECT f.statement, f.target, c.value ->> 0 AS target_column, f.source, c.value ->> 1 AS source_column,
  c.value ->> 2 AS how, c.value ->> 3 AS sure, c.value ->> 4 AS rule, c.value ->> 5 AS span_start, c.value ->> 6 AS span_end
  FROM flow f, json_each(f.claims) c;
CREATE VIEW edge AS SELECT r.service, r.target, c.value ->> 0 AS target_column, r.source, c.value ->> 1 AS source_column, r.origin
  FROM route r, json_each(r.columns) c;
CREATE VIEW edge_change AS
  SELECT r.run, 1 AS added, r.origin, r.source, c.value ->> 1 AS source_column, r.target, c.value ->> 0 AS target_column
  FROM route_change r, json_each(r.added) c
  UNION ALL
  SELECT r.run, 0 AS added, r.origin, r.source, c.value ->> 1 AS source_column, r.target, c.value ->> 0 AS target_column
  FROM route_change r, json_each(r.removed) c;
DROP INDEX mention_statement;
`;

/**
 * A log that is read adds to what was counted on its latest days, and to the uses of every table: counts lie by day, and uses as they
 * came, so that each commit writes few pages of what is there already.
 */
const VERSION_7 = `
CREATE TABLE count(
  day INTEGER NOT NULL,
  statement INTEGER NOT NULL,
  user TEXT NOT NULL,
  times INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  PRIMARY KEY(day, statement, user)
) STRICT, WITHOUT ROWID;
INSERT INTO count(day, statement, user, times, duration_ms)
  SELECT day, statement, user, times, duration_ms FROM tally ORDER BY day, statement, user;
DROP TABLE tally;
ALTER TABLE count RENAME TO tally;
CREATE TABLE used(id INTEGER PRIMARY KEY, statement INTEGER NOT NULL, place INTEGER NOT NULL, columns TEXT NOT NULL, joins TEXT) STRICT;
INSERT INTO used(statement, place, columns, joins) SELECT statement, place, columns, joins FROM use ORDER BY statement, place;
DROP TABLE use;
ALTER TABLE used RENAME TO use;
CREATE INDEX use_statement ON use(statement);
CREATE INDEX use_place ON use(place);
`;

/** What leads from each version to the next, the first from an empty file. */
export const MIGRATIONS: readonly string[] = [
  VERSION_1,
  VERSION_2,
  VERSION_3,
  VERSION_4,
  VERSION_5,
  VERSION_6,
  VERSION_7,
];

/** The version of the tables. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

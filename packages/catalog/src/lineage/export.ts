/** Lineage and queries in OpenMetadata's shapes, one line of JSON each. Entities are named by their FQN: ids are a server's own. */
import { quoteName } from "@headwater/core";
import type { Database } from "../database.ts";
import type { Origin } from "./statement.ts";
import { edgeBetween, evidenceOf, type GraphEdge } from "./graph.ts";

/** OpenMetadata's `lineageDetails.source` of an origin, the one that says most first. */
const SOURCES: readonly (readonly [Origin, string])[] = [
  ["manual", "Manual"],
  ["view", "ViewLineage"],
  ["procedure", "QueryLineage"],
  ["query", "QueryLineage"],
];

/** The FQNs of the catalog's tables: looked up in a list that is made once, for entities have no index by FQN. */
const TABLES = "(SELECT fqn FROM entity WHERE type = 'table' AND deleted = 0)";

/**
 * Every edge between tables of the catalog as OpenMetadata's `AddLineage`. Edges to names the catalog does not have, and those that
 * lead to or from routines, have no place in that shape and are left out.
 */
export function* exportLineage(db: Database): Generator<string> {
  for (const { from, to } of db.all<{ from: string; to: string }>(
    `SELECT DISTINCT s.fqn AS "from", t.fqn AS "to" FROM flow f JOIN statement x ON x.id = f.statement AND x.ended IS NULL
     JOIN place s ON s.id = f.source JOIN place t ON t.id = f.target
     WHERE f.source <> f.target AND s.fqn IN ${TABLES} AND t.fqn IN ${TABLES} ORDER BY 2, 1`,
  ))
    yield JSON.stringify({ edge: addLineage(db, edgeBetween(db, from, to)) });
}

function addLineage(db: Database, edge: GraphEdge): object {
  const { from, to, origins, columns } = edge;
  const [evidence] = evidenceOf(db, { table: from, column: null }, { table: to, column: null }, 1);
  const byTarget = new Map<string, { from: string[]; how: Set<string> }>();
  for (const flow of columns) {
    // A star, and what decides about rows only, are no columns.
    if (flow.to === "" || flow.to === "*" || flow.from === "*") continue;
    const target = byTarget.get(flow.to) ?? { from: [], how: new Set<string>() };
    byTarget.set(flow.to, target);
    target.from.push(columnFqn(from, flow.from));
    for (const how of flow.how) if (how !== "IDENTITY") target.how.add(how.replace("!", ""));
  }
  return {
    fromEntity: { type: "table", fullyQualifiedName: from },
    toEntity: { type: "table", fullyQualifiedName: to },
    lineageDetails: {
      source: SOURCES.find(([origin]) => origins.includes(origin))?.[1] ?? "Manual",
      ...(evidence === undefined || evidence.origin === "manual" ? {} : { sqlQuery: evidence.text }),
      ...(evidence?.origin === "procedure"
        ? { pipeline: { type: "storedProcedure", fullyQualifiedName: evidence.key } }
        : {}),
      columnsLineage: [...byTarget].map(([column, { from: fromColumns, how }]) => ({
        fromColumns,
        toColumn: columnFqn(to, column),
        ...(how.size === 0 ? {} : { function: [...how].join(", ") }),
      })),
    },
  };
}

const columnFqn = (table: string, column: string): string => `${table}.${quoteName(column)}`;

/** Every shape of queries as OpenMetadata's `Query`, with who ran it and how long it took on average, in seconds. */
export function* exportQueries(db: Database): Generator<string> {
  for (const row of db.each<{
    key: string;
    text: string;
    service: string;
    last: number;
    ms: number | null;
    times: number | null;
    users: string | null;
    tables: string | null;
  }>(
    `SELECT s.key, s.text, s.service, s.last_seen AS last, t.ms, t.times, t.users, u.tables FROM statement s
     LEFT JOIN (SELECT statement, sum(duration_ms) AS ms, sum(times) AS times,
       json_group_array(DISTINCT user) FILTER (WHERE user <> '') AS users FROM tally GROUP BY statement) t ON t.statement = s.id
     LEFT JOIN (SELECT u.statement, json_group_array(p.fqn) AS tables FROM use u JOIN place p ON p.id = u.place
       WHERE p.fqn IN ${TABLES} GROUP BY u.statement) u ON u.statement = s.id
     WHERE s.origin = 'query' AND s.ended IS NULL AND s.times > 0 ORDER BY s.service, s.key`,
  ))
    yield JSON.stringify({
      name: row.key,
      service: { type: "databaseService", fullyQualifiedName: row.service },
      query: row.text,
      queryDate: row.last,
      ...(row.times ? { duration: (row.ms ?? 0) / row.times / 1_000 } : {}),
      usedBy: sortedNames(row.users),
      queryUsedIn: sortedNames(row.tables).map((fqn) => ({ type: "table", fullyQualifiedName: fqn })),
    });
}

/** Names given as JSON, sorted. */
const sortedNames = (json: string | null): string[] => (JSON.parse(json ?? "[]") as string[]).toSorted();

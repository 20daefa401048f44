/** The topologies: for each kind of service, the tree of nodes it is read in. Core owns them; connectors fill nodes by name. */
import type { EntityType } from "../entities/facts.ts";
import type { NodeName } from "../connector/metadata.ts";
import type { Manifest } from "../connector/manifest.ts";

/** One node of a topology. Its name is the type of entity it yields. */
export interface TopologyNode {
  name: NodeName;
  /** The node whose entities are the parents; `null` for the service. */
  parent: NodeName | null;
  /** What one of them and several of them are called in messages. */
  words: readonly [one: string, many: string];
  /** Whether its deletions count against the safety valve. Parents are counted by what they take with them. */
  counted: boolean;
}

/** The tree of one kind of service, parents before children. */
export interface Topology {
  service: EntityType & `${string}Service`;
  nodes: readonly TopologyNode[];
}

/** The topology of each kind of service. */
export const TOPOLOGIES: { readonly [K in Manifest["service"]]: Topology } = {
  database: {
    service: "databaseService",
    nodes: [
      { name: "database", parent: null, words: ["database", "databases"], counted: false },
      { name: "databaseSchema", parent: "database", words: ["schema", "schemas"], counted: false },
      { name: "table", parent: "databaseSchema", words: ["table", "tables"], counted: true },
      { name: "storedProcedure", parent: "databaseSchema", words: ["routine", "routines"], counted: true },
    ],
  },
  messaging: {
    service: "messagingService",
    nodes: [{ name: "topic", parent: null, words: ["topic", "topics"], counted: true }],
  },
  dashboard: {
    service: "dashboardService",
    nodes: [
      { name: "chart", parent: null, words: ["chart", "charts"], counted: true },
      { name: "dashboardDataModel", parent: null, words: ["data model", "data models"], counted: true },
      { name: "dashboard", parent: null, words: ["dashboard", "dashboards"], counted: true },
    ],
  },
  pipeline: {
    service: "pipelineService",
    nodes: [{ name: "pipeline", parent: null, words: ["pipeline", "pipelines"], counted: true }],
  },
};

/** A node of a topology by its name. */
export function nodeOf(topology: Topology, name: NodeName): TopologyNode {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`The topology of ${topology.service} has no node ${name}.`);
  return node;
}

/** Everything of Headwater that does not depend on a vendor or a store: `import { … } from "@headwater/core"`. */
export * from "./connector/index.ts";
export * from "./entities/index.ts";
export { EXIT, type ExitName, HeadwaterError, isHeadwaterError } from "./errors.ts";
export {
  CONNECTOR_KEYWORD,
  type ConnectorSearch,
  findConnectors,
  type InstalledConnector,
  type RefusedConnector,
} from "./plugins/find-connectors.ts";
export { connectorForType, connectorForUrl, loadConnector } from "./plugins/load-connector.ts";
export * from "./session/index.ts";
export { type Clock, systemClock } from "./topology/clock.ts";
export { ownChanges, type OwnEntity } from "./topology/own-change.ts";
export { type Estimate, estimateRun } from "./topology/estimate.ts";
export { movedFqn } from "./topology/moved-fqn.ts";
export { type FilterVerdict, leftOutBy, type NameFilter, type Pattern } from "./topology/filter.ts";
export type * from "./topology/ports.ts";
export {
  addCounts,
  type Counts,
  type EventBody,
  type NodeCounts,
  noCounts,
  type RunEvent,
  type RunState,
} from "./topology/run-event.ts";
export { coverage, defaultRunOptions, type MaxDelete, notCovered, type RunOptions } from "./topology/run-options.ts";
export { type MetadataRun, runMetadata, type RunResult, sourceFailure } from "./topology/runner.ts";
export { type OpenSession, type PoolOptions, SessionPool } from "./topology/session-pool.ts";
export { nodeOf, TOPOLOGIES, type Topology, type TopologyNode } from "./topology/topologies.ts";
export { type Position, type Task, taskId, type Unit } from "./topology/unit.ts";
export * from "./workflows/index.ts";

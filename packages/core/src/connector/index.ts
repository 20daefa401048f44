/** Everything a connector needs: `import { … } from "@headwater/core/connector"`. */
export { z } from "zod";
export type { CommonFacts, Owner, TagLabel, Unseen } from "../entities/common.ts";
export type { DataType } from "../entities/data-types.ts";
export type * from "../entities/facts.ts";
export { encodeName, type Path, quoteName } from "../entities/fqn.ts";
export type { Json, JsonObject } from "../entities/json.ts";
export { redactCredentials } from "../entities/redact-credentials.ts";
export type { Column, TableConstraint, TableFacts, TablePartition, TableType } from "../entities/table.ts";
export { decodeUrlPart, type HostPort, parseHostPort, showHostPort } from "./address.ts";
export { assemble, type Assembled } from "./assemble.ts";
export { type CheckStep, type Connector, defineConnector, isConnector } from "./connector.ts";
export {
  CAPABILITIES,
  type Capability,
  CONTRACT_VERSION,
  type Manifest,
  manifestSchema,
  type Privilege,
  type QueryFormula,
  type SqlReading,
} from "./manifest.ts";
export type * from "./metadata.ts";
export { type NetworkMeaning, networkMeaning, untrusted } from "./network-error.ts";
export type * from "./query-log.ts";
export {
  type Cell,
  type CellType,
  cellType,
  type ColumnSpec,
  defineRequests,
  type Holds,
  type RequestSpec,
  type RequestSpecs,
  type Row,
} from "./request.ts";
export { isSecret, Secret, secret } from "./secret.ts";
export { onlyRow } from "./only-row.ts";
export type * from "./session.ts";
export { type AuthType, passwordAuth, readPem } from "./sign-in.ts";
export { isSourceError, SourceError, type SourceErrorCode } from "./source-error.ts";

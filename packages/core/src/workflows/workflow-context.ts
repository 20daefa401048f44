import type { Connector } from "../connector/connector.ts";

/** A connector that can be used, with the version of its package. */
export interface UsableConnector {
  connector: Connector;
  version: string;
}

/** What reading a workflow needs from the program around it. */
export interface WorkflowContext {
  /** Environment variables: `process.env`, or a part of it. */
  env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, for `${file:path}`. A relative path has been taken from the workflow file's folder. Throws when it cannot be read. */
  readFile: (path: string) => string;
  /** The connector that serves a `source.type`. Throws a `HeadwaterError` that says why there is none. */
  connectorFor: (type: string) => UsableConnector;
}

import { existsSync } from "node:fs";
import { type Database, openDatabase } from "@headwater/catalog";
import { type JsonObject, withKeptConnection, type Workflow } from "@headwater/core";
import type { Call } from "../call.ts";
import { catalogPath } from "../catalog/open.ts";
import { serviceSource } from "../catalog/find-service.ts";
import { rememberSecrets } from "../redact.ts";
import { workflowContext } from "./read-workflows.ts";

/** A workflow that brings no connection, completed with the one the catalog keeps with its service. */
export function completed<W extends Workflow>(workflow: W, db: Database | null): W {
  if (workflow.connection !== null) return workflow;
  const source = db === null ? null : serviceSource(db, workflow.service);
  const kept = source?.["connection"] as { config?: JsonObject } | undefined;
  const whole = withKeptConnection(workflow, kept?.config ?? null, workflowContext());
  rememberSecrets(whole.connection?.config);
  return whole;
}

/** Completes workflows before something is asked of their sources. Only one without a connection of its own needs the catalog. */
export function withKeptConnections(workflows: readonly Workflow[], call: Call): Workflow[] {
  if (workflows.every(({ connection }) => connection !== null)) return [...workflows];
  const path = catalogPath(call);
  const db = existsSync(path) ? openDatabase(path) : null;
  try {
    return workflows.map((workflow) => completed(workflow, db));
  } finally {
    db?.close();
  }
}

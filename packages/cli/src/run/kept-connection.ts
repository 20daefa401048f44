import { type Database, entitiesOf } from "@headwater/catalog";
import { type JsonObject, quoteName, withKeptConnection, type Workflow } from "@headwater/core";
import { rememberSecrets } from "../redact.ts";
import { workflowContext } from "./read-workflows.ts";

/** A workflow that brings no connection, completed with the one the catalog keeps with its service. */
export function completed<W extends Workflow>(workflow: W, db: Database | null): W {
  if (workflow.connection !== null) return workflow;
  const service =
    db === null ? undefined : entitiesOf(db, quoteName(workflow.service)).find(({ type }) => type.endsWith("Service"));
  const kept = service?.source["connection"] as { config?: JsonObject } | undefined;
  const whole = withKeptConnection(workflow, kept?.config ?? null, workflowContext());
  rememberSecrets(whole.connection?.config);
  return whole;
}

import type { JsonObject } from "../entities/json.ts";
import { HeadwaterError } from "../errors.ts";
import { ConfigShape } from "./config-shape.ts";
import { readConnection } from "./connection.ts";
import { nodeOfJson } from "./file-node.ts";
import { besideFile } from "./beside-file.ts";
import { Problems, workflowError } from "./problem.ts";
import type { Workflow } from "./read-workflow.ts";
import { Section } from "./section.ts";
import type { WorkflowContext } from "./workflow-context.ts";

/**
 * Completes a workflow that brings no connection with the one kept with its service (`serviceFacts.connection.config` as
 * the catalog has it). Its references are looked up now; filters in it hold where the workflow has none. A workflow with a
 * connection is returned as it is. Throws a configuration error that says what is missing.
 */
export function withKeptConnection<W extends Workflow>(
  workflow: W,
  kept: JsonObject | null,
  context: Omit<WorkflowContext, "connectorFor">,
): W {
  if (workflow.connection !== null) return workflow;
  const { from, connector, service, type } = workflow;
  const node = nodeOfJson(kept ?? {});
  if (kept === null || node.is !== "map" || node.entries.size === 0) {
    const { required } = ConfigShape.of(connector.config);
    const needs = required.length === 0 ? "" : ` It needs ${required.join(", ")}.`;
    throw new HeadwaterError(
      "usage",
      `${from} has no serviceConnection, and no connection is kept with the service ${service}.`,
      { hint: `Write the connection below source.serviceConnection.config.${needs}` },
    );
  }
  const hint = `Secrets are kept as references only (\${NAME}, \${file:path}): write the connection into ${from} once more.`;
  const problems = new Problems(`${from}: the connection kept with the service ${service}`);
  const readFile = (path: string): string => context.readFile(besideFile(from, path));
  const reading = { problems, variables: { env: context.env, readFile }, settings: [] };
  const section = new Section(node, "connection", null, reading);
  const { config, filters } = readConnection(section, node, connector, type, reading);
  if (problems.failed)
    throw workflowError(problems.all().map((problem) => (problem.hint === undefined ? { ...problem, hint } : problem)));
  return {
    ...workflow,
    connection: { config },
    options: { ...workflow.options, filters: { ...filters, ...workflow.options.filters } },
    warnings: [...workflow.warnings, ...problems.warnings()],
  };
}

/** A workflow in the header of a recording: everything a replay needs, and no connection. */
import type { JsonObject } from "../entities/json.ts";
import type { Pattern } from "../topology/filter.ts";
import type { Recording } from "../session/recording-file.ts";
import type { MetadataWorkflow } from "./metadata-workflow.ts";
import type { WorkflowContext } from "./workflow-context.ts";

type RecordedRun = Pick<
  MetadataWorkflow,
  | "from"
  | "type"
  | "service"
  | "serviceFacts"
  | "pipelineName"
  | "pipelineFacts"
  | "options"
  | "allowEmpty"
  | "raiseOnError"
>;

/** What a recording keeps of the workflow it was made with. Patterns travel as text. */
export function recordedRun(workflow: MetadataWorkflow): JsonObject {
  const { from, type, service, serviceFacts, pipelineName, pipelineFacts, options, allowEmpty, raiseOnError } =
    workflow;
  const run: RecordedRun = {
    from,
    type,
    service,
    serviceFacts,
    pipelineName,
    pipelineFacts,
    options,
    allowEmpty,
    raiseOnError,
  };
  const plain = (_key: string, value: unknown): unknown =>
    value instanceof RegExp ? { source: value.source, flags: value.flags } : value;
  return JSON.parse(JSON.stringify(run, plain)) as JsonObject;
}

/** The workflow a recording was made with, to be replayed: it connects to nothing. Throws where no connector serves its type. */
export function workflowOfRecording(
  recording: Recording,
  connectorFor: WorkflowContext["connectorFor"],
): MetadataWorkflow {
  const run = recording.header.run as unknown as RecordedRun;
  const { connector, version } = connectorFor(run.type);
  const filters = Object.entries(run.options.filters).map(([node, { includes, excludes }]) => [
    node,
    { includes: includes.map(compiled), excludes: excludes.map(compiled) },
  ]);
  return {
    ...run,
    kind: "metadata",
    connector,
    connectorVersion: version,
    connection: { config: {} },
    options: { ...run.options, filters: Object.fromEntries(filters) as RecordedRun["options"]["filters"] },
    server: null,
    settings: [],
    warnings: [],
  };
}

const compiled = ({ text, regex: { source, flags } }: Pattern): Pattern => ({ text, regex: new RegExp(source, flags) });

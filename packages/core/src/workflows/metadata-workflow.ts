/** The workflow that reads a source's metadata: what a file says about it, ready for `runMetadata`. */
import type { Manifest } from "../connector/manifest.ts";
import { defaultRunOptions, type RunOptions } from "../topology/run-options.ts";
import { filterNodes } from "./connection.ts";
import { readFilters } from "./filter-pattern.ts";
import { KNOWN_PLACES } from "./known-places.ts";
import { METADATA_TYPES, READ_SOURCE_OPTIONS } from "./metadata-options.ts";
import type { Reading, Section } from "./section.ts";
import {
  readConnector,
  readPipelineName,
  readRunKeys,
  readServiceConnection,
  readServiceName,
  readWorkflowConfig,
  serviceFacts,
  type SourceWorkflow,
} from "./source-workflow.ts";
import type { WorkflowContext } from "./workflow-context.ts";

/** Everything a metadata run needs of its workflow. */
export interface MetadataWorkflow extends SourceWorkflow {
  kind: "metadata";
  options: RunOptions;
}

/** The pipeline's name where `ingestionPipelineFQN` gives none. */
export const DEFAULT_PIPELINE = "metadata";

/** Reads a metadata workflow. What is wrong is recorded; `null` where too much is wrong to tell more. */
export function readMetadataWorkflow(
  root: Section,
  reading: Reading,
  context: WorkflowContext,
): Omit<MetadataWorkflow, "warnings"> | null {
  const source = root.section("source");
  const type = (source.text("type") ?? "").toLowerCase();
  const usable = readConnector(type, source, reading, context);
  const service = readServiceName(source, reading);

  const sourceConfig = source.section("sourceConfig");
  const config = sourceConfig.section("config");
  const serviceKind = usable?.connector.manifest.service ?? kindOfService(config);
  if (usable !== null) checkConfigType(config, usable.connector.manifest, reading);
  config.allow("type");
  const options = serviceKind === null ? null : READ_SOURCE_OPTIONS[serviceKind](config);
  const filters = usable === null ? {} : readFilters(config, filterNodes(usable.connector), reading);
  if (usable !== null) config.close(KNOWN_PLACES);
  sourceConfig.close(KNOWN_PLACES);

  const connection = readServiceConnection(source, usable?.connector ?? null, type, reading);
  source.close(KNOWN_PLACES);
  const own = readWorkflowConfig(root.section("workflowConfig"), reading);
  const pipelineName = readPipelineName(root, service, reading, DEFAULT_PIPELINE);
  readSteps(root);

  if (usable === null || options === null || service === null) return null;
  const pipelineConfig = { ...config.honoured(), type: METADATA_TYPES[usable.connector.manifest.service] };
  return {
    kind: "metadata",
    from: reading.problems.file,
    connector: usable.connector,
    connectorVersion: usable.version,
    type,
    service,
    serviceFacts: serviceFacts(usable.connector, type, connection?.stored ?? null),
    pipelineName,
    pipelineFacts: { pipelineType: "metadata", sourceConfig: { config: pipelineConfig } },
    connection: connection === null ? null : { config: connection.config },
    options: {
      ...defaultRunOptions(),
      ...options,
      filters: { ...connection?.filters, ...filters },
      successThreshold: own.successThreshold,
      maxDelete: own.maxDelete,
      acceptSource: own.acceptSource,
    },
    allowEmpty: own.allowEmpty,
    raiseOnError: own.raiseOnError,
    server: own.server,
    settings: reading.settings,
  };
}

/** The kind of service a `sourceConfig.config.type` is for; `null` where it says nothing. */
function kindOfService(config: Section): Manifest["service"] | null {
  const type = config.text("type")?.toLowerCase();
  const kinds = Object.entries(METADATA_TYPES) as [Manifest["service"], string][];
  return kinds.find(([, name]) => name.toLowerCase() === type)?.[0] ?? null;
}

function checkConfigType(config: Section, { service, title }: Manifest, { problems }: Reading): void {
  const named = kindOfService(config);
  if (named === null || named === service) return;
  const [type, expected] = [METADATA_TYPES[named], METADATA_TYPES[service]];
  problems.error(
    config.placeOf("type"),
    config.pathOf("type"),
    `The ${title} connector reads ${service} services: ${config.pathOf("type")} must be ${expected}, and is ${type}.`,
  );
}

/** The other parts of an OpenMetadata file: steps of its framework, and its runs. */
function readSteps(root: Section): void {
  const sink = root.section("sink");
  const sinkConfig = sink.section("config");
  sink.notHonoured("type", "metadata goes into the catalog.", "metadata-rest");
  for (const key of sinkConfig.keys()) sinkConfig.notHonoured(key, "metadata goes into the catalog.");
  sink.close(KNOWN_PLACES);
  for (const step of ["processor", "stage", "bulkSink"])
    root.notHonoured(step, "a metadata workflow has no such step.");
  readRunKeys(root);
}

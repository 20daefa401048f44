/**
 * The kinds of OpenMetadata workflows, and how a file shows which one it is. A kind that runs has a reader of its own, in
 * a file of its own; the others are known so that they can be refused by name.
 */
import { METADATA_TYPES } from "./metadata-options.ts";
import type { Section } from "./section.ts";

/** One kind of workflow. */
export interface WorkflowKind {
  /** What it is called in messages: `a lineage workflow`. */
  words: string;
  /** Its `sourceConfig.config.type`s. */
  configTypes: readonly string[];
  /** How its `source.type` ends (`postgres-lineage`). */
  suffix?: string;
  /** `source.type`s that belong to no connector. */
  sourceTypes?: readonly string[];
  /** Its `processor.type`s, for files that say nothing else. */
  processors?: readonly string[];
  /** Keys of the file's first level that only it has. */
  rootKeys?: readonly string[];
}

/** The kind that reads a source's metadata. A file that shows no other kind is one. */
export const METADATA_KIND: WorkflowKind = {
  words: "a metadata workflow",
  configTypes: Object.values(METADATA_TYPES),
};

/** The kind that derives lineage from definitions and the query log. */
export const LINEAGE_KIND: WorkflowKind = {
  words: "a lineage workflow",
  configTypes: ["DatabaseLineage"],
  suffix: "-lineage",
};

/** The kind that counts who uses what, from the query log. */
export const USAGE_KIND: WorkflowKind = {
  words: "a usage workflow",
  configTypes: ["DatabaseUsage"],
  suffix: "-usage",
  processors: ["query-parser"],
};

/** Kinds that are known and do not run yet. Source: OpenMetadata 1.13 and 2.0, `metadataIngestion/*.json`. */
export const REFUSED_KINDS: readonly WorkflowKind[] = [
  { words: "a lineage workflow of one SQL file", configTypes: [], rootKeys: ["filePath", "query"] },
  {
    words: "a profiler workflow",
    configTypes: ["Profiler"],
    suffix: "-profiler",
    sourceTypes: ["orm-profiler"],
    processors: ["orm-profiler"],
  },
  {
    words: "an auto-classification workflow",
    configTypes: ["AutoClassification"],
    suffix: "-classifier",
    processors: ["tag-pii-processor", "pii-processor"],
  },
  { words: "a dbt workflow", configTypes: ["DBT"], suffix: "-dbt", sourceTypes: ["dbt"] },
  {
    words: "a test suite workflow",
    configTypes: ["TestSuite"],
    sourceTypes: ["testsuite"],
    processors: ["orm-test-runner"],
  },
  { words: "a data insight workflow", configTypes: ["dataInsight"], sourceTypes: ["datainsight"] },
  {
    words: "a search index workflow",
    configTypes: ["MetadataToElasticSearch"],
    sourceTypes: ["metadata_elasticsearch", "metadata-elasticsearch", "metadatatoelasticsearch"],
  },
  {
    words: "an application workflow",
    configTypes: ["Application"],
    rootKeys: ["sourcePythonClass", "appConfig", "appPrivateConfig"],
  },
  {
    words: "a reverse metadata workflow",
    configTypes: ["ReverseMetadata", "ReverseIngestion"],
    rootKeys: ["operations"],
  },
  { words: "a policy agent workflow", configTypes: ["PolicyAgent"] },
  { words: "a metadata workflow of an ML model service", configTypes: ["MlModelMetadata"] },
  { words: "a metadata workflow of a storage service", configTypes: ["StorageMetadata"] },
  { words: "a metadata workflow of a search service", configTypes: ["SearchMetadata"] },
  { words: "a metadata workflow of an API service", configTypes: ["ApiMetadata"] },
  { words: "a metadata workflow of a drive service", configTypes: ["DriveMetadata"] },
  { words: "a metadata workflow of an MCP service", configTypes: ["McpMetadata"] },
  { words: "a metadata workflow of a security service", configTypes: ["SecurityMetadata"] },
];

/** The kind of a file, and which key shows it. */
export interface RecognisedKind {
  kind: WorkflowKind;
  section: Section;
  key: string;
}

/** Which kind a file is of; `null` where nothing shows it. The plainest sign counts first. */
export function recogniseKind(root: Section): RecognisedKind | null {
  if (root.node("source") === undefined) {
    for (const kind of REFUSED_KINDS)
      for (const key of kind.rootKeys ?? []) if (root.keys().includes(key)) return { kind, section: root, key };
    return null;
  }
  const source = root.section("source");
  const config = source.section("sourceConfig").section("config");
  const others = [LINEAGE_KIND, USAGE_KIND, ...REFUSED_KINDS];
  const kinds = [METADATA_KIND, ...others];
  const configType = config.text("type")?.toLowerCase();
  const byConfig = kinds.find(({ configTypes }) => configTypes.some((type) => type.toLowerCase() === configType));
  const sourceType = source.text("type")?.toLowerCase() ?? "";
  const bySource = others.find(
    ({ suffix, sourceTypes }) =>
      sourceTypes?.includes(sourceType) || (suffix !== undefined && sourceType.endsWith(suffix)),
  );
  if (byConfig !== undefined && byConfig !== METADATA_KIND) return { kind: byConfig, section: config, key: "type" };
  if (bySource !== undefined) return { kind: bySource, section: source, key: "type" };
  const processor = root.section("processor");
  const processorType = processor.text("type")?.toLowerCase() ?? "";
  const byProcessor = others.find(({ processors }) => processors?.includes(processorType));
  if (byConfig === undefined && byProcessor !== undefined)
    return { kind: byProcessor, section: processor, key: "type" };
  return { kind: METADATA_KIND, section: config, key: "type" };
}

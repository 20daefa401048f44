import { besideFile } from "./beside-file.ts";
import { type MetadataWorkflow, readMetadataWorkflow } from "./metadata-workflow.ts";
import { KNOWN_PLACES } from "./known-places.ts";
import { nearest } from "./nearest.ts";
import { parseFile } from "./parse-file.ts";
import { Problems, workflowError } from "./problem.ts";
import { type Reading, Section } from "./section.ts";
import type { WorkflowContext } from "./workflow-context.ts";
import { type QueryWorkflow, readLineageWorkflow, readUsageWorkflow } from "./query-workflow.ts";
import {
  LINEAGE_KIND,
  METADATA_KIND,
  recogniseKind,
  REFUSED_KINDS,
  USAGE_KIND,
  type WorkflowKind,
} from "./workflow-kinds.ts";

/** A workflow of one of the kinds that run. */
export type Workflow = MetadataWorkflow | QueryWorkflow;

type Reader = (root: Section, reading: Reading, context: WorkflowContext) => Unwarned<Workflow> | null;
type Unwarned<W> = W extends unknown ? Omit<W, "warnings"> : never;

/** The readers of the kinds that run. */
const READERS: ReadonlyMap<WorkflowKind, Reader> = new Map<WorkflowKind, Reader>([
  [METADATA_KIND, readMetadataWorkflow],
  [LINEAGE_KIND, readLineageWorkflow],
  [USAGE_KIND, readUsageWorkflow],
]);

/**
 * Reads a workflow file, YAML or JSON, as OpenMetadata's users have them. Throws one configuration error with everything
 * that is wrong with it (see `problemsOf`); what is known and not honoured comes back as `warnings`.
 */
export function readWorkflow(text: string, file: string, context: WorkflowContext): Workflow {
  const problems = new Problems(file);
  const node = parseFile(text, problems);
  if (node === null) throw workflowError(problems.all());
  const variables = { env: context.env, readFile: (path: string) => context.readFile(besideFile(file, path)) };
  const reading: Reading = { problems, variables, settings: [] };
  const root = new Section(node, "", node.at, reading);

  const recognised = recogniseKind(root);
  if (recognised === null) {
    problems.error(null, "source", "The file has no source: it is no workflow.", suggestSource(root));
    throw workflowError(problems.all());
  }
  const { kind, section, key } = recognised;
  const read = READERS.get(kind);
  if (read === undefined) {
    problems.error(
      section.placeOf(key),
      section.pathOf(key),
      `This is ${kind.words} (${section.pathOf(key)}${shownValue(section, key)}). This version of Headwater does not run these yet.`,
      "It runs metadata workflows (DatabaseMetadata, MessagingMetadata, DashboardMetadata, PipelineMetadata), DatabaseLineage and DatabaseUsage.",
    );
    throw workflowError(problems.all());
  }
  checkConfigTypeIsKnown(root, problems);
  const workflow = read(root, reading, context);
  root.close(KNOWN_PLACES);
  problems.throwIfFailed();
  if (workflow === null) throw new Error("A workflow that cannot be read came without a problem.");
  return { ...workflow, warnings: problems.warnings() };
}

/** The value that shows a file's kind, as far as it is one word. */
function shownValue(section: Section, key: string): string {
  const node = section.node(key);
  return key === "type" && node?.is === "scalar" ? `: ${node.text}` : "";
}

function suggestSource(root: Section): string {
  const near = root.keys().find((key) => nearest(key, ["source"]) !== null);
  return near === undefined
    ? "A workflow begins with source: and the type of the source below it."
    : `Did you mean source, where the file says ${near}?`;
}

function checkConfigTypeIsKnown(root: Section, problems: Problems): void {
  const config = root.section("source").section("sourceConfig").section("config");
  const type = config.text("type");
  const types = [METADATA_KIND, LINEAGE_KIND, USAGE_KIND, ...REFUSED_KINDS].flatMap(({ configTypes }) => configTypes);
  if (type === undefined || types.some((known) => known.toLowerCase() === type.toLowerCase())) return;
  const near = nearest(type, types);
  const hint = near === null ? `Known are ${types.join(", ")}.` : `Did you mean ${near}?`;
  problems.error(
    config.placeOf("type"),
    config.pathOf("type"),
    `There is no workflow of type ${JSON.stringify(type)}.`,
    hint,
  );
}

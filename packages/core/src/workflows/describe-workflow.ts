/** What a workflow would do, in words, without connecting: `headwater validate`. */
import type { NodeName } from "../connector/metadata.ts";
import { childFqn, buildFqn } from "../entities/fqn.ts";
import type { Json } from "../entities/json.ts";
import type { NameFilter } from "../topology/filter.ts";
import { TOPOLOGIES } from "../topology/topologies.ts";
import type { Problem } from "./problem.ts";
import { formatProblem } from "./problem.ts";
import { serverRefusal } from "./openmetadata-server.ts";
import type { MetadataWorkflow } from "./metadata-workflow.ts";
import type { QueryWorkflow } from "./query-workflow.ts";
import type { Workflow } from "./read-workflow.ts";

/** A workflow in words, and as data for `--json`. */
export interface WorkflowDescription {
  from: string;
  kind: Workflow["kind"];
  service: string;
  /** OpenMetadata's type of the service: `Postgres`. */
  serviceType: string;
  /** FQN of the pipeline. */
  pipeline: string;
  connector: { id: string; title: string; version: string };
  /** Whether the workflow brings a connection, or the one kept with the service is used. */
  connection: "its own" | "kept with the service";
  /** What is read and what is left out, one sentence each. */
  reads: string[];
  /** Options that differ from their defaults, by the key they have in the file. */
  options: { path: string; value: Json; default: Json }[];
  /** What the file says and this version does not do. */
  notHonoured: readonly Problem[];
  /** Why the file would be refused unless `--store catalog` is given; `null` when it would not. */
  refusal: { message: string; hint: string | undefined } | null;
}

/** Describes a workflow. No value of its connection is part of the description. */
export function describeWorkflow(workflow: Workflow): WorkflowDescription {
  const { connector, connectorVersion, server } = workflow;
  const { manifest } = connector;
  const refusal = server === null ? null : serverRefusal(workflow.from, server);
  return {
    from: workflow.from,
    kind: workflow.kind,
    service: workflow.service,
    serviceType: workflow.serviceFacts.serviceType,
    pipeline: childFqn(buildFqn(workflow.service), workflow.pipelineName),
    connector: { id: manifest.id, title: manifest.title, version: connectorVersion },
    connection: workflow.connection === null ? "kept with the service" : "its own",
    reads: workflow.kind === "metadata" ? [...coverage(workflow), ...deletions(workflow)] : queryCoverage(workflow),
    options: workflow.settings
      .filter((setting) => JSON.stringify(setting.value) !== JSON.stringify(setting.default))
      .map(({ path, value, default: otherwise }) => ({ path, value, default: otherwise })),
    notHonoured: workflow.warnings,
    refusal: refusal === null ? null : { message: refusal.message, hint: refusal.hint },
  };
}

function coverage(workflow: MetadataWorkflow): string[] {
  const { connector, options } = workflow;
  const topology = TOPOLOGIES[connector.manifest.service];
  const sentences = topology.nodes.map(({ name, words: [, many] }) => {
    const left = leftOut(name, workflow);
    if (left !== null) return left;
    const filter = options.filters[name];
    // Whether that is one or every one of the server is the connection's to say.
    if (name === "database" && filter === undefined) return "Databases: all that the connection covers.";
    return `${capital(many)}: ${filterWords(filter)}.`;
  });
  const filtered = topology.nodes.some(({ name }) => options.filters[name] !== undefined);
  if (filtered && options.useFqnForFiltering) sentences.push("Patterns are matched against FQNs, not names.");
  const { owners, tags, ddl } = options.want;
  const unread = [...(owners ? [] : ["owners"]), ...(tags ? [] : ["tags"]), ...(ddl ? [] : ["the DDL of tables"])];
  if (unread.length > 0) sentences.push(`Not read, and left as they are: ${unread.join(", ")}.`);
  return sentences;
}

function leftOut(node: NodeName, { options }: MetadataWorkflow): string | null {
  if (node === "storedProcedure" && !options.includeStoredProcedures) return "Routines: none.";
  if (node !== "table" || (options.includeTables && options.includeViews)) return null;
  if (!options.includeTables && !options.includeViews) return "Tables: none, and no views.";
  const only = options.includeTables ? "Tables, and no views" : "Views, and no tables";
  return `${only}: ${filterWords(options.filters.table)}.`;
}

function queryCoverage({ kind, options }: QueryWorkflow): string[] {
  const sentences: string[] = [];
  if (kind === "lineage") {
    const read = [...(options.views ? ["views"] : []), ...(options.procedures ? ["routines"] : [])];
    sentences.push(
      read.length === 0 ? "Definitions: none." : `Definitions of ${read.join(" and ")}, from the catalog.`,
    );
  }
  if (!options.queries) sentences.push("The query log: not at all.");
  else if (options.queryLogFilePath !== null) sentences.push(`The query log in ${options.queryLogFilePath}.`);
  else
    sentences.push(`The query log of the last ${options.queryLogDays === 1 ? "day" : `${options.queryLogDays} days`}.`);
  if (options.otherServices.length > 0)
    sentences.push(`Tables of other services: ${options.otherServices.join(", ")}.`);
  return sentences;
}

function deletions({ connector, options }: MetadataWorkflow): string[] {
  const topology = TOPOLOGIES[connector.manifest.service];
  const words = (may: boolean): string[] =>
    topology.nodes
      .filter(({ name }) => (options.markDeleted[name] === true) === may)
      .map(({ words: [, many] }) => many);
  const [may, stay] = [words(true), words(false)];
  const sentences: string[] = [];
  if (may.length > 0) sentences.push(`Marked as deleted when the source no longer has them: ${may.join(", ")}.`);
  if (stay.length > 0) sentences.push(`Kept when the source no longer has them: ${stay.join(", ")}.`);
  return sentences;
}

function filterWords(filter: NameFilter | undefined): string {
  if (filter === undefined) return "all";
  const list = (patterns: NameFilter["includes"]): string => patterns.map(({ text }) => text).join(", ");
  const includes = filter.includes.length === 0 ? "all" : `those that match ${list(filter.includes)}`;
  return filter.excludes.length === 0 ? includes : `${includes}; never those that match ${list(filter.excludes)}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A description as lines for a terminal. */
export function formatDescription(description: WorkflowDescription): string {
  const { from, kind, service, serviceType, pipeline, connector, connection } = description;
  const lines = [
    `${from}: a ${kind} workflow`,
    `  service    ${service} (${serviceType})`,
    `  pipeline   ${pipeline}`,
    `  connector  ${connector.title}, ${connector.id}@${connector.version}`,
    `  connection ${connection}`,
    "  reads",
    ...description.reads.map((sentence) => `    ${sentence}`),
  ];
  if (description.options.length > 0) lines.push("  options that differ from their defaults");
  for (const { path, value, default: otherwise } of description.options)
    lines.push(`    ${path}: ${JSON.stringify(value)} (default ${JSON.stringify(otherwise)})`);
  if (description.notHonoured.length > 0) lines.push("  not honoured");
  for (const problem of description.notHonoured) lines.push(`    ${formatProblem(problem).replaceAll("\n", "\n    ")}`);
  if (description.refusal !== null) lines.push(`  would be refused: ${description.refusal.message}`);
  if (description.refusal?.hint !== undefined) lines.push(`    ${description.refusal.hint}`);
  return lines.join("\n");
}

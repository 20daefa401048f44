/** OpenMetadata's filter patterns: `{ includes: […], excludes: […] }` of Python regular expressions. */
import type { NodeName } from "../connector/metadata.ts";
import type { NameFilter, Pattern } from "../topology/filter.ts";
import type { FileNode } from "./file-node.ts";
import { mayTakeLong, pythonPattern } from "./python-regex/python-pattern.ts";
import { PatternError } from "./python-regex/syntax.ts";
import { expandScalar, type Reading, Section } from "./section.ts";

/** The key of each node's filter pattern, in `sourceConfig.config` and in the connection. */
export const FILTER_KEYS: { readonly [N in NodeName]: string } = {
  database: "databaseFilterPattern",
  databaseSchema: "schemaFilterPattern",
  table: "tableFilterPattern",
  storedProcedure: "storedProcedureFilterPattern",
  topic: "topicFilterPattern",
  chart: "chartFilterPattern",
  dashboardDataModel: "dataModelFilterPattern",
  dashboard: "dashboardFilterPattern",
  pipeline: "pipelineFilterPattern",
};

/** The filters of some nodes in one section of a file. A pattern without includes and excludes filters nothing. */
export function readFilters(
  section: Section,
  nodes: readonly NodeName[],
  reading: Reading,
): { readonly [N in NodeName]?: NameFilter } {
  const filters: { [N in NodeName]?: NameFilter } = {};
  for (const node of nodes) {
    const filter = readFilter(section.section(FILTER_KEYS[node]), reading);
    if (filter !== null) filters[node] = filter;
  }
  return filters;
}

function readFilter(pattern: Section, reading: Reading): NameFilter | null {
  const includes = readPatterns(pattern, "includes", reading);
  const excludes = readPatterns(pattern, "excludes", reading);
  pattern.close();
  return includes.length === 0 && excludes.length === 0 ? null : { includes, excludes };
}

function readPatterns(section: Section, key: string, reading: Reading): Pattern[] {
  const node = section.node(key);
  if (node === undefined) return [];
  const path = section.pathOf(key);
  if (node.is !== "list") {
    const example = node.is === "scalar" ? ` Write ${key}: [${JSON.stringify(node.text)}].` : "";
    reading.problems.error(
      node.at,
      path,
      `${path} must be a list of regular expressions.`,
      example.trim() || undefined,
    );
    return [];
  }
  return node.items.flatMap((item, index) => readPattern(item, `${path}[${index}]`, reading));
}

function readPattern(node: FileNode, path: string, reading: Reading): Pattern[] {
  const { problems } = reading;
  if (node.is !== "scalar" || node.value === null) {
    problems.error(node.at, path, `${path} must be a regular expression.`);
    return [];
  }
  const text = expandScalar(node, path, reading);
  try {
    const pattern = pythonPattern(text);
    if (mayTakeLong(text))
      problems.warn(
        node.at,
        path,
        `The pattern ${JSON.stringify(text)} repeats a repetition: some names may take it very long to decide.`,
        "Let only one of the two repeat, or make the inner one possessive: (?:a++)+.",
      );
    return [pattern];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const what = error.reason === "invalid" ? "is no regular expression" : "cannot be translated to JavaScript";
    problems.error(node.at, path, `The pattern ${JSON.stringify(text)} ${what}: ${error.message}.`, PATTERN_HINT);
    return [];
  }
}

const PATTERN_HINT =
  "Patterns follow Python's re.match without regard to letter case; names are matched from their start.";

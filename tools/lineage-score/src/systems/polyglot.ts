import { type QueryAnalysis, analyzeQuery, openLineageColumnLineage } from "@polyglot-sql/sdk";
import { type Answer, comparable } from "../answer.ts";
import { splitName } from "@headwater/sql-lineage";

const DIALECTS: Readonly<Record<string, string>> = {
  ansi: "generic",
  postgres: "postgresql",
  sparksql: "spark",
  tsql: "tsql",
};

/** Version of the package that is asked; part of the key answers are kept under. */
export const POLYGLOT_VERSION = "0.12.1";

/** What polyglot's own lineage says: of queries in one call, of INSERT and CREATE through its OpenLineage facet. */
export function askPolyglot(sql: string, dialect: string): Answer | { error: string } {
  const name = DIALECTS[dialect] ?? dialect;
  try {
    if (/^(?:--[^\n]*\n|\/\*[^]*?\*\/|[\s(])*(?:select|with|from)\b/i.test(sql) && !/\binsert\s+into\b/i.test(sql)) {
      const { success, analysis, error } = analyzeQuery(sql, { dialect: name });
      if (!success || analysis === undefined || analysis === null) return { error: error ?? "no analysis" };
      return fromAnalysis(analysis);
    }
    const { success, facet, inputs, outputs, warnings, error } = openLineageColumnLineage(sql, {
      dialect: name,
      producer: "score",
      datasetNamespace: "score",
    });
    if (!success || facet === undefined || facet === null) return { error: error ?? "no facet" };
    const target = outputs?.length === 1 ? splitName(outputs[0]!.name) : null;
    return comparable({
      sources: (inputs ?? []).map((input) => splitName(input.name)),
      targets: (outputs ?? []).map((output) => splitName(output.name)),
      columns: Object.entries(facet.fields).flatMap(([field, { inputFields }]) =>
        inputFields.map((input) => ({
          source: splitName(input.name),
          column: input.field,
          target,
          targetColumn: field,
        })),
      ),
      sure: warnings.length === 0,
    });
  } catch (error) {
    return { error: String(error).slice(0, 200) };
  }
}

function fromAnalysis(analysis: QueryAnalysis): Answer {
  let sure = true;
  const columns = analysis.projections.flatMap((projection) =>
    projection.upstream.map((source) => {
      if (source.confidence !== "resolved") sure = false;
      return {
        source: source.table === undefined || source.table === null ? null : splitName(source.table),
        column: source.column,
        target: null,
        targetColumn: projection.isStar ? "*" : (projection.name ?? "<expr>"),
      };
    }),
  );
  return comparable({
    sources: analysis.baseTables.map(({ catalog, schema, table, name }) => [
      catalog ?? "",
      schema ?? "",
      table ?? name,
    ]),
    targets: [],
    columns,
    sure,
  });
}

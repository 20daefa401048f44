export { analyze, newSession, type AnalyzeOptions, type Session } from "./analyze.ts";
export type { Dialect, Features, Fold, LexicalRules, NameRules, WordLists } from "./dialect.ts";
export { dialects, type DialectName } from "./dialects/index.ts";
export { throughTemporary, type PathEdge } from "./end-to-end.ts";
export { toMermaid } from "./mermaid.ts";
export { createPool, type Pool, type PoolOptions, type PoolTask } from "./pool.ts";
export type { Defaults, SessionState, SessionTable } from "./resolver/tables.ts";
export type {
  ColumnEdge,
  ColumnSource,
  ColumnTarget,
  Confidence,
  DatasetEdge,
  Evidence,
  Gap,
  GapReason,
  OutputColumn,
  Rule,
  ScriptLineage,
  Span,
  StatementKind,
  StatementLineage,
  TableRead,
  TableUse,
  TableWrite,
  Transformation,
} from "./result.ts";
export { joinName, schemaOf, splitName, type SchemaProvider, type TableRequest, type TableSchema } from "./schema.ts";
export { splitStatements } from "./split.ts";

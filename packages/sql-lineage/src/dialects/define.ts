import type { Dialect, Features, LexicalRules, NameRules, WordLists } from "../dialect.ts";
import { CONSTANTS, DATE_PARTS, DATE_PART_FIRST, NOT_COLUMN_ALIAS, NOT_TABLE_ALIAS } from "./words.ts";

/** The standard's own rules: what a dialect says nothing about. */
const LEXICAL: LexicalRules = {
  doubleQuoteIsString: false,
  backslashEscapes: false,
  hashComments: false,
  slashComments: false,
  versionComments: false,
  nestedComments: false,
  dollarQuotes: false,
  qQuotes: false,
  tripleQuotes: false,
  bracketNames: false,
  atVariables: false,
  stages: false,
  hashNames: false,
  ampersandSubstitution: false,
  colonPaths: false,
  digitNames: false,
  moneyLiterals: false,
  customOperators: false,
  extraNameCharacters: "",
  clientCommands: false,
  goSeparator: false,
  slashSeparator: false,
  delimiterCommand: false,
  notebookSeparator: false,
};

const NAMES: NameRules = {
  unquoted: "any",
  quoted: "any",
  dotsInsideQuotes: false,
  dashes: false,
  triggerTables: [],
  temporaryWithoutSchema: true,
  temporaryPrefixes: [],
};

const FEATURES: Features = {
  statementsWithoutSemicolon: false,
  aliasByAssignment: false,
  aliasByColon: false,
  stringAliases: false,
  lambdas: false,
  jsonArrows: false,
  lateralAliases: false,
  aliasesBeforeColumns: false,
  aliasesInsideExpressions: false,
  structFields: false,
  implicitUnnest: false,
  correlatedFrom: false,
  unnestAliasIsColumn: false,
  materializedViewTo: false,
  createAsTable: false,
  alterUpdates: false,
  renameKeepsSchema: false,
  useSets: "schema",
  declareStartsBlock: false,
  executeRunsText: false,
  pivotNames: "both if several",
  pivotKeepsQuotes: false,
  scriptTransform: false,
  emptySelectList: false,
  top: false,
  ternary: false,
  parametricCalls: false,
  recursiveKeyword: true,
  intersectBindsTighter: true,
  scalarWith: false,
  selectIntoCreatesTable: "never",
  conflictingNames: "either",
  fileTables: false,
  pathFormats: [],
  databaseLinks: false,
  parenthesisedHints: false,
  flowOperator: false,
  valuesColumn: "column",
  positionalColumns: false,
  convertTypeFirst: false,
  graphPatterns: false,
  tablesAsSets: false,
  braceParameters: false,
  semiJoinsShowBoth: false,
  createAsAddsColumns: false,
  executeCalls: false,
  methodCalls: false,
  queryTailSettings: false,
  labeledDurations: false,
  indexedVariables: false,
  cursorAttributes: false,
  stringNames: false,
};

const WORDS: WordLists = {
  notColumnAlias: NOT_COLUMN_ALIAS,
  notTableAlias: NOT_TABLE_ALIAS,
  constants: CONSTANTS,
  dateParts: DATE_PARTS,
  datePartArguments: DATE_PART_FIRST,
  tableFunctions: new Map(),
  fileFunctions: new Map(),
  tableArguments: new Map(),
  lookups: new Set(),
};

/** A dialect: the standard, but for what is said here. */
export function defineDialect(
  name: string,
  differences: {
    lexical?: Partial<LexicalRules>;
    names?: Partial<NameRules>;
    features?: Partial<Features>;
    words?: Partial<WordLists>;
  },
): Dialect {
  return {
    name,
    lexical: { ...LEXICAL, ...differences.lexical },
    names: { ...NAMES, ...differences.names },
    features: { ...FEATURES, ...differences.features },
    words: { ...WORDS, ...differences.words },
  };
}

/** A dialect that is another one, but for what is said here. */
export function extendDialect(base: Dialect, name: string, differences: Parameters<typeof defineDialect>[1]): Dialect {
  return {
    name,
    lexical: { ...base.lexical, ...differences.lexical },
    names: { ...base.names, ...differences.names },
    features: { ...base.features, ...differences.features },
    words: { ...base.words, ...differences.words },
  };
}

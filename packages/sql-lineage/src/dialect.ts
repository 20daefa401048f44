/**
 * A dialect is a table: what the tokenizer, the parser and the resolver need to know about it, and nothing that runs.
 * No code anywhere asks for a dialect's name.
 */
export interface Dialect {
  readonly name: string;
  readonly lexical: LexicalRules;
  readonly names: NameRules;
  readonly features: Features;
  readonly words: WordLists;
}

/** How text becomes tokens. */
export interface LexicalRules {
  /** `"x"` is a string, not an identifier. */
  readonly doubleQuoteIsString: boolean;
  /** A backslash escapes the next character of a string. */
  readonly backslashEscapes: boolean;
  /** `# …` to the end of the line is a comment. */
  readonly hashComments: boolean;
  /** `// …` to the end of the line is a comment. */
  readonly slashComments: boolean;
  /** What stands in a comment that begins with an exclamation mark and perhaps a version is read. */
  readonly versionComments: boolean;
  /** Block comments nest. */
  readonly nestedComments: boolean;
  /** `$$ … $$` and `$tag$ … $tag$` are strings. */
  readonly dollarQuotes: boolean;
  /** `q'[ … ]'` is a string. */
  readonly qQuotes: boolean;
  /** `""" … """` and `''' … '''` are strings. */
  readonly tripleQuotes: boolean;
  /** `[name]` is an identifier: always, or only where nothing can be subscripted and no list stands in it. */
  readonly bracketNames: boolean | "where no list can stand";
  /** `@name` is a variable or parameter. */
  readonly atVariables: boolean;
  /** `@name/path` is a stage. */
  readonly stages: boolean;
  /** `#name` is an identifier (a temporary table). */
  readonly hashNames: boolean;
  /** `&name` is text put in before the statement runs. */
  readonly ampersandSubstitution: boolean;
  /** `:name` is a bind variable even after an operand's space, and `a:b` a path into a value. */
  readonly colonPaths: boolean;
  /** An identifier may start with a digit. */
  readonly digitNames: boolean;
  /** `$5.10` is a number. */
  readonly moneyLiterals: boolean;
  /** A run of operator characters is one operator, made by a user or an extension. */
  readonly customOperators: boolean;
  /** Characters beside letters, digits, `_` and `$` that may stand inside an unquoted identifier. */
  readonly extraNameCharacters: string;
  /** `\command` at the start of a line is for the client; data behind `COPY … FROM STDIN` ends with `\.`. */
  readonly clientCommands: boolean;
  /** `GO` alone on a line ends a batch. */
  readonly goSeparator: boolean;
  /** `/` alone on a line ends a statement. */
  readonly slashSeparator: boolean;
  /** `DELIMITER x` changes what ends a statement. */
  readonly delimiterCommand: boolean;
  /** `-- COMMAND ----------` separates notebook cells. */
  readonly notebookSeparator: boolean;
}

/** What becomes of an identifier's letters before it is compared. `any`: case never matters. */
export type Fold = "lower" | "upper" | "exact" | "any";

/** How names are compared and completed. */
export interface NameRules {
  readonly unquoted: Fold;
  readonly quoted: Fold;
  /** A quoted identifier may hold a whole dotted path. */
  readonly dotsInsideQuotes: boolean;
  /** An unquoted path may hold dashes. */
  readonly dashes: boolean;
  /** What a trigger calls the tables of the rows that set it off. */
  readonly triggerTables: readonly string[];
  /** Temporary tables named without a schema are in none, and found before all others. */
  readonly temporaryWithoutSchema: boolean;
  /** Prefixes that make a table temporary wherever it is named. */
  readonly temporaryPrefixes: readonly string[];
}

/** Grammar that would be read wrongly in a dialect that lacks it; what is harmless everywhere is read everywhere. */
export interface Features {
  /** Statements may follow each other without a semicolon. */
  readonly statementsWithoutSemicolon: boolean;
  /** `SELECT alias = expression`. */
  readonly aliasByAssignment: boolean;
  /** `SELECT alias: expression`. */
  readonly aliasByColon: boolean;
  /** `SELECT expression 'alias'`. */
  readonly stringAliases: boolean;
  /** `x -> …` is a lambda, not an operator. */
  readonly lambdas: boolean;
  /** `a -> 'key'` reaches into JSON. */
  readonly jsonArrows: boolean;
  /** A column alias can be used further on in the same SELECT. */
  readonly lateralAliases: boolean;
  /** An alias goes before a column of the same name, and is seen from everywhere in the SELECT. */
  readonly aliasesBeforeColumns: boolean;
  /** `(expression AS name)` names a value wherever it stands. */
  readonly aliasesInsideExpressions: boolean;
  /** A dot after a column reaches into its value. */
  readonly structFields: boolean;
  /** `FROM t, t.items`: a path that starts at an earlier relation is a column of it, unnested. */
  readonly implicitUnnest: boolean;
  /** A subquery in FROM sees the relations before it without LATERAL. */
  readonly correlatedFrom: boolean;
  /** `UNNEST(x) AS a` names the element, not a table of it. */
  readonly unnestAliasIsColumn: boolean;
  /**
   * What PIVOT calls the column of a value and a named aggregate: `aggregate_value`; `value_aggregate`, always or only when
   * there is more than one aggregate.
   */
  readonly pivotNames: "aggregate first" | "always both" | "both if several";
  /** `CREATE MATERIALIZED VIEW a TO b`: the rows go to b. */
  readonly materializedViewTo: boolean;
  /** `CREATE TABLE a AS b`: a with the columns of b. */
  readonly createAsTable: boolean;
  /** `ALTER TABLE t UPDATE a = b WHERE …` and `ALTER TABLE t DELETE WHERE …`. */
  readonly alterUpdates: boolean;
  /** A new name without a schema stays in the table's own. */
  readonly renameKeepsSchema: boolean;
  /** What `USE x` sets. */
  readonly useSets: "catalog" | "schema";
  /** DECLARE comes before BEGIN and belongs to the block. */
  readonly declareStartsBlock: boolean;
  /** EXECUTE in a procedure runs a text. */
  readonly executeRunsText: boolean;
  /** PIVOT calls the column of a string by the string with its quotes. */
  readonly pivotKeepsQuotes: boolean;
  /** `SELECT TRANSFORM (a) USING 'script'`. */
  readonly scriptTransform: boolean;
  /** `SELECT FROM t` without any column. */
  readonly emptySelectList: boolean;
  /** `SELECT TOP (10) a`. */
  readonly top: boolean;
  /** `a ? b : c`. */
  readonly ternary: boolean;
  /** `f(parameters)(arguments)`. */
  readonly parametricCalls: boolean;
  /** Only `WITH RECURSIVE` lets a table of WITH read itself; elsewhere any may. */
  readonly recursiveKeyword: boolean;
  /** `a EXCEPT b INTERSECT c` takes away what b and c share; elsewhere operators go from left to right. */
  readonly intersectBindsTighter: boolean;
  /** `WITH expression AS name`. */
  readonly scalarWith: boolean;
  /** Where `SELECT … INTO name` creates a table; elsewhere it fills a variable. */
  readonly selectIntoCreatesTable: "always" | "outside procedures" | "never";
  /** What a name is in a procedure's SQL that could be a variable or a column. */
  readonly conflictingNames: "variable" | "column" | "either";
  /** `FROM 'file.csv'` reads a file. */
  readonly fileTables: boolean;
  /** `` format.`path` `` reads files; these are the formats. */
  readonly pathFormats: readonly string[];
  /** `name@link` names a table of another database. */
  readonly databaseLinks: boolean;
  /** `t (NOLOCK)`: hints in parentheses after a table. */
  readonly parenthesisedHints: boolean;
  /** `statement ->> statement`: the later one reads what the earlier gave as `$1`. */
  readonly flowOperator: boolean;
  /** What the columns of VALUES are called, with their number behind. */
  readonly valuesColumn: string;
  /** `$1` is a column by position. */
  readonly positionalColumns: boolean;
  /** `CONVERT(type, value)`. */
  readonly convertTypeFirst: boolean;
  /** `MATCH(a-(edge)->b)`: a pattern over relations. */
  readonly graphPatterns: boolean;
  /** `x IN name` is `x IN (SELECT * FROM name)`. */
  readonly tablesAsSets: boolean;
  /** `{name:Type}` is a parameter. */
  readonly braceParameters: boolean;
  /** The right side of a semi or anti join has columns too. */
  readonly semiJoinsShowBoth: boolean;
  /** `CREATE TABLE t (a int) SELECT b …` makes both columns. */
  readonly createAsAddsColumns: boolean;
  /** `EXECUTE name` calls a procedure; elsewhere it runs a prepared statement. */
  readonly executeCalls: boolean;
  /** A name followed by `.method(` calls a method of a column's value. */
  readonly methodCalls: boolean;
  /** `* APPLY(f)`, `EXCEPT name` without parentheses, `LIMIT n BY`, `FORMAT x`, `SETTINGS x = 1`. */
  readonly queryTailSettings: boolean;
  /** `a + 1 MONTH`: a number with a unit behind it is a duration. */
  readonly labeledDurations: boolean;
  /** `variable(i)` is an element of a collection. */
  readonly indexedVariables: boolean;
  /** `cursor%FOUND` is a value. */
  readonly cursorAttributes: boolean;
  /** A double-quoted string can stand where a name is asked for. */
  readonly stringNames: boolean;
}

/** Words and functions that mean something in a dialect. All in lower case, but for the keyword lists. */
export interface WordLists {
  /** Words that cannot be a column alias without AS. */
  readonly notColumnAlias: ReadonlySet<string>;
  /** Words that cannot be a table alias without AS. */
  readonly notTableAlias: ReadonlySet<string>;
  /** Words that are values, never columns. */
  readonly constants: ReadonlySet<string>;
  /** Units of time. */
  readonly dateParts: ReadonlySet<string>;
  /** Functions that take a unit of time as a bare word, and at which positions. */
  readonly datePartArguments: ReadonlyMap<string, readonly number[]>;
  /** Functions in FROM whose columns are known. */
  readonly tableFunctions: ReadonlyMap<string, readonly string[]>;
  /** Functions that stand for a file, and which argument its path is. */
  readonly fileFunctions: ReadonlyMap<string, number>;
  /** Functions in FROM that stand for a table, and which argument its name is, or its schema with the name behind. */
  readonly tableArguments: ReadonlyMap<string, number>;
  /** Functions that look a value up in a table: its name is their first argument, the column's the second. */
  readonly lookups: ReadonlySet<string>;
}

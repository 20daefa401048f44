/** Sets of keywords the grammar asks about in several places. */

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

export const SET_OPERATORS: ReadonlySet<string> = words("UNION INTERSECT EXCEPT MINUS");

/** Words a statement starts with that reads or changes rows. */
export const DML_STARTS: ReadonlySet<string> = words("SELECT INSERT UPDATE DELETE MERGE WITH VALUES");

/** Words that end an operand rather than start one, unless a dot or a parenthesis makes them a name. */
export const OPERAND_END: ReadonlySet<string> = words(
  `FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT MINUS INTO QUALIFY ON USING JOIN AS WHEN THEN ELSE END AND OR IN
  BETWEEN LIKE IS SET BY SELECT`,
);

/** Of those, the ones that are functions in some dialect when a parenthesis follows. */
export const OPERAND_END_CALLS: ReadonlySet<string> = words("LIKE MINUS AND OR IN LIMIT END EXCEPT INTERSECT");

/** Words that start a clause behind the select list or the FROM list. */
export const CLAUSE_STARTS: ReadonlySet<string> = words(
  `FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT MINUS INTO QUALIFY WINDOW PREWHERE FETCH OFFSET FOR CLUSTER
  DISTRIBUTE SORT CONNECT START SETTINGS FORMAT RETURNING WITH OPTION ON USING WHEN BULK SAMPLE LATERAL SET THEN`,
);

/** Words of a join. */
export const JOIN_WORDS: ReadonlySet<string> = words(
  `DIRECTED NATURAL INNER LEFT RIGHT FULL CROSS OUTER SEMI ANTI ASOF GLOBAL ANY ALL PASTE POSITIONAL LOOP HASH MERGE REMOTE LOCAL
  PARTITION`,
);

/** Where a broken ON condition ends. */
export const CONDITION_END: ReadonlySet<string> = new Set([...CLAUSE_STARTS, ...JOIN_WORDS, "JOIN"]);

export const BINARY_OPERATORS: ReadonlySet<string> = words(
  `+ - * / % ^ & | || < > <= >= = == != <> <=> ~ ! @ # -> ->> && ** // @> <@ #> #>> @@ ~* !~ !~* ~~ ~~* !~~ !~~* << >> ?| ?& ||/ |/
  <-> @? #- ?# ?- !< !> += -= *= /= %= &= |= ^= ||= custom \\`,
);

export const PREFIX_OPERATORS: ReadonlySet<string> = words("+ - ~ ! @ | || & # |/ ||/ // @@ custom");

/** Words that are operators between operands. */
export const WORD_OPERATORS: ReadonlySet<string> = words(
  `AND OR XOR LIKE ILIKE RLIKE REGEXP GLOB ESCAPE IN BETWEEN SIMILAR DIV MOD OVERLAPS AGAINST MEMBER SOUNDS BINARY UESCAPE CONTAINS
  STARTS MATCH SUBMULTISET OPERATOR IMP INTERPOLATE LIKE_REGEXPR CONCAT`,
);

/** Of those, the ones that may as well be an alias. */
export const WEAK_OPERATORS: ReadonlySet<string> = words(
  "DIV MOD CONTAINS MATCH BINARY STARTS OPERATOR AGAINST MEMBER INTERPOLATE CONCAT",
);

/** Words that can follow NOT as an operator. */
export const NEGATABLE: ReadonlySet<string> = words(
  "IN LIKE ILIKE RLIKE REGEXP LIKE_REGEXPR BETWEEN SIMILAR GLOB MEMBER MATCH OVERLAPS SUBMULTISET",
);

/** Types that stand before a string to make a literal of it. */
export const LITERAL_TYPES: ReadonlySet<string> = words(
  `DATE TIME TIMESTAMP DATETIME DATETIME2 TIMESTAMPTZ TIMESTAMP_NTZ TIMESTAMP_LTZ TIMETZ NUMERIC DECIMAL BIGNUMERIC JSON JSONB UUID
  BYTES CHAR VARCHAR BOX POINT POLYGON CIRCLE INET REGTYPE REGCLASS INTEGER INT BIGINT REAL BOOLEAN BOOL TEXT FLOAT DOUBLE BIT
  BYTEA TINYINT SMALLINT XML RANGE CIDR MACADDR LSEG PATH LINE TSVECTOR TSQUERY IPADDRESS IPPREFIX NAME XID OID VARBINARY
  NCHAR NVARCHAR BPCHAR CHARACTER SERIAL MONEY GEOMETRY GEOGRAPHY`,
);

/** Words between the arguments of functions that are written like sentences. */
export const ARGUMENT_GLUE: ReadonlySet<string> = words(
  `FROM FOR IN PLACING USING VALUE SEPARATOR RETURNING ON NULL ABSENT WITHOUT IGNORE RESPECT FORMAT DEFAULT ERROR EMPTY PASSING WITH
  WRAPPER CONDITIONAL UNCONDITIONAL OVERFLOW TRUNCATE COUNT KEYS UNIQUE NULLS FIRST LAST AT LIMIT STRICT LAX ASC DESC PARTITION KEEP
  ARRAY MAX MIN HAVING ROWS RANGE WHERE DIMENSION CONTENT DOCUMENT VERSION NO STANDALONE WELLFORMED INDENT RETURN TYPE PATH QUOTES
  OMIT BOOLEAN LANGUAGE MODE QUERY EXPANSION NATURAL REF ALL ROW CHARACTERS OCTETS BOTH CONVERSION JSON ENCODING HIDE SHOW DEFAULTS
  LEADING TRAILING SCALAR AUTO`,
);

/**
 * Takes credentials out of SQL and other texts before they are kept. What stays is the text a person wants to read: the word
 * before the credential, and `***` in its place. Redacting twice is redacting once.
 */

const HIDDEN = "***";

/** Words whose value is a secret, alone or at the end of a longer word: `db_password`, `AWS_SECRET_KEY`. */
const WORDS =
  "password|passwd|passphrase|pwd|secret|secret_?key|secret_?access_?key|access_?key_?id|access_?key|account_?key|api_?key|private_?key|shared_?access_?key|access_?token|auth_?token|token|sas_?token|credentials?";

/** Anything that makes a closer look worthwhile; most definitions have none of it. */
const SUSPICIOUS =
  /passw|passphrase|pwd|secret|token|identified|access_?key|account_?key|api_?key|private|credential|:\/\/|authorization|AKIA|ASIA|eyJ|sig=/i;

const RULES: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@'"]*):[^\s@/'"]+@/gi, `$1:${HIDDEN}@`],
  // PASSWORD 'x', password => 'x', secret_key = "x", CREDENTIALS = 'x'; and PASSWORD ''x'' in a text within a text
  [
    new RegExp(
      `(\\b\\w*(?:${WORDS})\\b["'\`\\]]?\\s*(?:=>|:=|=|:)?\\s*)(?:E|N)?'(?:(')[^'\\s,;)]+''|(?:[^'\\\\]|''|\\\\.)*')`,
      "gi",
    ),
    `$1'$2${HIDDEN}'$2`,
  ],
  [new RegExp(`(\\b\\w*(?:${WORDS})\\b["'\`\\]]?\\s*(?:=>|:=|=|:)\\s*)"(?:[^"\\\\]|\\\\.)*"`, "gi"), `$1"${HIDDEN}"`],
  // PASSWORD $$x$$, PASSWORD $tag$x$tag$
  [
    new RegExp(`(\\b\\w*(?:${WORDS})\\b"?(?:\\s+|\\s*(?:=>|:=|=)\\s*))(\\$\\w*\\$)[^\\n]{0,500}?\\2`, "gi"),
    `$1$2${HIDDEN}$2`,
  ],
  // password=x;  &sig=x&  AccountKey=x  in connection strings and URLs; CREDENTIALS=(KEY='x') has its own words inside
  [new RegExp(`(\\b(?:\\w*(?:${WORDS})|sig)=)(?!\\(\\s*\\w+\\s*=)[^\\s;&'"*,)]+`, "gi"), `$1${HIDDEN}`],
  // password: x
  [/(\b\w*(?:password|passwd|passphrase|pwd):[ \t]+)[^\s;&'"*,)]+/gi, `$1${HIDDEN}`],
  // Authorization: Bearer x
  [/(\bauthorization\b["']?\s*[:=]\s*["']?(?:bearer|basic)\s+)[\w.~+/=-]+/gi, `$1${HIDDEN}`],
  // IDENTIFIED BY x, IDENTIFIED WITH plugin BY 'x', IDENTIFIED BY VALUES 'x'
  [
    /(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:(?:password|values)\s+)?)('(?:[^'\\]|''|\\.)*'|"[^"]*"|[^\s;,]+)/gi,
    `$1'${HIDDEN}'`,
  ],
  // Keys that are known by their form: AWS access keys, JSON web tokens, PEM blocks
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, HIDDEN],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, HIDDEN],
  [/(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, `$1${HIDDEN}$2`],
];

/** Comments, and what is named in them: outside of one a colon behind a word is often SQL. */
const COMMENT = /--[^\n]*|\/\*[\s\S]{0,1000}?\*\//g;
const NAMED = new RegExp(`(\\b\\w*(?:${WORDS}):[ \\t]+)[^\\s;&'"*,)]+`, "gi");

/** The text without the credentials in it. */
export function redactCredentials(text: string): string {
  if (!SUSPICIOUS.test(text) && !text.includes("-----BEGIN")) return text;
  return RULES.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text).replace(
    COMMENT,
    (comment) => comment.replace(NAMED, `$1${HIDDEN}`),
  );
}

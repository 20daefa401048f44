/** Every option of every command: the same name means the same everywhere. */

/** Options that are there or not. */
export type Flag =
  | "accept-source"
  | "allow-empty"
  | "columns"
  | "deleted"
  | "dot"
  | "dry-run"
  | "follow"
  | "fresh"
  | "help"
  | "json"
  | "keep-literals"
  | "markdown"
  | "mermaid"
  | "quiet"
  | "recursive";

/** Options with one value. */
export type Valued =
  | "at"
  | "budget"
  | "catalog"
  | "down"
  | "events"
  | "format"
  | "html"
  | "limit"
  | "max-delete"
  | "record"
  | "replay"
  | "report"
  | "role"
  | "service"
  | "since"
  | "store"
  | "threads"
  | "type"
  | "up"
  | "yes";

/** Options that may be given several times. */
export type Repeated = "capabilities" | "config" | "database" | "reset";

/** Any option. */
export type OptionName = Flag | Valued | Repeated;

/** What an option takes and what it does. */
export interface OptionInfo {
  is: "flag" | "value" | "list";
  /** What its value is called in help. */
  value?: string;
  short?: string;
  help: string;
}

type Infos<N extends string, Is> = {
  readonly [O in N]: OptionInfo & { is: Is } & (Is extends "flag" ? object : { value: string });
};

/** All options, in the order help lists them. */
export const OPTIONS: Infos<Flag, "flag"> & Infos<Valued, "value"> & Infos<Repeated, "list"> = {
  config: {
    is: "list",
    value: "FILE",
    short: "c",
    help: "a workflow file (YAML or JSON); several are run one after the other",
  },
  service: {
    is: "value",
    value: "NAME",
    help: "the service's name in the catalog, instead of the one that follows from the URL",
  },
  threads: { is: "value", value: "N", help: "sessions at once, at most (default 4)" },
  "dry-run": { is: "flag", help: "show what would change; the catalog stays as it is" },
  "max-delete": {
    is: "value",
    value: "N|N%",
    help: "how many objects may be deleted (default: the larger of 10 and 20 %)",
  },
  store: { is: "value", value: "catalog", help: "keep the metadata in the catalog although the file names a server" },
  fresh: { is: "flag", help: "begin anew where a broken run could be continued" },
  "accept-source": { is: "flag", help: "another server took this one's place: go on with it" },
  "allow-empty": { is: "flag", help: "finding nothing is fine" },
  budget: {
    is: "value",
    value: "LIMITS",
    help: "stop before the query that exceeds queries=500,bytes=10GB (exit code 6)",
  },
  record: {
    is: "value",
    value: "FILE",
    help: "keep every request and answer in a file, literals and comments replaced; reads everything",
  },
  "keep-literals": { is: "flag", help: "record literals and comments as they are" },
  replay: { is: "value", value: "FILE", help: "answer from a recording: neither source nor driver is needed" },
  report: { is: "value", value: "FILE", help: "write the whole report as JSON: result, counts, failures, events" },
  events: { is: "value", value: "FILE|-", help: "write each event as a line of JSON as it happens" },
  quiet: { is: "flag", short: "q", help: "no progress and no report; errors are still said" },
  type: {
    is: "value",
    value: "TYPE",
    help: "which one, where entities of several types have the name (table, storedProcedure …)",
  },
  recursive: { is: "flag", short: "r", help: "everything below, not only one level" },
  deleted: { is: "flag", help: "deleted ones too" },
  capabilities: {
    is: "list",
    value: "NAME,…",
    help: "what the role shall be able to do: metadata, lineage, usage … (default: all the connector can)",
  },
  role: { is: "value", value: "NAME", help: "the role, user or account the statements are for" },
  database: { is: "list", value: "NAME", help: "a database the role shall read; may be given several times" },
  at: {
    is: "value",
    value: "TIME",
    help: "as it was then: a day (2026-11-20, its beginning) or a time (2026-11-20T14:03); local, unless it has an offset",
  },
  since: { is: "value", value: "N", help: "after the change of this number (default: all that are kept)" },
  follow: { is: "flag", short: "f", help: "go on with what happens, until Ctrl-C" },
  limit: { is: "value", value: "N", help: "how many, at most (default 20)" },
  reset: { is: "list", value: "FIELD", help: "go back to what the source says of a field" },
  format: {
    is: "value",
    value: "FORMAT",
    help: "jsonl: entities (the default); lineage: edges as OpenMetadata's AddLineage; queries: queries with users and durations",
  },
  yes: { is: "value", value: "NAME", help: "the service's name once more, where nobody can be asked" },
  catalog: {
    is: "value",
    value: "FILE",
    help: "the catalog (default: HEADWATER_CATALOG, else .headwater/catalog.db here or above)",
  },
  up: { is: "value", value: "N", help: "levels upstream, where data comes from (default 3)" },
  down: { is: "value", value: "N", help: "levels downstream, where data goes (default 3; impact: all)" },
  columns: { is: "flag", help: "say which columns flow into which" },
  mermaid: { is: "flag", help: "print a Mermaid flowchart" },
  dot: { is: "flag", help: "print a graph for Graphviz" },
  html: { is: "value", value: "FILE", help: "write a page to look around in, which needs nothing but a browser" },
  markdown: { is: "flag", help: "print Markdown, for a pull request" },
  json: { is: "flag", help: "print JSON" },
  help: { is: "flag", short: "h", help: "say what the command does" },
};

/** Every command of `headwater`, in the order help lists them: parsing, help and loading are driven by this table. */
import type { Call } from "./call.ts";
import type { OptionName } from "./options.ts";

/** What a command's module exports. */
export interface CommandModule {
  /** Does the command's work. Returns its exit code. */
  run(call: Call): Promise<number>;
}

/** One command. */
export interface CommandInfo {
  name: string;
  /** The group it is listed under. */
  group: "Read sources" | "Look around" | "Curate" | "Look after the catalog";
  /** What it does, in one line. */
  summary: string;
  /** Its forms, without `headwater`. */
  usage: readonly string[];
  /** What else is worth knowing. */
  about?: readonly string[];
  examples?: readonly string[];
  options: readonly OptionName[];
  /** How many words it takes beside its options: at least, at most. */
  words: readonly [least: number, most: number];
  /** Whether it streams so much that a smaller heap is worth a second start of 25 ms. */
  streams?: boolean;
  load(): Promise<CommandModule>;
}

const SOURCE =
  "A source is a workflow file of OpenMetadata (-c FILE) or a URL that a connector understands (postgres://…).";
const NAMES =
  "NAME is a fully qualified name, service.database.schema.table, or an ending of one that only one entity has. A column is named behind its table.";

/** All commands. */
export const COMMANDS: readonly CommandInfo[] = [
  {
    name: "ingest",
    group: "Read sources",
    summary: "read a source's metadata into the catalog",
    usage: ["ingest -c FILE…", "ingest URL"],
    about: [
      SOURCE,
      "Ctrl-C stops after what is under way: everything read so far is kept, and the next run goes on from there.",
      "Exit code: 0 success · 2 configuration · 3 source unreachable or sign-in refused · 4 some objects failed · 5 nothing found · 6 deletions held back · 7 another server than before · 8 busy · 130 interrupted. With several files, that of the first that did not end with 0.",
    ],
    examples: [
      "ingest -c shop.yaml",
      "ingest postgres://reader@db.example/shop --dry-run",
      "ingest -c *.yaml --events - | jq",
    ],
    options: [
      "config",
      "service",
      "threads",
      "dry-run",
      "max-delete",
      "store",
      "fresh",
      "accept-source",
      "allow-empty",
      "report",
      "events",
      "quiet",
      "json",
      "catalog",
    ],
    words: [0, Infinity],
    streams: true,
    load: () => import("./commands/ingest.ts"),
  },
  {
    name: "validate",
    group: "Read sources",
    summary: "say what a workflow file would do, without connecting",
    usage: ["validate -c FILE…", "validate URL"],
    about: [SOURCE],
    options: ["config", "service", "store", "json"],
    words: [0, Infinity],
    load: () => import("./commands/validate.ts"),
  },
  {
    name: "check",
    group: "Read sources",
    summary: "connect to a source and say what works, what does not, and what mends it",
    usage: ["check -c FILE…", "check URL"],
    about: [SOURCE, "Exit code 3 when a step fails that a run is hopeless without."],
    options: ["config", "service", "json", "catalog"],
    words: [0, Infinity],
    load: () => import("./commands/check.ts"),
  },
  {
    name: "connectors",
    group: "Read sources",
    summary: "list the installed connectors, or tell all about one",
    usage: ["connectors", "connectors info ID"],
    about: [
      "Connectors are npm packages with the keyword headwater-connector. They are looked for among the dependencies of the nearest package.json, then beside headwater itself.",
    ],
    options: ["json"],
    words: [0, 2],
    load: () => import("./commands/connectors.ts"),
  },
  {
    name: "ls",
    group: "Look around",
    summary: "list what is below a name, like a directory",
    usage: ["ls [NAME]"],
    about: [NAMES],
    options: ["recursive", "deleted", "type", "json", "catalog"],
    words: [0, 1],
    load: () => import("./commands/ls.ts"),
  },
  {
    name: "show",
    group: "Look around",
    summary: "show one entity: a table with its columns, a view, a routine, a service …",
    usage: ["show NAME"],
    about: [NAMES],
    options: ["type", "json", "catalog"],
    words: [1, 1],
    load: () => import("./commands/show.ts"),
  },
  {
    name: "search",
    group: "Look around",
    summary: "find entities by words in names, columns and descriptions",
    usage: ["search WORD…"],
    options: ["limit", "json", "catalog"],
    words: [1, Infinity],
    load: () => import("./commands/search.ts"),
  },
  {
    name: "log",
    group: "Look around",
    summary: "show the history of an entity, or the latest changes of all",
    usage: ["log [NAME]"],
    about: [NAMES],
    options: ["limit", "type", "json", "catalog"],
    words: [0, 1],
    load: () => import("./commands/log.ts"),
  },
  {
    name: "diff",
    group: "Look around",
    summary: "show what differs between two versions of an entity",
    usage: ["diff NAME [VERSION [VERSION]]"],
    about: [NAMES, "Without versions: what the last change did. With one: from that version to now."],
    examples: ["diff shop.shop.sales.orders", "diff shop.shop.sales.orders 0.1 0.4"],
    options: ["type", "json", "catalog"],
    words: [1, 3],
    load: () => import("./commands/diff.ts"),
  },
  {
    name: "runs",
    group: "Look around",
    summary: "list the runs, or show one with its failures, reasons and events",
    usage: ["runs", "runs show ID"],
    options: ["limit", "json", "catalog"],
    words: [0, 2],
    load: () => import("./commands/runs.ts"),
  },
  {
    name: "set",
    group: "Curate",
    summary: "set what people know and the source does not say; ingesting never overwrites it",
    usage: ["set NAME FIELD=VALUE…"],
    about: [
      NAMES,
      "Fields: description=TEXT, displayName=TEXT, owners+=user:NAME (or team:, role:), owners-=…, tags+=CLASSIFICATION.TAG, tags-=…. FIELD= sets it to empty, which hides what the source says; --reset FIELD goes back to what the source says.",
    ],
    examples: [
      'set shop.shop.sales.orders description="One row per order" owners+=user:ana',
      "set shop.shop.sales.customers.email tags+=PII.Email",
    ],
    options: ["reset", "type", "json", "catalog"],
    words: [1, Infinity],
    load: () => import("./commands/set.ts"),
  },
  {
    name: "export",
    group: "Look after the catalog",
    summary: "print every entity as a line of JSON in OpenMetadata's shape",
    usage: ["export"],
    about: ["The current state of everything, without history. To keep that too: headwater backup."],
    examples: ["export > catalog.jsonl"],
    options: ["format", "catalog"],
    words: [0, 0],
    load: () => import("./commands/export.ts"),
  },
  {
    name: "import",
    group: "Look after the catalog",
    summary: "read exported lines into the catalog: all of them, or none",
    usage: ["import FILE|-"],
    options: ["json", "catalog"],
    words: [1, 1],
    load: () => import("./commands/import.ts"),
  },
  {
    name: "backup",
    group: "Look after the catalog",
    summary: "write a copy of the catalog, history included, while others use it",
    usage: ["backup FILE"],
    options: ["json", "catalog"],
    words: [1, 1],
    load: () => import("./commands/backup.ts"),
  },
  {
    name: "rename-service",
    group: "Look after the catalog",
    summary: "give a service another name; what is below keeps its history",
    usage: ["rename-service OLD NEW"],
    options: ["yes", "json", "catalog"],
    words: [2, 2],
    load: () => import("./commands/rename-service.ts"),
  },
  {
    name: "delete",
    group: "Look after the catalog",
    summary: "remove a service with everything below it and its history, for good",
    usage: ["delete SERVICE"],
    options: ["yes", "json", "catalog"],
    words: [1, 1],
    load: () => import("./commands/delete.ts"),
  },
];

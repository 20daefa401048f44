import type { ParseArgsConfig } from "node:util";

/** What a benchmark found, flat: `{ "cold10k.ratio": 1.4 }`. Names are stable, so that runs can be compared. */
export type Figures = Readonly<Record<string, number>>;

/** The values given for a benchmark's options. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** One benchmark: the default export of a file in `benches/`, which `npm run bench -- NAME` finds by the file's name. */
export interface Bench {
  /** What it measures beside what, in one line. */
  about: string;
  /** Its own options, beside `--json`, as `util.parseArgs` takes them. */
  options: NonNullable<ParseArgsConfig["options"]>;
  /** One line for each of its options. */
  help: readonly string[];
  /** Measures, printing as it goes. Throws {@link UsageError} for values it cannot use. */
  run(values: OptionValues): Promise<Figures>;
}

/** An option has a value that cannot be used; the message says what would be. */
export class UsageError extends Error {
  override name = "UsageError";
}

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

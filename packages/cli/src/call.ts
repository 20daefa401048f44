import type { Arguments } from "./arguments.ts";
import type { Screen } from "./screen/screen.ts";

/** One call of a command: what was asked, and where answers go. */
export interface Call {
  args: Arguments;
  /** What was asked for. Pure JSON with `--json`. */
  out: Screen;
  /** Everything said beside it: the catalog's path, progress, notes. */
  err: Screen;
}

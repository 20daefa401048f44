import type { RunEvent } from "@headwater/core";
import type { Screen } from "../screen/screen.ts";
import { LiveBlock } from "./live-block.ts";
import { PlainLines } from "./plain-lines.ts";

/** A view of a run under way. */
export interface Progress {
  show(event: RunEvent): void;
  /** Says a line of its own. It must be safe. */
  say(line: string): void;
  /** Makes room for a question at the terminal. */
  pause(): void;
  resume(): void;
  /** The run is over: nothing moves any more. */
  end(): void;
}

/** Nothing is shown of the run; what is said is said. */
class Silence implements Progress {
  readonly #screen: Screen;
  constructor(screen: Screen) {
    this.#screen = screen;
  }
  say(line: string): void {
    this.#screen.print(line);
  }
  show(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {}
}

/** The view that fits a screen: a live block on a terminal, plain lines elsewhere, nothing when asked to be quiet. */
export function openProgress(screen: Screen, quiet: boolean): Progress {
  if (quiet) return new Silence(screen);
  return screen.isTerminal ? new LiveBlock(screen) : new PlainLines(screen);
}

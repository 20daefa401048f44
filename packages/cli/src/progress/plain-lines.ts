import type { RunEvent } from "@headwater/core";
import type { Screen } from "../screen/screen.ts";
import { eventLines } from "../views/event.ts";
import { FewOfEach } from "./few-of-each.ts";

/** Progress as lines, one per event: for files, pipes and CI. */
export class PlainLines {
  readonly #screen: Screen;
  readonly #few = new FewOfEach();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  show(event: RunEvent): void {
    // The report says how it ended.
    if (event.event === "run-finished" || event.event === "queries") return;
    this.#screen.print(...this.#few.pick(event, eventLines(event, this.#screen), this.#screen));
  }

  say(line: string): void {
    this.#screen.print(line);
  }
  pause(): void {}
  resume(): void {}
  end(): void {}
}

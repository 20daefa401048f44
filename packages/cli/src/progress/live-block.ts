import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { RunEvent } from "@headwater/core";
import type { Screen } from "../screen/screen.ts";
import { eventLines } from "../views/event.ts";
import { FewOfEach } from "./few-of-each.ts";
import { addEvent, noProgress, progressLines, type RunProgress } from "./state.ts";

const REDRAW_MS = 100;

/** Events that only move the block; everything else is said above it, and stays. */
const MOVES_ONLY: ReadonlySet<RunEvent["event"]> = new Set([
  "run-started",
  "connected",
  "listed",
  "read",
  "queries",
  "run-finished",
]);

/** Progress on a terminal: one block that is drawn over itself, and lines above it for what went wrong. */
export class LiveBlock {
  readonly #screen: Screen;
  readonly #few = new FewOfEach();
  readonly #timer: NodeJS.Timeout;
  #progress: RunProgress = noProgress(Date.now());
  #drawn = 0;
  #paused = false;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
    this.#timer.unref();
  }

  show(event: RunEvent): void {
    if (event.event === "run-started") this.#progress = noProgress(event.at);
    addEvent(this.#progress, event);
    if (!MOVES_ONLY.has(event.event)) this.#above(this.#few.pick(event, eventLines(event, this.#screen), this.#screen));
  }

  say(line: string): void {
    this.#above([line]);
  }

  pause(): void {
    this.#erase();
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#paused = true;
  }

  #above(lines: readonly string[]): void {
    this.#erase();
    this.#screen.print(...lines);
    this.#redraw();
  }

  #erase(): void {
    if (this.#drawn === 0) return;
    // The terminal may have written ^C where the cursor stood.
    cursorTo(this.#screen.stream, 0);
    moveCursor(this.#screen.stream, 0, -this.#drawn);
    clearScreenDown(this.#screen.stream);
    this.#drawn = 0;
  }

  #redraw(): void {
    if (this.#paused || this.#progress.title === "") return;
    // What has scrolled off the top cannot be drawn over; the cursor needs the last row.
    const room = Math.max(1, (this.#screen.stream.rows || Infinity) - 1);
    const lines = progressLines(this.#progress, Date.now(), this.#screen).slice(0, room);
    this.#erase();
    this.#screen.print(...lines);
    this.#drawn = lines.length;
  }
}

import type { RunEvent } from "@headwater/core";
import type { Look } from "../screen/screen.ts";

const FEW = 20;

/** Keeps thousands of events of one kind from scrolling everything else away; the report counts them all. */
export class FewOfEach {
  readonly #shown = new Map<string, number>();

  /** The lines of an event, as long as there have not been too many of its kind. */
  pick(event: RunEvent, lines: readonly string[], { paint }: Look): readonly string[] {
    if (event.event === "listed" || event.event === "read") return lines;
    const kind = `${event.run} ${event.event}`;
    const shown = (this.#shown.get(kind) ?? 0) + 1;
    this.#shown.set(kind, shown);
    if (shown <= FEW) return lines;
    if (shown > FEW + 1) return [];
    return [paint("dim", `… more of these follow; headwater runs show ${event.run} has them all`)];
  }
}

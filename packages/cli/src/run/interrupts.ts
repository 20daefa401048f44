import { EXIT } from "@headwater/core";
import type { Screen } from "../screen/screen.ts";

/** What Ctrl-C does while a run is under way. */
export interface Interrupts {
  /** Aborts at the first Ctrl-C, so that what is under way is committed. */
  signal: AbortSignal;
  /** Goes back to what Ctrl-C does otherwise. */
  release(): void;
}

/** From now on the first Ctrl-C (or a polite request to end) stops the run, and the second one the process. */
export function watchInterrupts(say: (line: string) => void, { paint }: Screen): Interrupts {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    say(
      paint("yellow", "Stopping: what is under way is finished or left for the next run. Ctrl-C again stops at once."),
    );
    controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return {
    signal: controller.signal,
    release: () => void process.off("SIGINT", stop).off("SIGTERM", stop),
  };
}

/** What happens when what we print cannot be written: its reader went away, as in `headwater log | head`, or a disk is full. */
import { writeSync } from "node:fs";

const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "ERR_STREAM_DESTROYED"]);
const STDERR = 2;
const USAGE = 2;

let goOn = false;

/** From now on a closed pipe only ends the printing: what is under way is worth more than its reader. */
export function goOnWithoutReader(): void {
  goOn = true;
}

/** A reader that has seen enough is no error: the process ends without a word. A file that cannot be written is one. */
export function watchOutputs(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Nobody reads the rest, but the work was done.
    if (GONE.has(error.code)) return goOn ? undefined : process.exit();
    writeSync(STDERR, `✗ Standard output cannot be written: ${error.message}.\n`);
    process.exitCode = USAGE;
    if (!goOn) process.exit();
  });
  // Where errors cannot be said there is nobody to say so to.
  process.stderr.on("error", () => undefined);
}

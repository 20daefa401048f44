/** What happens when the reader of our output goes away, as in `headwater log | head`. */

const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "ERR_STREAM_DESTROYED"]);

let goOn = false;

/** From now on a closed pipe only ends the printing: what is under way is worth more than its reader. */
export function goOnWithoutReader(): void {
  goOn = true;
}

/** A reader that has seen enough is no error: the process ends without a word. */
export function endQuietlyOnClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code)) throw error;
      // Nobody reads the rest, but the work was done.
      if (!goOn && stream === process.stdout) process.exit();
    });
}

import { SourceError } from "../connector/source-error.ts";
import { type Decorator, driverAround } from "./decorator.ts";

/**
 * Gives up a source that does not answer: a page that takes longer than `ms` milliseconds is cancelled, and its request
 * fails with a `SourceError` (`timeout`). It stands behind the timeouts of the source and its driver.
 */
export function limitTime(ms: number): Decorator {
  return (connect) => async (config, options) => {
    const driver = await connect(config, options);
    return driverAround(driver, {
      async *request(name, args, signal, after) {
        const late = new AbortController();
        const asked = driver.request(name, args, AbortSignal.any([signal, late.signal]), after);
        const answer = asked[Symbol.asyncIterator]();
        let ended = false;
        try {
          for (;;) {
            const next = await within(ms, answer.next(), () => {
              late.abort();
              return new SourceError("timeout", `The request ${name} had no answer after ${ms / 1_000} s.`, {
                hint: "Is the source overloaded, or is something locked? The run can be repeated; it goes on where it stopped.",
              });
            });
            ended = next.done === true;
            if (next.done === true) return;
            yield next.value;
          }
        } finally {
          // A driver that did not even hear the cancelling would keep this waiting for ever.
          if (!ended && !late.signal.aborted) await answer.return?.();
        }
      },
    });
  };
}

async function within<T>(ms: number, work: Promise<T>, tooLate: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), ms);
  });
  // What comes after it was given up is nobody's any more.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

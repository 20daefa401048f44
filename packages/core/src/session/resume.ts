import type { Json } from "../entities/json.ts";
import { isSourceError, type SourceError } from "../connector/source-error.ts";
import { type Decorator, driverAround } from "./decorator.ts";

/** How often a page is asked for, at most. */
const ATTEMPTS = 8;
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/** Waits until a throttled source may be asked again. Throws when the run is interrupted meanwhile. */
export type Wait = (
  request: string,
  attempt: number,
  ms: number,
  error: SourceError,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Asks a throttled source again for the page it did not give, where requests stand alone (`Connector.stateless`): a listing of
 * thousands of pages does not begin anew because one of them came too soon. What is not throttled, and pages that do not say
 * where the next begins, are the caller's to try again.
 */
export function resume(wait: Wait): Decorator {
  return (connect, connector) => async (config, options) => {
    const driver = await connect(config, options);
    if (connector.stateless !== true) return driver;
    return driverAround(driver, {
      async *request(name, args, signal, from) {
        let after: Json | undefined = from;
        let resumable = true;
        for (let attempt = 1; ; attempt += 1) {
          try {
            for await (const page of driver.request(name, args, signal, after)) {
              attempt = 1;
              after = page.next;
              resumable = after !== undefined;
              yield page;
            }
            return;
          } catch (error) {
            if (!isSourceError(error) || error.code !== "throttled" || !resumable || attempt >= ATTEMPTS) throw error;
            const ms = error.retryAfterMs ?? Math.min(LONGEST_WAIT_MS, WAIT_MS * 2 ** (attempt - 1));
            await wait(name, attempt, ms, error, signal);
          }
        }
      },
    });
  };
}

import { setTimeout as wait } from "node:timers/promises";

/** Time, so that a test can hold it still. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Waits; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  },
};

import { type Decorator, driverAround } from "./decorator.ts";

/** What sessions asked and got. Transaction control is not counted. */
export interface SessionCounts {
  queries: number;
  pages: number;
  rows: number;
  /** What the source charged for, where it says so. */
  bytes: number;
  /** Queries by the name of their request. */
  byRequest: Map<string, number>;
}

/** Nothing asked yet. */
export const noSessionCounts = (): SessionCounts => ({
  queries: 0,
  pages: 0,
  rows: 0,
  bytes: 0,
  byRequest: new Map(),
});

/** Counts into `counts`, over all sessions. */
export function count(counts: SessionCounts): Decorator {
  return (connect) => async (config, options) => {
    const driver = await connect(config, options);
    return driverAround(driver, {
      async *request(name, args, signal, after) {
        counts.queries += 1;
        counts.byRequest.set(name, (counts.byRequest.get(name) ?? 0) + 1);
        for await (const page of driver.request(name, args, signal, after)) {
          counts.pages += 1;
          counts.rows += page.rows.length;
          counts.bytes += page.bill?.bytes ?? 0;
          yield page;
        }
      },
    });
  };
}

import type { Page } from "../connector/session.ts";
import type { Json } from "../entities/json.ts";
import { type Decorator, driverAround } from "./decorator.ts";

/** One thing that is about to happen between a connector and its source. */
export interface Step {
  /** `page`: an answer is about to be handed on; the others have not happened yet. */
  at: "connect" | "begin" | "request" | "page" | "end" | "close";
  /** How many of its sort there were before, over all sessions. */
  before: number;
  group: string;
  /** The unit it belongs to; `""` outside of one. */
  work: string;
  /** The name and arguments of the request, for `request` and `page`. */
  request: string | null;
  args: Json;
}

/**
 * Decides what goes wrong at a step: throws the error the source would give, waits before it returns, or returns another
 * page than the one it was given. Returning nothing lets the step happen as it is.
 */
export type Fault = (step: Step, page: Page | null) => Page | void | Promise<Page | void>;

/** Makes a source fail, dawdle or lie at chosen steps: what tests prove that a run survives. */
export function injectFaults(fault: Fault): Decorator {
  const happened = { connect: 0, begin: 0, request: 0, page: 0, end: 0, close: 0 };
  return (connect) => async (config, options) => {
    const { group } = options;
    let work = "";
    const step = (at: Step["at"], request: string | null = null, args: Json = null): Step => {
      happened[at] += 1;
      return { at, before: happened[at] - 1, group, work, request, args };
    };
    await fault(step("connect"), null);
    const driver = await connect(config, options);
    return driverAround(driver, {
      async *request(name, args, signal, after) {
        await fault(step("request", name, args), null);
        for await (const page of driver.request(name, args, signal, after))
          yield (await fault(step("page", name, args), page)) ?? page;
      },
      async begin(signal, unit) {
        work = unit ?? "";
        await fault(step("begin"), null);
        await driver.begin(signal, unit);
      },
      async end() {
        await fault(step("end"), null);
        await driver.end();
      },
      async close() {
        // Whatever goes wrong on the way, a connection that is open is closed.
        try {
          await fault(step("close"), null);
        } finally {
          await driver.close();
        }
      },
    });
  };
}

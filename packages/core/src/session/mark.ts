import type { Decorator } from "./decorator.ts";

/** What every mark begins with: a reader of query logs leaves out what carries one. */
export const MARK_PREFIX = "headwater";

/**
 * Has every session say whose it is: `headwater shop.metadata` for a pipeline. Connectors show it where their source keeps
 * such a thing (an application name, a query tag, a comment), so that our own queries are known in its logs.
 */
export function mark(pipeline: string): Decorator {
  return (connect) => (config, options) => connect(config, { ...options, mark: `${MARK_PREFIX} ${pipeline}` });
}

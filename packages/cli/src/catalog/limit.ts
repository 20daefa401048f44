import { HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";

/** What `--limit` says, 20 where it says nothing. */
export function limitOf({ args }: Call): number {
  const typed = args.value("limit") ?? "20";
  const limit = Number(typed);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new HeadwaterError("usage", `--limit must be a whole number of at least 1, and is ${typed}.`);
}

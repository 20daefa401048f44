import { HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";

/** What `--limit` says, 20 where it says nothing. */
export function limitOf({ args }: Call): number {
  const typed = args.value("limit") ?? "20";
  const limit = Number(typed);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new HeadwaterError("usage", `--limit must be a whole number of at least 1, and is ${typed}.`);
}

/** What an option says that takes a number of levels. Throws a `HeadwaterError` (`usage`) for anything else. */
export function levelsOf({ args }: Call, option: "up" | "down", otherwise: number): number {
  const typed = args.value(option);
  if (typed === undefined) return otherwise;
  if (/^\d{1,6}$/.test(typed)) return Number(typed);
  throw new HeadwaterError("usage", `--${option} must be a whole number, and is ${typed}.`);
}

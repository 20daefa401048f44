import { HeadwaterError, MAX_DELETE_WORDS, parseMaxDelete, type RunOptions } from "@headwater/core";
import type { Call } from "../call.ts";

/** What the command line changes of a workflow's options. Throws a `HeadwaterError` (`usage`). */
export function runSettings({ args }: Call): Partial<RunOptions> {
  const settings: Partial<RunOptions> = {};
  const threads = args.value("threads");
  if (threads !== undefined) {
    settings.threads = Number(threads);
    if (!/^\d{1,4}$/.test(threads) || settings.threads < 1)
      throw new HeadwaterError("usage", `--threads must be a whole number of at least 1, and is ${threads}.`);
  }
  const typed = args.value("max-delete");
  if (typed !== undefined) {
    const maxDelete = parseMaxDelete(typed);
    if (maxDelete === null)
      throw new HeadwaterError("usage", `--max-delete must be ${MAX_DELETE_WORDS}, and is ${typed}.`);
    settings.maxDelete = maxDelete;
  }
  if (args.flag("accept-source")) settings.acceptSource = true;
  return settings;
}

import { EXIT, HeadwaterError, type InstalledConnector, isHeadwaterError, loadConnector } from "@headwater/core";
import type { Call } from "../call.ts";
import { problemLines } from "../failure.ts";
import { findConnector } from "../run/find-connector.ts";
import { installedConnectors } from "../run/installed-connectors.ts";
import { connectorInfoLines, connectorListLines } from "../views/connectors.ts";

/** `headwater connectors` and `headwater connectors info ID` */
export async function run({ args, out, err }: Call): Promise<number> {
  const [verb, id] = args.words;
  if (verb !== undefined && (verb !== "info" || id === undefined))
    throw new HeadwaterError("usage", `headwater connectors ${args.words.join(" ")} is not understood.`, {
      hint: "headwater connectors lists them, headwater connectors info ID tells all about one.",
    });
  const search = installedConnectors();
  const json = args.flag("json");
  if (id === undefined) {
    const { installed, refused, lookedAt } = search;
    if (json) out.json({ connectors: installed, refused, lookedAt });
    else {
      const { list, beside } = connectorListLines(search, out);
      out.print(...list);
      err.print(...beside);
    }
    return 0;
  }
  const found = findConnector(search.installed, id);
  const problem = whyItCannotBeUsed(found);
  if (json)
    out.json({ ...found, problem: problem === null ? null : { message: problem.message, hint: problem.hint ?? null } });
  else out.print(...connectorInfoLines(found, out));
  if (problem === null) return EXIT.success;
  err.print(...problemLines(problem.message, problem.hint, err));
  return EXIT[problem.exit];
}

/** Loads its code, as a run would; its driver stays unloaded. */
function whyItCannotBeUsed(installed: InstalledConnector): HeadwaterError | null {
  try {
    loadConnector(installed);
    return null;
  } catch (error) {
    if (isHeadwaterError(error)) return error;
    throw error;
  }
}

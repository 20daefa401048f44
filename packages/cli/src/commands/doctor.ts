import { EXIT } from "@headwater/core";
import type { Call } from "../call.ts";
import { catalogPath } from "../catalog/open.ts";
import { aboutCatalog } from "../doctor/catalog.ts";
import { aboutConnectors } from "../doctor/connectors.ts";
import type { Finding } from "../doctor/finding.ts";
import { aboutInstallation } from "../doctor/installation.ts";
import { findingLines } from "../views/finding.ts";

/** `headwater doctor` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const path = catalogPath(call);
  const findings: Finding[] = [];
  for (const look of [() => aboutInstallation(), () => aboutConnectors(), () => aboutCatalog(path)])
    for (const finding of look()) {
      findings.push(finding);
      if (!args.flag("json")) out.print(...findingLines(finding, out));
    }
  if (args.flag("json")) out.json(findings);
  return findings.some(({ verdict }) => verdict === "broken") ? EXIT.usage : EXIT.success;
}

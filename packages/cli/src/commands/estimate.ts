import { type Estimate, estimateRun, isSourceError, systemClock } from "@headwater/core";
import type { Call } from "../call.ts";
import { problemLines } from "../failure.ts";
import { askedLine, askSources } from "../run/ask-sources.ts";
import { metadataOnly } from "../run/read-workflows.ts";
import { estimateLines } from "../views/estimate.ts";

/** `headwater estimate` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const json = args.flag("json");
  const answers: ({ from: string; service: string } & Estimate)[] = [];
  const exit = await askSources(call, async (workflow, { signal, prompt }) => {
    const { from, service, connector, connection, options } = metadataOnly(workflow);
    try {
      const estimate = await estimateRun({
        connector,
        config: connection?.config,
        service,
        options,
        clock: systemClock,
        signal,
        ...(prompt === undefined ? {} : { prompt }),
      });
      answers.push({ from, service, ...estimate });
      if (!json) out.print(askedLine(workflow, out), ...estimateLines(estimate, out));
      return true;
    } catch (error) {
      if (!isSourceError(error) || signal.aborted) throw error;
      err.print(...problemLines(error.message, error.hint, err));
      return false;
    }
  });
  if (json) out.json(answers);
  return exit;
}

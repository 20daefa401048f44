import { EXIT, type Estimate, estimateRun, isSourceError, systemClock } from "@headwater/core";
import type { Call } from "../call.ts";
import { problemLines } from "../failure.ts";
import { openProgress } from "../progress/progress.ts";
import { secretAsker } from "../run/ask-secret.ts";
import { watchInterrupts } from "../run/interrupts.ts";
import { metadataOnly, namedWorkflows } from "../run/read-workflows.ts";
import { withKeptConnections } from "../run/kept-connection.ts";
import { safe } from "../screen/safe-text.ts";
import { estimateLines } from "../views/estimate.ts";

/** `headwater estimate` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const json = args.flag("json");
  const workflows = withKeptConnections(
    namedWorkflows(call).map(({ read }) => read()),
    call,
  );
  const interrupts = watchInterrupts((line) => err.print(line), err);
  const prompt = secretAsker(openProgress(err, true), interrupts.signal);
  const answers: ({ from: string; service: string } & Estimate)[] = [];
  let exit: number = EXIT.success;
  try {
    for (const workflow of workflows) {
      const { from, service, connector, connection, options } = metadataOnly(workflow);
      try {
        const estimate = await estimateRun({
          connector,
          config: connection?.config,
          service,
          options,
          clock: systemClock,
          signal: interrupts.signal,
          ...(prompt === undefined ? {} : { prompt }),
        });
        answers.push({ from, service, ...estimate });
        if (!json)
          out.print(
            `${out.paint("bold", safe(from))}  ${out.paint("dim", safe(`${connector.manifest.title}, as ${service}`))}`,
            ...estimateLines(estimate, out),
          );
      } catch (error) {
        if (!isSourceError(error) || interrupts.signal.aborted) throw error;
        exit = EXIT.source;
        err.print(...problemLines(error.message, error.hint, err));
      }
    }
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    exit = EXIT.interrupted;
  } finally {
    interrupts.release();
  }
  if (json) out.json(answers);
  return exit;
}

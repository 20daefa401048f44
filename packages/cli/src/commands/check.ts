import { EXIT } from "@headwater/core";
import type { Call } from "../call.ts";
import { openProgress } from "../progress/progress.ts";
import { secretAsker } from "../run/ask-secret.ts";
import { checkSource, type CheckResult } from "../run/check-source.ts";
import { watchInterrupts } from "../run/interrupts.ts";
import { withKeptConnections } from "../run/kept-connection.ts";
import { namedWorkflows } from "../run/read-workflows.ts";
import { safe } from "../screen/safe-text.ts";
import { stepLines } from "../views/check-step.ts";

/** `headwater check` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const json = args.flag("json");
  const workflows = namedWorkflows(call).map(({ read }) => read());
  const whole = withKeptConnections(workflows, call);
  const interrupts = watchInterrupts((line) => err.print(line), err);
  const prompt = secretAsker(openProgress(err, true), interrupts.signal);
  const answers: object[] = [];
  let exit: number = EXIT.success;
  try {
    for (const workflow of whole) {
      const { from, service, connector } = workflow;
      if (!json)
        out.print(
          `${out.paint("bold", safe(from))}  ${out.paint("dim", safe(`${connector.manifest.title}, as ${service}`))}`,
        );
      const result = await checkSource(workflow, interrupts.signal, prompt, (step) => {
        if (!json) out.print(...stepLines(step, out));
      });
      const ok = isUsable(result);
      if (!ok) exit = EXIT.source;
      answers.push({ from, service, connector: connector.manifest.id, ok, ...result });
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

const isUsable = ({ steps }: CheckResult): boolean => steps.every(({ ok, required }) => ok || !required);

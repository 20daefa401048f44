import type { Call } from "../call.ts";
import { askedLine, askSources } from "../run/ask-sources.ts";
import { checkSource, type CheckResult } from "../run/check-source.ts";
import { stepLines } from "../views/check-step.ts";

/** `headwater check` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const json = args.flag("json");
  const answers: object[] = [];
  const exit = await askSources(call, async (workflow, { signal, prompt }) => {
    if (!json) out.print(askedLine(workflow, out));
    const result = await checkSource(workflow, signal, prompt, (step) => {
      if (!json) out.print(...stepLines(step, out));
    });
    const ok = isUsable(result);
    const { from, service, connector } = workflow;
    answers.push({ from, service, connector: connector.manifest.id, ok, ...result });
    return ok;
  });
  if (json) out.json(answers);
  return exit;
}

const isUsable = ({ steps }: CheckResult): boolean => steps.every(({ ok, required }) => ok || !required);

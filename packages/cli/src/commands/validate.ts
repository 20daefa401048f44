import {
  describeWorkflow,
  formatDescription,
  type HeadwaterError,
  isHeadwaterError,
  problemsOf,
} from "@headwater/core";
import { EXIT } from "@headwater/core";
import type { Call } from "../call.ts";
import { problemLines } from "../failure.ts";
import { checkStore, type Named, namedWorkflows } from "../run/read-workflows.ts";
import { safeLines } from "../screen/safe-text.ts";

/** `headwater validate` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const answers: unknown[] = [];
  let exit: number = EXIT.success;
  const refused = (named: Named, error: HeadwaterError): void => {
    if (exit === EXIT.success) exit = EXIT[error.exit];
    const { message, hint = null } = error;
    answers.push({ from: named.from, valid: false, error: { message, hint }, problems: problemsOf(error) });
    if (!args.flag("json")) err.print(...problemLines(message, error.hint, err));
  };
  for (const named of namedWorkflows(call)) {
    try {
      const workflow = named.read();
      const description = describeWorkflow(workflow);
      if (!args.flag("json")) out.print(...safeLines(formatDescription(description)));
      checkStore(call, [workflow]);
      answers.push({ ...description, valid: true });
    } catch (error) {
      if (!isHeadwaterError(error)) throw error;
      refused(named, error);
    }
  }
  if (args.flag("json")) out.json(answers);
  return exit;
}

/** Asking the sources of workflows something, one after the other, without reading them. */
import { EXIT, type Workflow } from "@headwater/core";
import type { Call } from "../call.ts";
import { openProgress } from "../progress/progress.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { type Ask, secretAsker } from "./ask-secret.ts";
import { watchInterrupts } from "./interrupts.ts";
import { withKeptConnections } from "./kept-connection.ts";
import { namedWorkflows } from "./read-workflows.ts";

/** What asking a source needs besides its workflow. */
export interface Asking {
  signal: AbortSignal;
  /** Asks for a secret; absent where nobody can be asked. */
  prompt: Ask | undefined;
}

/**
 * Asks the source of each workflow the command names. `ask` says whether all was well. The exit code: that of a source where one was
 * not, and of an interruption, after which no more are asked.
 */
export async function askSources(
  call: Call,
  ask: (workflow: Workflow, asking: Asking) => Promise<boolean>,
): Promise<number> {
  const { err } = call;
  const workflows = withKeptConnections(
    namedWorkflows(call).map(({ read }) => read()),
    call,
  );
  const interrupts = watchInterrupts((line) => err.print(line), err);
  const prompt = secretAsker(openProgress(err, true), interrupts.signal);
  let exit: number = EXIT.success;
  try {
    for (const workflow of workflows)
      if (!(await ask(workflow, { signal: interrupts.signal, prompt }))) exit = EXIT.source;
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    exit = EXIT.interrupted;
  } finally {
    interrupts.release();
  }
  return exit;
}

/** The line above what a source answered. */
export function askedLine({ from, service, connector }: Workflow, { paint }: Look): string {
  return `${paint("bold", safe(from))}  ${paint("dim", safe(`${connector.manifest.title}, as ${service}`))}`;
}

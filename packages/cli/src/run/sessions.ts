import {
  BUDGET_WORDS,
  type Decorator,
  HeadwaterError,
  limitBudget,
  parseBudget,
  record,
  recordedRun,
  Recording,
  RECORDING_FORMAT,
  RecordingWriter,
  replay,
  type Workflow,
  workflowOfRecording,
} from "@headwater/core";
import type { Call } from "../call.ts";
import { namedWorkflows, workflowContext } from "./read-workflows.ts";

/** What the command line puts around the sessions of its runs. */
export interface Sessions {
  workflows: Workflow[];
  /** Whether everything has to be read, whatever is known of it. */
  whole: boolean;
  /** What to put around sessions, from now on. Throws a `HeadwaterError` where a recording cannot be written. */
  begin(): readonly Decorator[];
  /** Ends a recording. Returns what to say about it. */
  end(): string | null;
}

/** The workflows of a call and what `--record`, `--replay` and `--budget` make of their sessions. Throws a `HeadwaterError` (`usage`). */
export function openSessions(call: Call): Sessions {
  const { args } = call;
  const [recordTo, replayFrom] = [args.value("record"), args.value("replay")];
  const budget = budgetOf(args.value("budget"));
  if (recordTo === undefined && args.flag("keep-literals"))
    throw new HeadwaterError("usage", "--keep-literals says how to record, and --record is not given.");
  if (replayFrom === undefined) {
    const workflows = namedWorkflows(call).map(({ read }) => read());
    if (recordTo === undefined) return { workflows, whole: false, begin: () => budget, end: () => null };
    return recording(recordTo, workflows, args.flag("keep-literals") ? "kept" : "replaced", budget);
  }
  if (recordTo !== undefined) throw new HeadwaterError("usage", "--record and --replay do not go together.");
  if (args.words.length + args.list("config").length > 0 || args.value("service") !== undefined)
    throw new HeadwaterError(
      "usage",
      "A recording knows what was read from where: --replay takes no source beside it.",
      {
        hint: `headwater ingest --replay ${replayFrom}`,
      },
    );
  const recorded = new Recording(replayFrom);
  return {
    workflows: [workflowOfRecording(recorded, workflowContext().connectorFor)],
    whole: true,
    begin: () => [replay(recorded), ...budget],
    end: () => {
      recorded.close();
      return null;
    },
  };
}

function recording(path: string, workflows: Workflow[], literals: "kept" | "replaced", more: Decorator[]): Sessions {
  const [workflow, second] = workflows;
  if (workflow === undefined || second !== undefined)
    throw new HeadwaterError("usage", "--record records one workflow at a time.");
  if (workflow.kind !== "metadata")
    throw new HeadwaterError(
      "usage",
      `--record records metadata workflows, and ${workflow.from} is a ${workflow.kind} workflow.`,
    );
  let writer: RecordingWriter | null = null;
  return {
    workflows,
    whole: true,
    begin() {
      writer = new RecordingWriter(path, {
        headwaterRecording: RECORDING_FORMAT,
        connector: `${workflow.connector.manifest.id}@${workflow.connectorVersion}`,
        literals,
        recordedAt: new Date().toISOString(),
        run: recordedRun(workflow),
      });
      return [record(writer, literals), ...more];
    },
    end() {
      if (writer === null) return null;
      writer.finish();
      const kept = literals === "kept" ? "names, literals and comments as they are" : "names as they are, no literals";
      return `Recorded in ${path}: ${kept}. See what is in it: headwater recording inspect ${path}`;
    },
  };
}

function budgetOf(typed: string | undefined): Decorator[] {
  if (typed === undefined) return [];
  const budget = parseBudget(typed);
  if (budget === null) throw new HeadwaterError("usage", `--budget must be ${BUDGET_WORDS}, and is ${typed}.`);
  return [limitBudget(budget)];
}

import { CatalogStore, type Database, lastSeq, openDatabase } from "@headwater/catalog";
import {
  decorate,
  definitionsOnly,
  EXIT,
  formatProblem,
  HeadwaterError,
  isHeadwaterError,
  type MetadataWorkflow,
  type QueryWorkflow,
  type RunEvent,
  runMetadata,
  type RunOptions,
  systemClock,
  type Workflow,
} from "@headwater/core";
import type { Call } from "../call.ts";
import { catalogPath } from "../catalog/open.ts";
import { goOnWithoutReader } from "../outputs.ts";
import { problemLines } from "../failure.ts";
import { openProgress, type Progress } from "../progress/progress.ts";
import { secretAsker } from "../run/ask-secret.ts";
import { eachChangeSince } from "../run/changes-since.ts";
import { scratchCopy } from "../run/dry-run.ts";
import { watchInterrupts } from "../run/interrupts.ts";
import { completed } from "../run/kept-connection.ts";
import { type EventSink, openEvents, openReport } from "../run/output-files.ts";
import { checkStore } from "../run/read-workflows.ts";
import { exitOf, reportOf, type RunOutcome } from "../run/report.ts";
import { runSettings } from "../run/run-settings.ts";
import { openSessions, type Sessions } from "../run/sessions.ts";
import { safeLines } from "../screen/safe-text.ts";
import { outcomeLines } from "../views/outcome.ts";

/** `headwater ingest` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const [quiet, json, dryRun, eventsTo] = [
    args.flag("quiet"),
    args.flag("json"),
    args.flag("dry-run"),
    args.value("events"),
  ];
  if (json && eventsTo === "-")
    throw new HeadwaterError("usage", "--json and --events - both want standard output.", {
      hint: "Send one of them into a file: --report FILE or --events FILE",
    });
  // Everything is read before anything runs: a mistake in the last file shows at once.
  const settings = runSettings(call);
  const sessions = openSessions(call);
  const workflows = sessions.workflows.flatMap(withLineage);
  checkStore(call, workflows);
  const writeReport = openReport(args.value("report"));
  goOnWithoutReader();
  const path = catalogPath(call);
  const catalog = dryRun ? scratchCopy(path) : openForWriting(path);
  const progress = openProgress(err, quiet);
  const events = openEvents(eventsTo, out.stream, (message) => progress.say(message));
  const interrupts = watchInterrupts((line) => progress.say(line), err);
  const outcomes: RunOutcome[] = [];
  let crash: { error: unknown } | null = null;
  try {
    // Where no metadata could be read, the lineage that would have followed says nothing new.
    const lost = new Set<string>();
    for (const workflow of workflows) {
      if (lost.has(workflow.from)) continue;
      if (!quiet) for (const problem of workflow.warnings) progress.say(warningLine(formatProblem(problem), call));
      const context = { call, db: catalog.db, progress, events, sessions, signal: interrupts.signal };
      const changed = withSettings(workflow, settings);
      const outcome: RunOutcome = { workflow: changed, result: null, error: null, events: [], changes: null };
      outcomes.push(outcome);
      await ingest(outcome, dryRun, context);
      if (outcome.error !== null) for (const line of failureLines(outcome.error, call)) progress.say(line);
      if (exitOf(outcome) === EXIT.interrupted) break;
      if (outcome.result === null) lost.add(workflow.from);
    }
  } catch (error) {
    crash = { error };
  } finally {
    progress.end();
    const said = sessions.end();
    if (said !== null && !quiet) err.print(said);
    interrupts.release();
    events.close();
    catalog.remove();
  }
  const exit = outcomes.map(exitOf).find((code) => code !== EXIT.success) ?? EXIT.success;
  const report = reportOf(path, dryRun, exit, outcomes);
  const unwritten = written(() => writeReport(report));
  if (unwritten !== null) err.print(...failureLines(unwritten, call));
  if (crash !== null) throw crash.error;
  if (json) out.json(report);
  else if (!quiet || exit !== EXIT.success) {
    const screen = eventsTo === "-" || quiet ? err : out;
    for (const outcome of outcomes) screen.print(...outcomeLines(outcome, screen).slice(0, quiet ? 2 : undefined));
  }
  if (exit === EXIT.interrupted && !dryRun)
    err.print("The same command goes on from here; with --fresh it begins anew.");
  return exit === EXIT.success && unwritten !== null ? EXIT[unwritten.exit] : exit;
}

/** Why something could not be written; how a run ended matters more, and is told as well. */
function written(write: () => void): HeadwaterError | null {
  try {
    write();
    return null;
  } catch (error) {
    if (!isHeadwaterError(error)) throw error;
    return error;
  }
}

interface Context {
  call: Call;
  db: Database;
  progress: Progress;
  events: EventSink;
  sessions: Sessions;
  signal: AbortSignal;
}

/** The workflows of one source: a URL stands for its lineage too, as far as the catalog has what it takes. */
function withLineage(workflow: Workflow): Workflow[] {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(workflow.from);
  if (!isUrl || workflow.kind !== "metadata" || workflow.connector.manifest.sql === undefined) return [workflow];
  const lineage: QueryWorkflow = {
    ...workflow,
    kind: "lineage",
    pipelineName: "lineage",
    pipelineFacts: { pipelineType: "lineage" },
    logOf: null,
    options: definitionsOnly(),
    allowEmpty: true,
    warnings: [],
  };
  return [workflow, lineage];
}

/** A workflow with what the command line says instead of the file. */
function withSettings(workflow: Workflow, settings: Partial<RunOptions>): Workflow {
  if (workflow.kind === "metadata")
    return { ...workflow, options: { ...workflow.options, ...settings } } satisfies MetadataWorkflow;
  const { threads = workflow.options.threads } = settings;
  return { ...workflow, options: { ...workflow.options, threads } };
}

/** Runs one workflow into a catalog and fills its outcome. What nobody foresaw is thrown. */
async function ingest(outcome: RunOutcome, dryRun: boolean, context: Context): Promise<void> {
  const { call, db, progress, events, sessions, signal } = context;
  const before = lastSeq(db);
  const prompt = secretAsker(progress, signal);
  const emit = (event: RunEvent): void => {
    outcome.events.push(event);
    progress.show(event);
    events.write(event);
  };
  try {
    const { workflow } = outcome;
    const allowEmpty = workflow.allowEmpty || call.args.flag("allow-empty");
    if (workflow.kind === "metadata") {
      const whole = completed(workflow, db);
      outcome.result = await runMetadata({
        ...whole,
        connector: decorate(whole.connector, ...sessions.begin()),
        config: whole.connection?.config,
        fresh: sessions.whole || call.args.flag("fresh"),
        rereadAll: sessions.whole,
        allowEmpty,
        store: new CatalogStore(db),
        clock: systemClock,
        signal,
        emit,
        ...(prompt === undefined ? {} : { prompt }),
      });
    } else {
      // The engine that reads SQL is loaded where SQL is read.
      const { lineageOfWorkflow } = await import("../run/run-lineage.ts");
      outcome.result = await lineageOfWorkflow(workflow, db, { allowEmpty, signal, emit, prompt });
    }
  } catch (error) {
    if (!isHeadwaterError(error)) throw error;
    outcome.error = error;
  }
  if (dryRun) outcome.changes = [...eachChangeSince(db, before)];
}

function openForWriting(path: string): { db: Database; remove(): void } {
  const db = openDatabase(path);
  return { db, remove: () => db.close() };
}

const warningLine = (text: string, { err }: Call): string => `${err.paint("yellow", "!")} ${safeLines(text).join(" ")}`;

const failureLines = (error: HeadwaterError, { err }: Call): string[] => problemLines(error.message, error.hint, err);

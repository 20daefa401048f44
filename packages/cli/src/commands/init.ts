import { existsSync, writeFileSync } from "node:fs";
import {
  ConfigShape,
  type Connector,
  EXIT,
  everythingConfig,
  formatProblem,
  HeadwaterError,
  type InstalledConnector,
  isHeadwaterError,
  isSourceError,
  loadConnector,
  type MetadataWorkflow,
  problemsOf,
  readWorkflow,
} from "@headwater/core";
import type { Call } from "../call.ts";
import { problemLines } from "../failure.ts";
import { type Asker, openAsker } from "../init/ask.ts";
import { type Question, questionsOf, valueOf, wrongAnswer } from "../init/questions.ts";
import { openProgress } from "../progress/progress.ts";
import { rememberSecrets } from "../redact.ts";
import { secretAsker } from "../run/ask-secret.ts";
import { checkSource } from "../run/check-source.ts";
import { findConnector } from "../run/find-connector.ts";
import { installedConnectors } from "../run/installed-connectors.ts";
import { watchInterrupts } from "../run/interrupts.ts";
import { metadataOnly, workflowContext } from "../run/read-workflows.ts";
import { safe } from "../screen/safe-text.ts";
import type { Screen } from "../screen/screen.ts";
import { stepLines } from "../views/check-step.ts";

/** `headwater init` */
export async function run(call: Call): Promise<number> {
  const { args, err } = call;
  const asker = openAsker(err);
  const installed = await chosenConnector(args.words[0], asker);
  const connector = loadConnector(installed);
  const draft = await filledIn(connector, args.words[0], asker, err);
  const file = await asker.ask(
    "File to write",
    `${draft.service.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.yaml`,
    (name) => (existsSync(name) ? `${name} is there already, and nothing is overwritten.` : null),
  );
  try {
    writeFileSync(file, draft.text, { flag: "wx" });
  } catch (error) {
    throw new HeadwaterError("usage", `${file} cannot be written: ${(error as Error).message}.`, { cause: error });
  }
  err.print(`${err.paint("green", "✓")} ${safe(file)} is written.`);
  return checked(draft, connector, file, call);
}

async function chosenConnector(typed: string | undefined, { ask }: Asker): Promise<InstalledConnector> {
  const { installed } = installedConnectors();
  const ids = installed.map(({ manifest }) => manifest.id);
  const [only, second] = installed;
  if (typed === undefined && only !== undefined && second === undefined) return only;
  if (typed !== undefined || only === undefined) return findConnector(installed, typed ?? "");
  const id = await ask(`Which source (${ids.join(", ")})`, ids[0], (name) =>
    ids.includes(name) ? null : `Installed are ${ids.join(", ")}.`,
  );
  return findConnector(installed, id);
}

/** A workflow file that can be read. */
interface Draft {
  service: string;
  text: string;
  /** Environment variables it refers to that are not set. */
  unset: string[];
}

type Answers = Map<string, string>;

/** Asks until the file that comes of it has nothing wrong with it. */
async function filledIn(connector: Connector, typed: string | undefined, asker: Asker, err: Screen): Promise<Draft> {
  const { types, id, title } = connector.manifest;
  const type = typed !== undefined && Object.hasOwn(types, typed) ? typed : (Object.keys(types)[0] ?? id);
  err.print(err.paint("dim", `${title}: Enter takes what stands in brackets, Ctrl-C ends without writing anything.`));
  const answers: Answers = new Map();
  for (;;) {
    const draft = await asked(connector, type, answers, asker);
    const problems = problemsWith(draft, connector);
    if (problems.length === 0) return draft;
    err.print(...problems.map((problem) => `${err.paint("yellow", "!")} ${safe(problem)}`), "Once more, from the top:");
  }
}

async function asked(connector: Connector, type: string, answers: Answers, { ask }: Asker): Promise<Draft> {
  const remember = async (
    key: string,
    question: string,
    fallback: string,
    check?: (answer: string) => string | null,
  ): Promise<string> => {
    const answer = await ask(question, answers.get(key) ?? fallback, check);
    answers.set(key, answer);
    return answer;
  };
  const service = await remember("service name", "Name of the service in the catalog", connector.manifest.id);
  const questions = questionsOf(ConfigShape.of(connector.config));
  const keyOf = ({ path }: Question): string => path.join(".");
  const given: [Question, string | number | boolean][] = [];
  const unset: string[] = [];
  const takeValue = async (question: Question): Promise<void> => {
    const { shape } = question;
    const key = keyOf(question);
    const words = shape.choices.length > 0 ? `${key}: one of ${shape.choices.join(", ")}` : key;
    const answer = await remember(key, words, shape.fallback ?? "", (text) => wrongAnswer(question, text));
    if (answer !== "" && answer !== shape.fallback) given.push([question, valueOf(question, answer)]);
  };
  const takeSecret = async (question: Question): Promise<void> => {
    const key = keyOf(question);
    const guess = `${service}_${question.path.at(-1) ?? ""}`.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
    const name = await remember(
      key,
      `Environment variable that holds ${key}${question.required ? "" : ", or - for none"}`,
      guess.replace(/^(?=\d)/, "_"),
      (text) =>
        (text === "-" && !question.required) || /^[A-Z_][A-Z0-9_]*$/.test(text)
          ? null
          : "The name of a variable has capitals, digits and underscores. The secret itself is never written.",
    );
    if (name === "-") return;
    given.push([question, `\${${name}}`]);
    if (process.env[name] === undefined) unset.push(name);
  };
  const secrets = questions.filter(({ shape }) => shape.secret);
  const [mainSecret] = secrets;
  const first = questions.filter((question) => question.required || question === mainSecret);
  for (const question of first) await (question.shape.secret ? takeSecret(question) : takeValue(question));
  const rest = questions.filter((question) => !first.includes(question));
  if (rest.length > 0) {
    const keys = rest.map(keyOf);
    // What is deeper is asked for seldom, and taken all the same.
    const common = rest.filter(({ path }) => path.length === 1).map(keyOf);
    const more = await remember("more", `Anything else, separated by commas: ${common.join(", ")}`, "none", (text) => {
      const strange = listed(text).find((key) => !keys.includes(key));
      return strange === undefined ? null : `There is no ${strange} among them.`;
    });
    for (const question of rest)
      if (listed(more).includes(keyOf(question)))
        await (question.shape.secret ? takeSecret(question) : takeValue(question));
  }
  return { service, text: await fileText(connector, type, service, given), unset };
}

const listed = (text: string): string[] =>
  text === "none"
    ? []
    : text
        .split(",")
        .map((key) => key.trim())
        .filter((key) => key !== "");

async function fileText(
  { manifest }: Connector,
  type: string,
  serviceName: string,
  given: readonly [Question, string | number | boolean][],
): Promise<string> {
  const connection: Record<string, unknown> = { type: manifest.types[type] };
  for (const [{ path }, value] of given) {
    let at = connection;
    for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[path.at(-1) ?? ""] = value;
  }
  const { stringify } = await import("yaml");
  return stringify({
    source: {
      type,
      serviceName,
      serviceConnection: { config: connection },
      sourceConfig: { config: everythingConfig(manifest.service) },
    },
  });
}

/** What is wrong with the file, in words. Secrets that are not there yet are none of it. */
function problemsWith({ text, unset }: Draft, connector: Connector): string[] {
  try {
    readDraft(text, "the file", Object.fromEntries(unset.map((name) => [name, "unset"])), connector);
    return [];
  } catch (error) {
    if (!isHeadwaterError(error)) throw error;
    const problems = problemsOf(error);
    return problems.length === 0 ? [error.message] : problems.map(formatProblem);
  }
}

function readDraft(text: string, file: string, more: Record<string, string>, connector: Connector): MetadataWorkflow {
  const context = workflowContext();
  return metadataOnly(
    readWorkflow(text, file, {
      ...context,
      env: { ...context.env, ...more },
      connectorFor: () => ({ connector, version: "0.0.0" }),
    }),
  );
}

/** Tries the connection, with the secrets that are not in the environment asked for. */
async function checked({ text, unset }: Draft, connector: Connector, file: string, { err }: Call): Promise<number> {
  const interrupts = watchInterrupts((line) => err.print(line), err);
  const prompt = secretAsker(openProgress(err, true), interrupts.signal);
  try {
    const secrets: Record<string, string> = {};
    for (const name of unset) {
      const typed = await prompt?.(`${name} is not set. Its value for a check now (it is not kept):`);
      secrets[name] = typed?.reveal() ?? "";
    }
    const workflow = readDraft(text, file, secrets, connector);
    rememberSecrets(workflow.connection?.config);
    const { steps } = await checkSource(workflow, interrupts.signal, prompt, (step) =>
      err.print(...stepLines(step, err)),
    );
    const ok = steps.every((step) => step.ok || !step.required);
    const exports = unset.map((name) => `export ${name}=…`);
    err.print(
      ok ? "Next:" : "The connection does not work yet. When it does:",
      ...[...exports, `headwater ingest -c ${file}`].map((line) => `  ${safe(line)}`),
    );
    return ok ? EXIT.success : EXIT.source;
  } catch (error) {
    if (interrupts.signal.aborted) return EXIT.interrupted;
    if (!isSourceError(error)) throw error;
    err.print(...problemLines(error.message, error.hint, err));
    return EXIT.source;
  } finally {
    interrupts.release();
  }
}

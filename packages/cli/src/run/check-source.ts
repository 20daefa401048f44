import {
  type CheckStep,
  isSourceError,
  type OpenSession,
  type Secret,
  type ServerFacts,
  SessionPool,
  type SourceError,
  systemClock,
  type Workflow,
} from "@headwater/core";

/** One step of a check, done. */
export interface StepResult {
  name: string;
  required: boolean;
  ok: boolean;
  /** What the step found out. */
  text: string | null;
  /** Why it failed, and what does not work because of it. */
  failure: { code: string; message: string; hint: string | null; loses: string } | null;
}

/** What a check of one source found. */
export interface CheckResult {
  server: ServerFacts | null;
  steps: StepResult[];
}

/** Connects to the source of a workflow and tries the connector's steps, one after the other, each with a session that works. */
export async function checkSource(
  { connector, connection }: Workflow,
  signal: AbortSignal,
  prompt: ((question: string) => Promise<Secret | null>) | undefined,
  onStep: (step: StepResult) => void,
): Promise<CheckResult> {
  const pool = new SessionPool({
    connector,
    config: connection?.config,
    intent: "metadata",
    limit: 1,
    signal,
    clock: systemClock,
    ...(prompt === undefined ? {} : { prompt }),
  });
  const result: CheckResult = { server: null, steps: [] };
  const add = (step: StepResult): void => {
    result.steps.push(step);
    onStep(step);
  };
  try {
    const connect = { name: "Connect and sign in", required: true, loses: "everything" };
    try {
      result.server = await pool.hello();
      // The connector's own steps say more, where it has any.
      if (connector.check.length === 0)
        add({ name: connect.name, required: true, ok: true, text: result.server.version, failure: null });
    } catch (error) {
      if (!isSourceError(error)) throw error;
      add(failed(connect, error));
      return result;
    }
    for (const step of connector.check) add(await tryStep(step, pool, signal));
    return result;
  } finally {
    await pool.close();
  }
}

async function tryStep(step: CheckStep, pool: SessionPool, signal: AbortSignal): Promise<StepResult> {
  let opened: OpenSession | null = null;
  let broken = true;
  try {
    opened = await pool.acquire("");
    await opened.driver.begin(signal);
    const text = await step.run(opened.session);
    await opened.driver.end();
    broken = false;
    return { name: step.name, required: step.required, ok: true, text: text ?? null, failure: null };
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return failed(step, error);
  } finally {
    // After a failure the next step gets a new session: one must not make the others fail.
    if (opened !== null) await pool.release(opened, broken);
  }
}

function failed(
  { name, required, loses }: Pick<CheckStep, "name" | "required" | "loses">,
  error: SourceError,
): StepResult {
  const { code, message, hint = null } = error;
  return { name, required, ok: false, text: null, failure: { code, message, hint, loses } };
}

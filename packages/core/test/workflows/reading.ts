/** Short ways to read a workflow in a test. */
import { expect } from "vitest";
import { isSecret } from "../../src/connector/secret.ts";
import { isHeadwaterError } from "../../src/errors.ts";
import {
  type MetadataWorkflow,
  type Problem,
  problemsOf,
  readWorkflow,
  type Workflow,
} from "../../src/workflows/index.ts";
import { contextOf } from "./connectors.ts";

/** A metadata workflow of PostgreSQL; `more` is put where the marks `# source`, `# connection` … stand. */
export function workflowText(
  parts: { connection?: string; config?: string; workflowConfig?: string; root?: string } = {},
): string {
  const indented = (text: string | undefined, by: number): string =>
    (text ?? "").trim() === "" ? "" : `\n${(text as string).trimEnd().replaceAll(/^(?=.)/gm, " ".repeat(by))}`;
  return `source:
  type: postgres
  serviceName: shop
  serviceConnection:
    config:
      type: Postgres
      hostPort: localhost:5432
      username: reader${indented(parts.connection, 6)}
  sourceConfig:
    config:
      type: DatabaseMetadata${indented(parts.config, 6)}
sink:
  type: metadata-rest
  config: {}
workflowConfig:
  loggerLevel: INFO${indented(parts.workflowConfig, 2)}${indented(parts.root, 0)}
`;
}

/** Reads a text as the file `pg.yaml`, whatever kind of workflow it is. */
export function readAny(text: string, env: Record<string, string> = {}, files: Record<string, string> = {}): Workflow {
  return readWorkflow(text, "conf/pg.yaml", contextOf(env, files));
}

/** Reads a metadata workflow as the file `pg.yaml`. */
export function read(
  text: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
): MetadataWorkflow {
  const workflow = readAny(text, env, files);
  if (workflow.kind !== "metadata") throw new Error(`It is a ${workflow.kind} workflow.`);
  return workflow;
}

/** The problems a text has, as `line:column path message | hint`. Fails when it has none, or when anything else is thrown. */
export function problemsIn(
  text: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
): string[] {
  return caught(() => read(text, env, files)).map(short);
}

/** The problems that a call throws. */
export function caught(call: () => unknown): readonly Problem[] {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  if (!isHeadwaterError(thrown)) throw thrown ?? new Error("Nothing was wrong with it.");
  expect(thrown.exit).toBe("usage");
  const problems = problemsOf(thrown);
  expect(problems.length).toBeGreaterThan(0);
  return problems.filter(({ severity }) => severity === "error");
}

export function short({ at, path, message, hint }: Problem): string {
  return `${at === null ? "-" : `${at.line}:${at.column}`} ${path} ${message}${hint === undefined ? "" : ` | ${hint}`}`;
}

/** What a secret at a path of a connection's configuration is, or `undefined` where none is. */
export function revealed(workflow: Workflow, ...path: string[]): string | undefined {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    workflow.connection?.config,
  );
  return isSecret(value) ? value.reveal() : undefined;
}

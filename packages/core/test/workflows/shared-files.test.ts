import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeWorkflow, readWorkflow, type Workflow } from "../../src/workflows/index.ts";
import { sharedFolder } from "./shared-folder.ts";
import { contextOf } from "./connectors.ts";
import { caught } from "./reading.ts";

const folder = join(sharedFolder, "data", "workflows");
const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name)) : [];
const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");
/** Files of kinds that do not run yet say so in one of these lines. */
const isOfRefusedKind = (name: string): boolean => /^ *type: *DBT|^filePath:/m.test(textOf(name));

/** Every variable a file uses is set; one that is not is another test's matter. */
function readFile(name: string): Workflow {
  const text = textOf(name);
  const variables = text.matchAll(/\$\{?([A-Z_][A-Z0-9_]*)/g).map(([, variable]) => [variable, `value-of-${variable}`]);
  return readWorkflow(text, name, contextOf(Object.fromEntries(variables) as Record<string, string>));
}

describe("real workflow files", () => {
  test("are there", ({ skip }) => {
    skip(files.length === 0, `${folder} is not there; HEADWATER_SHARED can name another folder`);
    expect(files.length).toBeGreaterThan(0);
  });

  test.for(files.filter((name) => !isOfRefusedKind(name)))("%s is read", (name) => {
    const text = textOf(name);
    const workflow = readFile(name);
    expect(text).toContain(workflow.service.replaceAll(/value-of-(\w+)/g, "${$1}"));
    expect(workflow.server === null).toBe(!text.includes("openMetadataServerConfig"));
    expect(workflow.connection === null).toBe(!text.includes("serviceConnection"));
    expect(JSON.stringify(workflow.serviceFacts)).not.toMatch(/password": ?"[^$]|value-of/i);
    expect(describeWorkflow(workflow).reads.length).toBeGreaterThan(0);
  });

  test.for(files.filter(isOfRefusedKind))("%s is refused by name", (name) => {
    const problems = caught(() => readFile(name));
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^This is a (lineage|dbt) workflow/) as string,
    ]);
  });
});

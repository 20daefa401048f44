import * as fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { describeWorkflow, formatDescription, problemsOf, readWorkflow } from "../../src/workflows/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { contextOf } from "./connectors.ts";
import { workflowText } from "./reading.ts";

/** What a text was read as: a workflow that can be described, problems with places in the text, or neither. */
function outcome(text: string): string {
  try {
    const workflow = readWorkflow(text, "any.yaml", contextOf({ NAME: "value" }, { "pw.txt": "x" }));
    return formatDescription(describeWorkflow(workflow)).includes(workflow.service)
      ? "workflow"
      : "nothing to describe";
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) return `thrown: ${String(error)}`;
    const lines = text.split(/\r\n|\r|\n/).length;
    const odd = problems.find(
      ({ at, message }) => message === "" || (at !== null && (at.line < 1 || at.line > lines + 1 || at.column < 1)),
    );
    return odd === undefined ? "problems" : `an odd problem: ${JSON.stringify(odd)}`;
  }
}
const EXPECTED = /^(workflow|problems)$/;

const runs = { seed: SEED, numRuns: 300 * SOAK };

test("any text", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
      expect(outcome(text)).toMatch(EXPECTED);
    }),
    runs,
  );
});

test("any text of YAML's own characters", () => {
  const unit = fc.constantFrom(
    ...Array.from("a:- \n\t[]{},'\"#&*!|>%@`?$<~1.\r"),
    "\n  ",
    ": ",
    "- ",
    "---\n",
    "<<: *a",
    "&a ",
    "${",
    "source: ",
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
      expect(outcome(text)).toMatch(EXPECTED);
    }),
    runs,
  );
});

const FULL = workflowText({
  connection:
    "password: $NAME\nauthType: {password: '${file:pw.txt}'}\nsslConfig: {sslKey: x}\ndatabaseFilterPattern: {includes: ['^a$']}",
  config:
    "includeViews: false\nthreads: 2\ntableFilterPattern: {includes: [a.*], excludes: ['(?P<x>b)(?P=x)']}\nincremental: {enabled: true}\nownerConfig: {default: x}",
  workflowConfig: "successThreshold: 80\nopenMetadataServerConfig: {hostPort: x}\nconfig: {headwater: {maxDelete: 5%}}",
  root: "ingestionPipelineFQN: shop.x\nprocessor: {type: y}",
});

test("a workflow with characters taken out, put in and doubled", () => {
  const at = fc.nat(FULL.length);
  const unit = fc.constantFrom(...Array.from(":- \n\t[]{},'\"#&*!|>$~0x"), "\n  ", "hunter2");
  const edit = fc.tuple(at, fc.nat(12), fc.string({ unit, maxLength: 3 }));
  let whole = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const text = edits.reduce(
        (before, [from, length, put]) => before.slice(0, from) + put + before.slice(from + length),
        FULL,
      );
      const found = outcome(text);
      expect(found).toMatch(EXPECTED);
      if (found === "workflow") whole += 1;
    }),
    runs,
  );
  expect(outcome(FULL)).toBe("workflow");
  expect(whole).toBeGreaterThan(runs.numRuns / 100);
});

test("a workflow's keys with values of every kind", { timeout: 30_000 }, () => {
  const keys = FULL.match(/[A-Za-z]+(?=:)/g) as string[];
  const scalar = fc.oneof(
    fc.constantFrom(
      "postgres",
      "kafka",
      "DatabaseMetadata",
      "DatabaseLineage",
      "$NAME",
      "${",
      "yes",
      "20%",
      "^a$",
      "(a",
      "shop.x",
      "",
    ),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { map } = fc.letrec<{ any: unknown; map: unknown }>((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, scalar, tie("map"), fc.array(tie("any"), { maxLength: 3 })),
    map: fc.dictionary(fc.constantFrom(...keys), tie("any"), { maxKeys: 5 }),
  }));
  const source = fc.record(
    {
      type: fc.constantFrom("postgres", "kafka", "superset", 7),
      serviceName: scalar,
      serviceConnection: fc.record({ config: map }, { requiredKeys: [] }),
      sourceConfig: fc.record({ config: map }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );
  const file = fc.record({ source: fc.oneof(source, map), workflowConfig: map, sink: map }, { requiredKeys: [] });
  fc.assert(
    fc.property(file, fc.boolean(), (value, json) => {
      expect(outcome(json ? JSON.stringify(value) : stringify(value))).toMatch(EXPECTED);
    }),
    runs,
  );
});

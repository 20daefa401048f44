/** The views of a report: for a terminal, for a page, for a badge. `JSON.stringify` is the fourth. */
import type { Report, RuleResult } from "./check.ts";
import { RULES } from "./check.ts";
import { type Level, levelOf, LEVELS, type Rule } from "./rule.ts";

/** Where the guide is: this file of the package, one section per rule. */
export const GUIDE = "RULES.md";

/** Examples shown of what a rule saw, at most. */
const EXAMPLES = 5;

const count = (results: readonly RuleResult[], verdict: RuleResult["verdict"]["verdict"]): number =>
  results.filter((result) => result.verdict.verdict === verdict).length;

/** The anchor of a rule's section, as Markdown renderers make it. */
export const anchorOf = (id: string): string => id.toLowerCase().replaceAll(".", "");

/** One result in lines of text. A rule that holds takes one line, one that does not says everything. */
export function resultLines({ id, title, expected, verdict }: RuleResult): string[] {
  if (verdict.verdict === "passed")
    return [
      `  ✓ ${id}  ${title}${figuresOf(verdict.figures)}`,
      ...(verdict.note === undefined ? [] : [`      in part: ${verdict.note}`]),
    ];
  if (verdict.verdict === "skipped") return [`  – ${id}  ${title}`, `      skipped: ${verdict.reason}`];
  const more = verdict.saw.length - EXAMPLES;
  return [
    `  ✗ ${id}  ${title}`,
    `      expected: ${expected}`,
    ...verdict.saw.slice(0, EXAMPLES).map((line, at) => `      ${at === 0 ? "seen:     " : "          "}${line}`),
    ...(more > 0 ? [`                and ${more} more`] : []),
    `      guide:    ${GUIDE}#${anchorOf(id)}`,
  ];
}

function figuresOf(figures: Readonly<Record<string, number>> | undefined): string {
  const entries = Object.entries(figures ?? {});
  return entries.length === 0 ? "" : ` (${entries.map(([name, value]) => `${value} ${name}`).join(", ")})`;
}

/** The whole report in lines of text. */
export function reportLines(report: Report): string[] {
  const lines = [`${report.title} (${report.connector}) on ${report.source}`];
  for (const [level, name] of LEVELS.entries()) {
    const results = report.results.filter((result) => result.level === level);
    if (results.length === 0) continue;
    lines.push("", `L${level} ${name}`, ...results.flatMap(resultLines));
  }
  return [...lines, "", summaryOf(report)];
}

/** The report in one sentence. */
export function summaryOf({ results }: Report): string {
  const [pass, fail, skip] = [count(results, "passed"), count(results, "failed"), count(results, "skipped")];
  return `${pass} of ${results.length} rules hold, ${fail} do not, ${skip} were skipped.`;
}

/** The highest level of which, and of all below it, no rule failed and not all were skipped; `null` where there is none. */
export function levelReached({ results }: Report): Level | null {
  let reached: Level | null = null;
  for (const level of LEVELS.keys()) {
    const own = results.filter((result) => result.level === level);
    if (count(own, "failed") > 0 || count(own, "passed") === 0) break;
    reached = level as Level;
  }
  return reached;
}

/** A badge as shields.io reads it from a file ("endpoint badge"). */
export function badgeOf(report: Report): { schemaVersion: 1; label: string; message: string; color: string } {
  const level = levelReached(report);
  const color = level === null ? "red" : level === 5 ? "brightgreen" : level >= 3 ? "green" : "yellow";
  return {
    schemaVersion: 1,
    label: "headwater conformance",
    message: level === null ? "none" : `L${level}`,
    color,
  };
}

/** The report as a page. It holds no figures that differ from run to run. */
export function reportPage(report: Report): string {
  const signs = { passed: "✓", failed: "✗", skipped: "–" } as const;
  const guide = "../../packages/testkit/RULES.md";
  const rows = report.results.map(({ id, title, verdict }) => {
    return `| ${signs[verdict.verdict]} | [${id}](${guide}#${anchorOf(id)}) | ${title} | ${remarkOn(verdict).replaceAll("|", "\\|")} |`;
  });
  return [
    `# Conformance: ${report.title}`,
    "",
    `<!-- Written by the connector's conformance test; vitest -u writes it anew. -->`,
    "",
    `Checked on ${report.source}. ${summaryOf(report)}`,
    "",
    "| | rule | what holds | remark |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function remarkOn(verdict: RuleResult["verdict"]): string {
  if (verdict.verdict === "skipped") return verdict.reason;
  return (verdict.verdict === "failed" ? verdict.saw[0] : verdict.note) ?? "";
}

/** The guide: what every rule is about and how to mend what breaks it. */
export function guidePage(): string {
  const sections = RULES.map((rule: Rule) => [
    `### ${rule.id}`,
    "",
    `**${rule.title}.**`,
    "",
    `Expected: ${rule.expected}.`,
    "",
    rule.guide,
    "",
  ]);
  const levels = LEVELS.flatMap((name, level) => [
    `## L${level}: ${name}`,
    "",
    ...sections.filter((_, at) => levelOf(RULES[at] as Rule) === level).flat(),
  ]);
  return [
    "# The rules of conformance",
    "",
    "<!-- Written by test/guide.test.ts from the rules; vitest -u writes it anew. -->",
    "",
    "What every connector is held to, level by level. A rule that needs more than a fixture offers is skipped, and the report says why.",
    "",
    ...levels,
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

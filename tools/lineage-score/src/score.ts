import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Answer } from "./answer.ts";
import { type Data, type Part, type PlainStatement, dialectFor, readData } from "./data.ts";
import { measureLabelled, pairs } from "./measures/labelled.ts";
import { measureProcedures, recall } from "./measures/procedures.ts";
import { READ_KINDS, measureRead } from "./measures/read.ts";
import { type Asked, FAMILIES, type Verdict, judge, rate } from "./measures/silent.ts";
import { measureMemory, measureSpeed, timed } from "./measures/processes.ts";
import { measureTpc } from "./measures/tpc.ts";
import { type Difference, judgedIn, keyOf, toTriage } from "./triage.ts";
import { LIBPG_DIALECTS, askLibpg, loadLibpg } from "./systems/libpg.ts";
import { Memory } from "./systems/memory.ts";
import { askOurs } from "./systems/ours.ts";
import { askPolyglot } from "./systems/polyglot.ts";
import {
  type PythonMessage,
  type PythonSystem,
  type Question,
  askPython,
  findPython,
  fromPython,
} from "./systems/python.ts";

const PYTHON_SYSTEMS: readonly PythonSystem[] = ["sqlglot", "sqllineage", "openlineage"];

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    part: { type: "string", default: "all" },
    json: { type: "string" },
    differences: { type: "string" },
    "no-oracles": { type: "boolean", default: false },
    rounds: { type: "string", default: "32" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(`npm run score -- [--data DIR] [--part open|aside|all] [--json FILE] [--differences FILE] [--no-oracles]

  --data DIR           a folder with sqllineage-cases.json, tpc.json and statements/<dialect>.jsonl
                       (default: data/lineage in HEADWATER_SHARED, or in ../shared beside the checkout)
  --part PART          only the two thirds that were open while the engine was written, or the third that was set aside
  --json FILE          write the figures as JSON
  --differences FILE   write every miss and every difference, with its verdict in triage.md if it has one
  --no-oracles         leave out other systems (and with them the silent error)`);
  process.exit(0);
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = resolve(
  values.data ?? resolve(process.env["HEADWATER_SHARED"] ?? resolve(root, "..", "shared"), "data/lineage"),
);
if (!existsSync(folder)) {
  console.error(
    `There is no lineage data at ${folder}. Name a folder with --data, or set HEADWATER_SHARED to the folder that holds data/lineage.`,
  );
  process.exit(2);
}
if (values.part !== "open" && values.part !== "aside" && values.part !== "all") {
  console.error(`--part is open, aside or all, not ${values.part}.`);
  process.exit(2);
}
const part: Part = values.part;
const data = readData(folder, part);
const differences: Difference[] = [];
console.log(
  `${folder} (${part}): ${data.labelled.length} labelled cases, ${data.tpc.length} TPC queries, ${data.statements.length} statements\n`,
);

// --- labelled cases and TPC

const labelled = await measureLabelled(data.labelled);
const tableResults = labelled.filter(({ case: { kind } }) => kind !== "column");
const columnResults = labelled.filter(({ case: { kind } }) => kind === "column");
const percent = (share: number, whole: number): number | null => (whole === 0 ? null : round((100 * share) / whole));
const exact = (results: typeof labelled): number | null =>
  percent(results.filter((result) => result.exact).length, results.length);
for (const { case: one, exact: right, got, wanted } of labelled)
  if (!right)
    differences.push({
      kind: "label",
      dialect: one.dialect,
      id: one.id,
      text: `${one.sql.trim()}\n  got    ${got.join("; ")}\n  wanted ${wanted.join("; ")}`,
    });
const pairShare = pairs(columnResults);

const tpc = await measureTpc(data.tpc);
for (const { query, differences: lines } of tpc)
  if (lines.length > 0) differences.push({ kind: "tpc", dialect: query.dialect, id: query.id, text: lines.join("\n") });
const tpcColumns = percent(
  tpc.reduce((sum, one) => sum + one.exact, 0),
  tpc.reduce((sum, one) => sum + one.columns, 0),
);

// --- fully read, procedures

const read = await measureRead(data.statements);
for (const { statement, gaps } of read)
  if (gaps.length > 0)
    differences.push({
      kind: "read",
      dialect: statement.dialect,
      id: statement.id,
      text: `${statement.sql.trim()}\n${gaps.map((gap) => `  ${gap.reason}: ${gap.detail}`).join("\n")}`,
    });
const procedures = await measureProcedures(data.statements);
for (const { statement, expected, found } of procedures)
  if ((["insert", "update", "delete", "merge"] as const).some((kind) => found[kind] < expected[kind]))
    differences.push({
      kind: "procedure",
      dialect: statement.dialect,
      id: statement.id,
      text: `${statement.sql.trim()}\n  expected ${JSON.stringify(expected)} found ${JSON.stringify(found)}`,
    });

// --- silent error

const systems = ["ours", "sqlglot", "polyglot", "sqllineage", "openlineage", "libpg"];
const oracles = values["no-oracles"]
  ? { asked: [], seconds: new Map<string, number>(), missing: "--no-oracles" }
  : await ask(data);
const verdicts = new Map<string, Verdict[]>(systems.map((system) => [system, judge(system, oracles.asked)]));
for (const verdict of verdicts.get("ours") ?? []) {
  if (!verdict.differs) continue;
  const { asked, agreed, by, level } = verdict;
  const answer = asked.answers.get("ours")!;
  const shown = ({ sources, targets, columns }: Answer): string =>
    `< ${sources.join(", ")} > ${targets.join(", ")}\n         ${columns?.join("; ") ?? ""}`;
  differences.push({
    kind: "silent",
    dialect: asked.statement.dialect,
    id: asked.statement.id,
    text: `${asked.statement.sql.trim()}\n  ours   ${shown(answer)}\n  agreed ${shown(agreed)}\n  on ${level}, by ${by.join(", ")}`,
  });
}
const pythonMissing = oracles.missing;
const silentOurs = pythonMissing === null ? rate(verdicts.get("ours")!) : null;
const others = systems.filter((system) => system !== "ours").flatMap((system) => rate(verdicts.get(system)!) ?? []);
const silentBestOther = pythonMissing === null && others.length > 0 ? Math.min(...others) : null;

// --- speed and memory

const timedStatements = timed(data);
const speed = timedStatements.length === 0 ? null : measureSpeed(timedStatements, Number(values.rounds));
const rss = timedStatements.length === 0 ? null : measureMemory(timedStatements);

// --- report

const dialectNames = [
  ...new Set([...data.labelled, ...data.statements, ...data.tpc].map(({ dialect }) => dialect)),
].toSorted();
const byDialect: Record<string, Record<string, number | null>> = {};
for (const dialect of dialectNames) {
  const mine = read.filter(({ statement }) => statement.dialect === dialect);
  const judged = (verdicts.get("ours") ?? []).filter(({ asked }) => asked.statement.dialect === dialect);
  byDialect[dialect] = {
    "tables.exact": exact(tableResults.filter((result) => result.case.dialect === dialect)),
    "columns.exact": exact(columnResults.filter((result) => result.case.dialect === dialect)),
    "read.share": percent(mine.filter(({ gaps }) => gaps.length === 0).length, mine.length),
    "read.statements": mine.length,
    "silent.ours": pythonMissing === null ? round(rate(judged)) : null,
    "silent.statements": judged.length,
  };
}
const allRead = read.filter(({ gaps }) => gaps.length === 0).length;
const dml = recall(procedures);
const figures = {
  "tables.exact": exact(tableResults),
  "columns.exact": exact(columnResults),
  "columns.precision": round(100 * pairShare.precision),
  "columns.recall": round(100 * pairShare.recall),
  "tpc.columns": tpcColumns,
  "read.share": percent(allRead, read.length),
  "procedures.dml": percent(dml.found, dml.expected),
  "silent.ours": round(silentOurs),
  "silent.bestOther": round(silentBestOther),
  "silent.oursWithStars":
    pythonMissing === null ? round(rate(verdicts.get("ours")!, ({ differsInStars }) => differsInStars)) : null,
  "rate.perSecond": speed === null ? null : Math.round(speed.perSecond),
  "rate.toSpike": round(speed?.toSpike ?? null),
  "rate.p99ms": round(speed?.p99 ?? null),
  "rss.mb": rss,
};

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

const cell = (value: number | null | undefined): string =>
  (value === null || value === undefined ? "-" : value.toFixed(1)).padStart(9);
console.log(`${"dialect".padEnd(12)}   tables   columns     read  (of)   silent  (of)`);
for (const [dialect, row] of Object.entries(byDialect))
  console.log(
    `${dialect.padEnd(12)}${cell(row["tables.exact"])}${cell(row["columns.exact"])}${cell(row["read.share"])}${String(row["read.statements"]).padStart(6)}${cell(row["silent.ours"])}${String(row["silent.statements"]).padStart(6)}`,
  );
console.log(
  `\n${"system".padEnd(12)} answered   silent error, of what it was sure of and others agree on (stars held to be sure)   statements/s`,
);
for (const system of systems) {
  const list = verdicts.get(system) ?? [];
  const answered = oracles.asked.filter(({ answers }) => answers.has(system)).length;
  const perSecond = system === "ours" ? (speed?.perSecond ?? null) : (oracles.seconds.get(system) ?? null);
  console.log(
    `${system.padEnd(12)}${String(answered).padStart(9)}   ${cell(round(rate(list)))} %  of ${String(list.length).padStart(5)}   ${`(${cell(round(rate(list, ({ differsInStars }) => differsInStars))).trim()} %)`.padStart(44)}   ${(perSecond === null ? "" : String(Math.round(perSecond))).padStart(12)}`,
  );
}
if (pythonMissing !== null) console.log(`\nThe silent error is null: ${pythonMissing}.`);
const reasons = new Map<string, number>();
for (const { gaps } of read) for (const { reason } of gaps) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
console.log(`\ngaps by reason: ${[...reasons].map(([reason, count]) => `${reason} ${count}`).join(", ") || "none"}`);
console.log(
  `DML inside procedures: ${dml.found} of ${dml.expected}; spike ${Math.round(speed?.spikePerSecond ?? 0)} statements/s on the same ${timedStatements.length}\n`,
);
for (const [name, value] of Object.entries(figures))
  console.log(`${name.padEnd(20)} ${value === null ? "null" : value}`);

const triaged = judgedIn(readFileSync(new URL("../triage.md", import.meta.url), "utf8"));
const unjudged = differences.filter((difference) => !triaged.has(keyOf(difference)));
console.log(`\n${differences.length} misses and differences, ${unjudged.length} of them not judged in triage.md`);
for (const difference of unjudged.slice(0, 20)) console.log(`  ${keyOf(difference)}`);

if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ figures, byDialect, ...(pythonMissing === null ? {} : { missing: pythonMissing }) }, null, 2)}\n`,
  );
if (values.differences !== undefined) writeFileSync(values.differences, toTriage(differences));

// --- asking

interface Oracles {
  readonly asked: readonly Asked[];
  /** Statements a second of each system that was timed. */
  readonly seconds: ReadonlyMap<string, number>;
  /** Why there is no Python; null when there is. */
  readonly missing: string | null;
}

/** Everything that moves rows, the labelled statements among it: others have answers to those as well. */
function judgedStatements({ statements, labelled: cases }: Data): PlainStatement[] {
  const seen = new Set<string>();
  return [
    ...statements.filter(({ kind }) => READ_KINDS.has(kind) && kind !== "delete"),
    ...cases
      .filter(({ kind, schema }) => kind !== "split" && schema === null)
      .map(({ id, dialect, sql }) => ({ id, dialect, kind: "labelled", sql })),
  ].filter(({ dialect, sql }) => {
    const key = `${dialect}\0${sql.trim()}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

async function ask(all: Data): Promise<Oracles> {
  const judged = judgedStatements(all);
  const answers = judged.map(() => new Map<string, Answer>());
  const rates = new Map<string, number>();
  const keep = (index: number, system: string, answer: Answer | { error: string }): void => {
    if (!("error" in answer)) answers[index]!.set(system, answer);
  };
  for (const [index, { sql, dialect }] of judged.entries())
    keep(index, "ours", await askOurs(sql, dialectFor(dialect)));
  let started = performance.now();
  for (const [index, { sql, dialect }] of judged.entries()) keep(index, "polyglot", askPolyglot(sql, dialect));
  rates.set("polyglot", (1000 * judged.length) / (performance.now() - started));
  await loadLibpg();
  started = performance.now();
  const forLibpg = [...judged.entries()].filter(([, { dialect }]) => LIBPG_DIALECTS.has(dialect));
  for (const [index, { sql }] of forLibpg) keep(index, "libpg", askLibpg(sql));
  rates.set("libpg", (1000 * forLibpg.length) / (performance.now() - started));
  const python = await findPython();
  if ("missing" in python)
    return {
      asked: judged.map((statement, i) => ({ statement, answers: answers[i]! })),
      seconds: rates,
      missing: python.missing,
    };
  for (const system of PYTHON_SYSTEMS) {
    const version = python.versions[system];
    if (version === undefined) continue;
    const answered = new Memory<PythonMessage>(system, `${version}-r1`);
    const questions: Question[] = [];
    const indexes: number[] = [];
    let seconds = 0;
    const receive = (index: number, message: PythonMessage): void => {
      seconds += message.seconds;
      keep(index, system, fromPython(message));
    };
    for (const [index, { sql, dialect }] of judged.entries()) {
      const known = answered.get(dialect, sql);
      if (known !== undefined) receive(index, known);
      else {
        questions.push({ system, dialect, sql });
        indexes.push(index);
      }
    }
    let done = 0;
    await askPython(python, questions, 2, (at, message) => {
      const index = indexes[at]!;
      const { sql, dialect } = judged[index]!;
      answered.set(dialect, sql, message);
      receive(index, message);
      if (++done % 200 === 0) console.error(`${system}: ${done} of ${questions.length}`);
    });
    rates.set(system, judged.length / seconds);
  }
  const absent = Object.keys(FAMILIES).filter(
    (system) => ["sqlglot", "sqllineage", "openlineage"].includes(system) && !(system in python.versions),
  );
  return {
    asked: judged.map((statement, i) => ({ statement, answers: answers[i]! })),
    seconds: rates,
    missing: absent.length === 3 ? "no oracle in Python" : null,
  };
}

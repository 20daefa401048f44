// Run as a process of its own: times the engine and the spike in turns, so that both meet the same machine, on the statements
// given on standard input (JSON: `[{ sql, dialect, name }]`; `dialect` is what the engine calls it, `name` what the data does).
// Prints JSON: statements per second of both and the ratio of each round (medians of the later half of the rounds: the first is
// there to warm up) and the 99th percentile of single statements in milliseconds. Plain JavaScript, as is what it times.
import { analyze, dialects } from "@headwater/sql-lineage";
import { irOf } from "../../fixtures/spike/spike.mjs";
import { analyzeStmt, Catalog } from "../../fixtures/spike/resolver.mjs";

const rounds = Number(process.argv[2]);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const queries = JSON.parse(Buffer.concat(chunks).toString("utf8")).map(({ sql, dialect, name }) => ({
  sql,
  name,
  dialect: dialects[dialect],
}));

// As warm on a few statements as on many: code that was not run often enough was not compiled yet.
const passes = Math.max(3, Math.ceil(6000 / Math.max(1, queries.length)));
// Turns are short, so that what else the machine does meets both; the ratio is of the thread's own time, which it meets least.
const TURN = 100;
const turns = Array.from({ length: Math.ceil(queries.length / TURN) }, (_, i) =>
  queries.slice(i * TURN, (i + 1) * TURN),
);

const zero = () => ({ milliseconds: 0, cpu: 0 });

/** Starts a clock; the function it gives adds what passed since. */
function clock(into) {
  const started = performance.now();
  const cpu = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(cpu);
    into.milliseconds += performance.now() - started;
    into.cpu += user + system;
  };
}

async function readOurs(turn) {
  for (const { sql, dialect } of turn) await analyze(sql, { dialect });
}

function readSpike(turn) {
  for (const { sql, name } of turn) {
    const catalog = new Catalog({});
    for (const statement of irOf(sql, name).irs) {
      try {
        analyzeStmt(statement, catalog, {});
      } catch {
        // The spike fails on some; that is its own time saved.
      }
    }
  }
}

const ours = [];
const spike = [];
const ratios = [];
for (let round = 0; round < rounds; round++) {
  const mine = zero();
  const its = zero();
  for (let pass = 0; pass < passes; pass++)
    for (const turn of turns) {
      const stopOurs = clock(mine);
      await readOurs(turn);
      stopOurs();
      const stopSpike = clock(its);
      readSpike(turn);
      stopSpike();
    }
  ours.push((1000 * passes * queries.length) / mine.milliseconds);
  spike.push((1000 * passes * queries.length) / its.milliseconds);
  ratios.push(its.cpu / mine.cpu);
}

const times = [];
for (const { sql, dialect } of queries) {
  const before = performance.now();
  await analyze(sql, { dialect });
  times.push(performance.now() - before);
}
times.sort((a, b) => a - b);

const later = (values) => values.slice(Math.floor(rounds / 2)).toSorted((a, b) => a - b);
const median = (values) => values[Math.floor(values.length / 2)];
console.log(
  JSON.stringify({
    perSecond: median(later(ours)),
    spikePerSecond: median(later(spike)),
    toSpike: median(later(ratios)),
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  }),
);

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
// Turns are short, so that what else the machine does meets both.
const TURN = 100;
const turns = Array.from({ length: Math.ceil(queries.length / TURN) }, (_, i) =>
  queries.slice(i * TURN, (i + 1) * TURN),
);

async function timeOurs(turn) {
  const started = performance.now();
  for (const { sql, dialect } of turn) await analyze(sql, { dialect });
  return performance.now() - started;
}

function timeSpike(turn) {
  const started = performance.now();
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
  return performance.now() - started;
}

const ours = [];
const spike = [];
const ratios = [];
for (let round = 0; round < rounds; round++) {
  let mine = 0;
  let its = 0;
  for (let pass = 0; pass < passes; pass++)
    for (const turn of turns) {
      mine += await timeOurs(turn);
      its += timeSpike(turn);
    }
  ours.push((1000 * passes * queries.length) / mine);
  spike.push((1000 * passes * queries.length) / its);
  ratios.push(its / mine);
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

// Run as a process of its own: times the engine and the spike in turns, so that both meet the same machine, on the statements
// given on standard input (JSON: `[{ sql, dialect, name }]`; `dialect` is what the engine calls it, `name` what the data does).
// Prints JSON: statements per second of both (median of the later half of the rounds: the first is there to warm up) and the
// 99th percentile of single statements in milliseconds. Plain JavaScript, as is what it times.
import { analyze, dialects } from "@headwater/sql-lineage";
import { irOf } from "../../fixtures/spike/spike.mjs";
import { analyzeStmt, Catalog } from "../../fixtures/spike/resolver.mjs";

const rounds = Number(process.argv[2]);
const passes = 3;
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const queries = JSON.parse(Buffer.concat(chunks).toString("utf8")).map(({ sql, dialect, name }) => ({
  sql,
  name,
  dialect: dialects[dialect],
}));

const ours = [];
const spike = [];
for (let round = 0; round < rounds; round++) {
  let started = performance.now();
  for (let pass = 0; pass < passes; pass++) for (const { sql, dialect } of queries) await analyze(sql, { dialect });
  ours.push((1000 * passes * queries.length) / (performance.now() - started));
  started = performance.now();
  for (let pass = 0; pass < passes; pass++)
    for (const { sql, name } of queries) {
      const catalog = new Catalog({});
      for (const statement of irOf(sql, name).irs) {
        try {
          analyzeStmt(statement, catalog, {});
        } catch {
          // The spike fails on some; that is its own time saved.
        }
      }
    }
  spike.push((1000 * passes * queries.length) / (performance.now() - started));
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
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  }),
);

// Run as a process of its own: reads every statement given on standard input (JSON: `[{ sql, dialect }]`, dialects by name) three
// times and prints the most memory the process ever held, in MB. Plain JavaScript, for a process that strips types from its own
// source would be measured doing that.
import { analyze, dialects } from "@headwater/sql-lineage";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const queries = JSON.parse(Buffer.concat(chunks).toString("utf8"));
// Sampled, for what the system counts as the most of a process holds what its parent had when it started it.
let most = 0;
for (let round = 0; round < 3; round++) {
  for (const [i, { sql, dialect }] of queries.entries()) {
    await analyze(sql, { dialect: dialects[dialect] });
    if (i % 16 === 0) most = Math.max(most, process.memoryUsage.rss());
  }
}
console.log(Math.round(most / 2 ** 20));

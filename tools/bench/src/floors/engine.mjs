// The engine alone: reads a file of statements, one a line, over the tables of a catalog in memory, and says how long it took.
import { readFileSync } from "node:fs";
import { analyze, schemaOf } from "@headwater/sql-lineage";

const { tables, statements } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const schema = schemaOf(tables);
const defaults = { catalog: "even", searchPath: ["area_0", "public"] };
// What every program pays once is not the engine's.
await analyze(statements[0], { dialect: "postgres", schema, defaults });
const began = performance.now();
for (const statement of statements) await analyze(statement, { dialect: "postgres", schema, defaults });
process.stdout.write(JSON.stringify({ ms: performance.now() - began }));

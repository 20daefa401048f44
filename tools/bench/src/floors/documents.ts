// The floor of a catalog: the same descriptions as JSON into one table, by name. documents.ts FILE TABLES COLUMNS
import { DatabaseSync } from "node:sqlite";
import { tableFqn, tableJson } from "../generated-source.ts";

const [file = "", tables = "", columns = ""] = process.argv.slice(2);
const amount = { tables: Number(tables), columns: Number(columns) };
const TRANSACTION = 1_000;

const db = new DatabaseSync(file);
db.exec(
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE document(fqn TEXT PRIMARY KEY, json TEXT)",
);
const insert = db.prepare("INSERT INTO document VALUES (?, ?)");
for (let at = 0; at < amount.tables; at += TRANSACTION) {
  db.exec("BEGIN");
  for (let number = at; number < Math.min(amount.tables, at + TRANSACTION); number += 1)
    insert.run(tableFqn(number), tableJson(number, amount));
  db.exec("COMMIT");
}
db.close();

#!/usr/bin/env node
// npm create headwater-connector NAME
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Refusal, scaffold } from "./scaffold.ts";

const HELP = `npm create headwater-connector NAME

  Makes the folder headwater-connector-NAME: a connector that reads a folder of JSON files, with the files every
  connector has, and with the tests that hold it to its contract. Make your own of it.

  --folder FOLDER   another folder
  --title TITLE     what the source is called (default: NAME with a capital)
`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { folder: { type: "string" }, title: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  const [name] = positionals;
  if (values.help === true || name === undefined) {
    process.stdout.write(HELP);
    if (values.help !== true) process.exitCode = 2;
  } else {
    const folder = resolve(values.folder ?? `headwater-connector-${name}`);
    scaffold({ id: name, title: values.title, folder });
    process.stdout.write(`${folder}

  cd ${basename(folder)}
  npm install
  npm test                        builds it, and holds it to its contract
  npx headwater ingest ${name}://$PWD/example   reads what comes along as an example

README.md says what is where, and what to change first.
`);
  }
} catch (error) {
  // parseArgs words its refusals well enough.
  if (!(error instanceof Refusal) && !(error instanceof TypeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

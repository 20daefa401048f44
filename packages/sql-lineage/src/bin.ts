#!/usr/bin/env node
import { main } from "./cli.ts";

process.exitCode = await main(
  process.argv.slice(2),
  (text) => process.stdout.write(text),
  (text) => process.stderr.write(text),
);

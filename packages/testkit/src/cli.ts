#!/usr/bin/env node
// npx @headwater/testkit [FOLDER]: nothing is loaded before it is certain that this Node can run it.
const NODE_MAJOR = 24;

if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR) {
  process.stderr.write(`The testkit needs Node ${NODE_MAJOR} or newer, and this is Node ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  const { checkPackage } = await import("./check-package.ts");
  process.exitCode = await checkPackage();
}

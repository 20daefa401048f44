#!/usr/bin/env node
// The first thing that runs, on whatever Node there is: plain JavaScript that old ones can read, so that they can be told
// what is missing. It hands over to the project's own headwater where there is another one, else to dist.
import { existsSync, realpathSync } from "fs";
import module from "module";
import { dirname, join } from "path";
import { fileURLToPath, pathToFileURL } from "url";

const NODE_MAJOR = 24;
const here = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));

function start() {
  if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR)
    return refuse(`Headwater needs Node ${NODE_MAJOR} or newer, and this is Node ${process.versions.node}.`);
  let folder;
  try {
    folder = process.cwd();
  } catch {
    return refuse("The folder you are in is no longer there: go to another one first.");
  }
  const other = projectsOwn(folder);
  if (other !== null) {
    process.argv[1] = other;
    return import(pathToFileURL(other).href);
  }
  const main = join(here, "dist", "main.mjs");
  if (!existsSync(main))
    return refuse(
      existsSync(join(here, "src"))
        ? "Headwater is not built yet: run npm run build first."
        : "This installation of Headwater is incomplete: install the package headwater again.",
    );
  keepCompiled();
  return import(pathToFileURL(main).href).then((built) => built.main(process.argv.slice(2)));
}

/**
 * Has Node keep what it compiles, which takes a fifth to a third off the time every command needs to begin. In a folder of the user's
 * own: what others can write to is no place for code. Where that cannot be written, or with NODE_DISABLE_COMPILE_CACHE=1, nothing is kept.
 */
function keepCompiled() {
  const { HOME, LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, ".cache"));
  if (caches) module.enableCompileCache(join(caches, "headwater", "compiled"));
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 2;
}

/** The bin of the headwater that the nearest package.json resolves to, when that is not this one. */
function projectsOwn(folder) {
  let at = folder;
  while (!existsSync(join(at, "package.json"))) {
    if (dirname(at) === at) return null;
    at = dirname(at);
  }
  for (;;) {
    const own = join(at, "node_modules", "headwater");
    if (existsSync(own)) {
      const bin = join(realpathSync(own), "bin", "headwater.js");
      return realpathSync(own) !== here && existsSync(bin) ? bin : null;
    }
    if (dirname(at) === at) return null;
    at = dirname(at);
  }
}

void start();

import { existsSync, globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

// Tests start the built command dozens of times: compiling its code once instead is a third of what a start costs.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "headwater-test-compile-cache");

/**
 * Each package with tests, with the settings of its own vitest.config.ts. Node runs them as they are, for nothing here has to be
 * transformed, and all files of a package in the same process, for most of what a file takes is loading and warming up the same
 * code: what a file changes in its process it puts back.
 */
const projects = globSync("{packages,connectors,tools}/*/test", { cwd: import.meta.dirname })
  .toSorted()
  .map((tests): TestProjectInlineConfiguration => {
    const root = dirname(tests);
    const { name } = JSON.parse(readFileSync(join(import.meta.dirname, root, "package.json"), "utf8")) as {
      name: string;
    };
    const own = join(import.meta.dirname, root, "vitest.config.ts");
    return {
      root,
      extends: existsSync(own) ? own : false,
      test: { name, isolate: false, experimental: { viteModuleRunner: false, nodeLoader: false } },
    };
  });

export default defineConfig({
  test: { reporters: ["default", "./tools/test-servers/src/reporter.ts"], projects },
});

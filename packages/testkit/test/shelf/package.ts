/** Packages of the shelf connector on disk, as npm would install them. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Manifest } from "@headwater/core";
import { MANIFEST } from "./connector.ts";

const CORE = join(dirname(import.meta.dirname), "..", "node_modules", "@headwater", "core");

const MAIN = `import { defineConnector, z } from "@headwater/core/connector";
import manifest from "../manifest.json" with { type: "json" };
export const shelf = defineConnector({ manifest, config: z.strictObject({}), requests: {}, check: [], metadata: {}, lineage: {} });
`;

/** Writes a package and returns its folder. `main` stands before the code of its main file. */
export function writePackage({ main = "", manifest = MANIFEST }: { main?: string; manifest?: Manifest } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "headwater-shelf-"));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write(
    "package.json",
    JSON.stringify({
      name: "headwater-connector-shelf",
      version: "1.0.0",
      type: "module",
      keywords: ["headwater-connector"],
      files: ["dist", "manifest.json"],
      exports: { ".": "./dist/index.mjs", "./manifest.json": "./manifest.json" },
      dependencies: { "shelf-driver": "1.0.0" },
      peerDependencies: { "@headwater/core": "*" },
    }),
  );
  write("README.md", "# Shelves\n");
  write("manifest.json", JSON.stringify(manifest));
  write("dist/index.mjs", `${main}${MAIN}`);
  write(
    "node_modules/shelf-driver/package.json",
    JSON.stringify({ name: "shelf-driver", version: "1.0.0", type: "module", exports: "./index.js" }),
  );
  write("node_modules/shelf-driver/index.js", "export const open = () => null;\n");
  mkdirSync(join(folder, "node_modules", "@headwater"), { recursive: true });
  symlinkSync(CORE, join(folder, "node_modules", "@headwater", "core"));
  return folder;
}

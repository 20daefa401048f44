import { cpSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What to make. */
export interface Wanted {
  /** The connector's id: `acme`. */
  id: string;
  /** What the source is called, as its vendor writes it. Default: the id with a capital. */
  title: string | undefined;
  folder: string;
}

/** A reason not to, in words. */
export class Refusal extends Error {}

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));

/** Writes the template into a new folder, under another name. Throws a {@link Refusal}. */
export function scaffold({ id, title, folder }: Wanted): void {
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    throw new Refusal(`"${id}" cannot be a connector's id: it takes lower-case letters, digits and dashes.`);
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0))
    throw new Refusal(`${folder} is there already.`);
  cpSync(join(PACKAGE, "template"), folder, { recursive: true });
  // npm would leave it out of the package under its own name.
  renameSync(join(folder, "gitignore"), join(folder, ".gitignore"));
  const camel = id.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
  const pascal = camel.slice(0, 1).toUpperCase() + camel.slice(1);
  for (const file of filesBelow(folder)) {
    const text = readFileSync(file, "utf8")
      .replaceAll("Acme source", title ?? pascal)
      .replaceAll("Acme", pascal)
      .replaceAll("acmeConnector", `${camel}Connector`)
      .replaceAll("acme", id);
    writeFileSync(file, text);
  }
  pinVersions(join(folder, "package.json"));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

type Versions = Record<string, string>;

/** Asks for the versions this scaffold was published with. */
function pinVersions(file: string): void {
  const own = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { devDependencies: Versions };
  const made = JSON.parse(readFileSync(file, "utf8")) as { devDependencies: Versions; peerDependencies: Versions };
  for (const list of [made.devDependencies, made.peerDependencies])
    for (const name of Object.keys(list)) list[name] = own.devDependencies[name] ?? "*";
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`);
}

/** The public surface of an entry point, read from the declarations it is published with. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One declaration as it stands in a published file, without comments. */
interface Declaration {
  name: string;
  text: string;
}

/** A report of everything an entry point exports, and of what those declarations mention, one after the other by name. */
export function apiReport(entry: string): string {
  const text = readFileSync(entry, "utf8");
  const inside = new Map<string, string>();
  const declarations = new Map<string, Declaration>();
  const outside: string[] = [];
  for (const [, list = "", from = ""] of text.matchAll(/import \{([^}]*)\} from "([^"]+)"/g)) {
    const file = join(dirname(entry), from.replace(/\.mjs$/, ".d.mts"));
    const { exported, own, reexported } = chunk(readFileSync(file, "utf8"));
    for (const [name, declaration] of own) declarations.set(name, declaration);
    outside.push(...reexported);
    for (const part of list.split(",")) {
      const [alias = "", local = alias] = part.trim().split(" as ");
      inside.set(local, exported.get(alias) ?? alias);
    }
  }
  const names = (/export \{([^}]*)\}/.exec(text)?.[1] ?? "")
    .split(",")
    .map((part) => part.trim().replace(/^type /, ""));
  const listed = names.toSorted().flatMap((name) => declarations.get(inside.get(name) ?? name) ?? []);
  const foreign = names.filter((name) => !declarations.has(inside.get(name) ?? name)).toSorted();
  const mentioned = closure(listed, declarations);
  const blocks = (some: readonly Declaration[]): string[] => some.map((declaration) => `${declaration.text}\n`);
  return [
    ...blocks(listed),
    ...foreign.map(
      (name) =>
        `${(outside.find((line) => line.includes(` ${name} `)) ?? `export ${name}`).replace("import", "export")}\n`,
    ),
    ...(mentioned.length === 0 ? [] : ["// Mentioned above, and not exported:\n", ...blocks(mentioned)]),
  ].join("\n");
}

/** What one published file declares, and under which names it hands it on. */
function chunk(text: string): { exported: Map<string, string>; own: Map<string, Declaration>; reexported: string[] } {
  const exported = new Map<string, string>();
  for (const [, list = ""] of text.matchAll(/export \{([^}]*)\}/g))
    for (const part of list.split(",")) {
      const [local = "", alias = local] = part
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      exported.set(alias, local);
    }
  const own = new Map<string, Declaration>();
  for (const declaration of declarationsIn(withoutComments(text))) own.set(declaration.name, declaration);
  return { exported, own, reexported: text.split("\n").filter((line) => line.startsWith("import { z } from")) };
}

const withoutComments = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "")
    .replaceAll(/\n\s*\n/g, "\n");

const HEAD = /^(?:export )?(?:declare )?(?:abstract )?(interface|type|class|function|const) ([\w$]+)/;

/** Declarations at the top level: each begins in the first column and ends before the next one. */
function declarationsIn(text: string): Declaration[] {
  const found: Declaration[] = [];
  for (const line of text.split("\n")) {
    const name = HEAD.exec(line)?.[2];
    if (name !== undefined) found.push({ name, text: line });
    else if (/^(?:import|export) /.test(line)) found.push({ name: "", text: line });
    else {
      const last = found.at(-1);
      if (last !== undefined && line.trim() !== "") last.text += `\n${line}`;
    }
  }
  return found.filter(({ name }) => name !== "");
}

/** What declarations mention, and what those mention, without what is listed already. */
function closure(listed: readonly Declaration[], all: ReadonlyMap<string, Declaration>): Declaration[] {
  const seen = new Set(listed.map(({ name }) => name));
  const found: Declaration[] = [];
  const pending = [...listed];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const [word] of at.text.matchAll(/[\w$]+/g)) {
      const declaration = all.get(word);
      if (declaration === undefined || seen.has(word)) continue;
      seen.add(word);
      found.push(declaration);
      pending.push(declaration);
    }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

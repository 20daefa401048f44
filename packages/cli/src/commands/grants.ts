import { type Capability, CAPABILITIES, HeadwaterError, loadConnector, nearest, type Privilege } from "@headwater/core";
import type { Call } from "../call.ts";
import { findConnector } from "../run/find-connector.ts";
import { installedConnectors } from "../run/installed-connectors.ts";
import { grantLines } from "../views/grants.ts";

/** One right as it is printed. */
export interface Grant extends Omit<Privilege, "grant"> {
  /** The statements, one for each database where it takes several; empty where no statement gives the right. */
  statements: string[];
}

/** `headwater grants ID` */
export async function run({ args, out }: Call): Promise<number> {
  const installed = findConnector(installedConnectors().installed, args.words[0] ?? "");
  const connector = loadConnector(installed);
  const { manifest } = connector;
  const wanted = capabilities(args.list("capabilities"), Object.keys(manifest.capabilities));
  const write = connector.grantName?.bind(connector) ?? null;
  const names: Names = {
    role: args.value("role") === undefined ? [] : [args.value("role") ?? ""],
    database: [...args.list("database")],
  };
  if (write === null && names.role.length + names.database.length > 0)
    throw new HeadwaterError("usage", `The ${manifest.title} connector does not say how its names are quoted.`, {
      hint: "Leave --role and --database out, and fill in what stands in braces.",
    });
  const grants = manifest.privileges
    .filter(({ capability }) => wanted.includes(capability))
    .map(({ grant, ...rest }): Grant => ({
      ...rest,
      statements: grant === undefined ? [] : filled(grant, names, write),
    }));
  if (args.flag("json")) out.json({ connector: manifest.id, capabilities: wanted, grants });
  else out.print(...grantLines(manifest.title, wanted, grants));
  return 0;
}

function capabilities(typed: readonly string[], there: readonly string[]): Capability[] {
  const names = typed.flatMap((list) => list.split(",")).map((name) => name.trim());
  for (const name of names) {
    if (there.includes(name)) continue;
    const near = nearest(name, there);
    throw new HeadwaterError("usage", `The connector has no capability ${name}.`, {
      hint: near === null ? `It has: ${there.join(", ")}.` : `Did you mean ${near}?`,
    });
  }
  return CAPABILITIES.filter((name) => (names.length === 0 ? there : names).includes(name));
}

interface Names {
  role: string[];
  database: string[];
}

/** A statement with its names filled in: once for each name of a kind there are several of. */
function filled(
  template: string,
  names: Names,
  write: ((placeholder: string, name: string) => string) | null,
): string[] {
  let statements = [template];
  for (const kind of ["role", "database"] as const) {
    const given = names[kind];
    if (given.length === 0 || write === null || !template.includes(`{${kind}}`)) continue;
    statements = statements.flatMap((statement) =>
      given.map((name) => statement.split(`{${kind}}`).join(write(kind, name))),
    );
  }
  return statements;
}

import {
  CAPABILITIES,
  type Capability,
  type ConnectorSearch,
  type InstalledConnector,
  type Manifest,
  type Privilege,
} from "@headwater/core";
import { grid } from "../screen/grid.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { block, fact, paragraph } from "./sections.ts";

/** The connectors that are installed, and beside them those that cannot be used and where was looked. */
export function connectorListLines(
  { installed, refused, lookedAt }: ConnectorSearch,
  look: Look,
): { list: string[]; beside: string[] } {
  const list = grid(
    [
      { title: "ID" },
      { title: "SOURCE", shrinkTo: 10 },
      { title: "VERSION", spare: 2 },
      { title: "CAPABILITIES", shrinkTo: 10, spare: 1 },
      { title: "PACKAGE", shrinkTo: 16 },
    ],
    installed.map(({ manifest, packageName, packageVersion }) => [
      { text: manifest.id, tint: "bold" as const },
      manifest.title,
      packageVersion,
      capabilitiesOf(manifest).join(", "),
      packageName,
    ]),
    look,
  );
  const beside = refused.map(
    ({ packageName, reason }) => `${look.paint("yellow", `Refused: ${safe(packageName)}.`)} ${safe(reason)}`,
  );
  const where =
    lookedAt.length === 0
      ? "There is no package.json here or above whose dependencies could name a connector."
      : `Looked at the dependencies in ${lookedAt.join(" and ")}.`;
  if (installed.length === 0)
    beside.push("No connector is installed. One is an npm package: npm install @headwater/connector-NAME");
  beside.push(look.paint("dim", safe(where)));
  return { list: installed.length === 0 ? [] : list, beside };
}

const capabilitiesOf = ({ capabilities }: Manifest): Capability[] =>
  CAPABILITIES.filter((capability) => capabilities[capability] !== undefined);

/** Everything a connector's manifest says. */
export function connectorInfoLines(
  { manifest, packageName, packageVersion, folder }: InstalledConnector,
  look: Look,
): string[] {
  const types = Object.entries(manifest.types).map(([type, name]) => `${type} (${name})`);
  const sdks = Object.entries(manifest.sdks).map(([name, version]) => `${name} ${version}`);
  const bullets = (items: readonly string[] | undefined): string[] =>
    (items ?? []).flatMap((item) => bullet(item, look));
  return [
    `${look.paint("bold", safe(manifest.title))}  ${look.paint("dim", safe(`${packageName} ${packageVersion}`))}`,
    "",
    ...fact("id", manifest.id, look),
    ...fact("reads", `${manifest.service} services`, look),
    ...fact("types", types.join(", "), look),
    ...fact("URLs", (manifest.urlSchemes ?? []).map((scheme) => `${scheme}://…`).join(", "), look),
    ...fact("drivers", sdks.join(", "), look),
    ...fact("folder", folder, look),
    ...block(
      "Capabilities",
      capabilitiesOf(manifest).flatMap((capability) => capabilityLines(manifest, capability, look)),
      look,
    ),
    ...block(
      "Privileges",
      manifest.privileges.flatMap((privilege) => privilegeLines(privilege, look)),
      look,
    ),
    ...block("Tested against", bullets(manifest.tested), look),
    ...block("Not proven by a test", bullets(manifest.notProven), look),
    ...block("Known in workflow files, and not honoured", bullets(manifest.ignoredConfig), look),
  ];
}

function capabilityLines({ capabilities }: Manifest, capability: Capability, look: Look): string[] {
  const { limits = [], queries } = capabilities[capability] ?? {};
  const more = (queries?.perObjects ?? []).map(({ kinds, oneFor }) => `, 1 per ${oneFor} of ${kinds.join(", ")}`);
  if (queries?.perListing !== undefined) more.unshift(`, ${queries.perListing} per listing`);
  return [
    `  ${look.paint("cyan", capability)}`,
    ...(queries === undefined
      ? []
      : paragraph(
          `at most ${queries.perGroup} queries per group, ${queries.perSlice} per slice${more.join("")}`,
          look,
          "    ",
        )),
    ...limits.flatMap((limit) => bullet(limit, look, "    ")),
  ];
}

function privilegeLines({ capability, privilege, loses, grant, optional }: Privilege, look: Look): string[] {
  const need = optional === true ? "optional" : "required";
  return [
    ...paragraph(`${privilege} (${capability}, ${need})`, look, "  "),
    ...paragraph(`without it: ${loses}`, look, "    "),
    ...(grant?.split("\n") ?? []).map((line) => `    ${look.paint("cyan", safe(line))}`),
  ];
}

function bullet(text: string, look: Look, indent = "  "): string[] {
  const [first = "", ...more] = paragraph(text, look, `${indent}  `);
  return [`${indent}· ${first.trimStart()}`, ...more];
}

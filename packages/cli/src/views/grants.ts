import type { Capability } from "@headwater/core";
import type { Grant } from "../commands/grants.ts";

/** The script that gives a role its rights: statements, with what each is for in comments. */
export function grantLines(title: string, capabilities: readonly Capability[], grants: readonly Grant[]): string[] {
  const comment = (text: string): string[] => text.split("\n").map((line) => `-- ${line}`);
  return [
    ...comment(`${title}: the rights a role needs for ${capabilities.join(", ")}.`),
    ...grants.flatMap(({ privilege, loses, optional, statements }) => [
      "",
      ...comment(privilege),
      ...comment(`${optional === true ? "Can be done without. " : ""}Without it: ${loses}.`),
      ...statements.flatMap((statement) => statement.split("\n")),
    ]),
  ];
}

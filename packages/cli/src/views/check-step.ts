import type { StepResult } from "../run/check-source.ts";
import type { Look } from "../screen/screen.ts";
import { safe } from "../screen/safe-text.ts";
import { paragraph } from "./sections.ts";

/** One step of a check: whether it works; where not, why, what that costs and what mends it. */
export function stepLines({ name, required, ok, text, failure }: StepResult, look: Look): string[] {
  const { paint } = look;
  const sign = ok ? paint("green", "✓") : required ? paint("red", "✗") : paint("yellow", "!");
  return [
    `  ${sign} ${safe(name)}${text === null ? "" : paint("dim", `  ${safe(text)}`)}`,
    ...(failure === null
      ? []
      : [
          ...paragraph(failure.message, look, "      "),
          ...paragraph(`Without it: ${failure.loses}`, look, "      "),
          ...(failure.hint === null ? [] : paragraph(failure.hint, look, "      ").map((line) => paint("cyan", line))),
        ]),
  ];
}

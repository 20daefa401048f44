import type { Finding } from "../doctor/finding.ts";
import { safe, safeLines } from "../screen/safe-text.ts";
import type { Look, Tint } from "../screen/screen.ts";

const SIGNS: { readonly [V in Finding["verdict"]]: readonly [sign: string, tint: Tint] } = {
  well: ["✓", "green"],
  odd: ["!", "yellow"],
  broken: ["✗", "red"],
};

/** One thing that was looked at: what was found, and what mends it. */
export function findingLines({ verdict, about, text, hint }: Finding, { paint }: Look): string[] {
  const [sign, tint] = SIGNS[verdict];
  const hints = hint === undefined ? [] : safeLines(hint).map((line) => `  ${paint("dim", line)}`);
  return [`${paint(tint, sign)} ${paint("bold", safe(about))}  ${safe(text)}`, ...hints];
}

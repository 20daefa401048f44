import { HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";
import { COMPLETIONS } from "../completion.ts";

/** `headwater completion SHELL` */
export async function run({ args, out }: Call): Promise<number> {
  const [shell = ""] = args.words;
  const script = Object.hasOwn(COMPLETIONS, shell) ? COMPLETIONS[shell as keyof typeof COMPLETIONS] : null;
  if (script === null)
    throw new HeadwaterError("usage", `There is no completion for ${shell}.`, {
      hint: `There is one for ${Object.keys(COMPLETIONS).join(", ")}.`,
    });
  out.print(...script());
  return 0;
}

import { HeadwaterError, Recording } from "@headwater/core";
import type { Call } from "../call.ts";
import { recordingLines, summaryOf } from "../views/recording.ts";

/** `headwater recording inspect FILE` */
export async function run({ args, out }: Call): Promise<number> {
  const [verb, file] = args.words;
  if (verb !== "inspect" || file === undefined)
    throw new HeadwaterError("usage", `headwater recording ${args.words.join(" ")} is not understood.`, {
      hint: "headwater recording inspect FILE shows what is in a recording.",
    });
  const recording = new Recording(file);
  try {
    const summary = summaryOf(recording);
    if (args.flag("json")) out.json(summary);
    else out.print(...recordingLines(summary, out));
  } finally {
    recording.close();
  }
  return 0;
}

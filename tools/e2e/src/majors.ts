import type { PostgresMajor } from "@headwater/test-servers";
import { testedMajors } from "@headwater/test-servers/vitest";

/** The majors for what does not depend on the server's version: one of them, all in `npm run soak`. */
export function anyMajor(): PostgresMajor[] {
  return process.env["HEADWATER_SOAK"] === "1" ? testedMajors() : testedMajors().slice(-1);
}

import type { Call } from "../call.ts";
export async function run(_call: Call): Promise<number> {
  return 1;
}

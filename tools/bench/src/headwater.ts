import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The bin of the built CLI of this repository. Throws when it is not built. */
export function headwaterBin(): string {
  const bin = fileURLToPath(import.meta.resolve("headwater/bin/headwater.js"));
  if (!existsSync(bin)) throw new Error(`${bin} is missing: run npm run build first.`);
  return bin;
}

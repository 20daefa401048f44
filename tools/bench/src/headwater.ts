import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The bin of the CLI of this repository. */
export function headwaterBin(): string {
  const file = fileURLToPath(import.meta.resolve("headwater/package.json"));
  const { bin } = JSON.parse(readFileSync(file, "utf8")) as { bin: { headwater: string } };
  return join(dirname(file), bin.headwater);
}

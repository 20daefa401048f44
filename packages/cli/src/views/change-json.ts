import type { HistoryEntry } from "@headwater/catalog";
import { formatVersion } from "@headwater/core";

/** A change as JSON has it: the version as everywhere else, `"1.2"`. */
export function changeJson<E extends HistoryEntry>(entry: E): Omit<E, "version"> & { version: string } {
  return { ...entry, version: formatVersion(entry.version) };
}

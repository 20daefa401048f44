/** Plain data as JSON can hold it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** A copy whose object keys are sorted at every level, so that equal values have equal text. */
export function sortKeys(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sortKeys);
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).toSorted()) {
    const inner = sortKeys(value[key] as Json);
    // Assigned, this one key would be lost.
    if (key === "__proto__")
      Object.defineProperty(sorted, key, { value: inner, enumerable: true, configurable: true, writable: true });
    else sorted[key] = inner;
  }
  return sorted;
}

/** A copy with each text in it changed; keys stay. */
export function eachText(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, eachText(item, change)]));
}

/** Whether two plain values are equal, whatever the order of their keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a === null || b === null) return false;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b));
}

/** Plain data as JSON can hold it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** The value with its object keys sorted at every level, so that equal values have equal text. What is sorted is not copied. */
export function sortKeys(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value) || areSorted(Object.keys(value))) return eachPart(value, sortKeys);
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

function areSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at += 1) if ((keys[at - 1] as string) > (keys[at] as string)) return false;
  return true;
}

/** The value with each text in it changed; keys stay. Where no text changes, nothing is copied. */
export function eachText(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (value === null || typeof value !== "object") return value;
  return eachPart(value, (part) => eachText(part, change));
}

/** The value with its parts changed: itself where all of them stay the same. */
function eachPart(value: Json[] | JsonObject, change: (part: Json) => Json): Json {
  const parts = Object.values(value);
  const changed = parts.map(change);
  if (changed.every((part, at) => part === parts[at])) return value;
  if (Array.isArray(value)) return changed;
  return Object.fromEntries(Object.keys(value).map((key, at) => [key, changed[at] as Json]));
}

/** Whether two plain values are equal, whatever the order of their keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a === null || b === null) return false;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b));
}

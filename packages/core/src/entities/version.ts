/** A version as an integer of tenths: 1 is `0.1`, 12 is `1.2`. */
export type Version = number;

/** What a change does to the version, by OpenMetadata's rules: nothing, +0.1 (compatible) or +1.0 (incompatible). */
export type Bump = "none" | "minor" | "major";

/** The version of a new entity. */
export const FIRST_VERSION: Version = 1;

/** The version after a change. */
export function bumpVersion(version: Version, bump: Bump): Version {
  return version + { none: 0, minor: 1, major: 10 }[bump];
}

/** `12` as `"1.2"`. */
export function formatVersion(version: Version): string {
  return `${Math.floor(version / 10)}.${version % 10}`;
}

/** `"1.2"` as `12`; `null` for anything that is not a version. */
export function parseVersion(text: string): Version | null {
  const match = /^(\d+)\.(\d)$/.exec(text);
  return match ? Number(match[1]) * 10 + Number(match[2]) : null;
}

/** The larger of two bumps. */
export function maxBump(a: Bump, b: Bump): Bump {
  const order: Bump[] = ["none", "minor", "major"];
  return order[Math.max(order.indexOf(a), order.indexOf(b))] as Bump;
}

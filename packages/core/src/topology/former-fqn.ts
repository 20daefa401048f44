import type { Renamed } from "./ports.ts";

/** What something was called before it, or the nearest thing it is in, was renamed; `null` where nothing was. */
export function formerFqn(fqn: string, renamed: readonly Renamed[]): string | null {
  let nearest: Renamed | null = null;
  for (const one of renamed)
    if ((fqn === one.to || fqn.startsWith(`${one.to}.`)) && one.to.length > (nearest?.to.length ?? 0)) nearest = one;
  return nearest === null ? null : nearest.from + fqn.slice(nearest.to.length);
}

import { parentFqn } from "../entities/fqn.ts";

/** Where an FQN leads when it, or the nearest thing it is in, moved: `moves` has new places by old ones. `null` where nothing moved. */
export function movedFqn(fqn: string, moves: ReadonlyMap<string, string>): string | null {
  for (let at: string | null = fqn; at !== null; at = parentFqn(at)) {
    const to = moves.get(at);
    if (to !== undefined) return to + fqn.slice(at.length);
  }
  return null;
}

/** The word that was meant, or `null` where none is near. */
export function suggestion(_word: string, _known: readonly string[]): string | null {
  return null;
}

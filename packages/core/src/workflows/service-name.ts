const MAX_NAME = 256;

/**
 * What a service's name cannot be, in words that follow "A service's name cannot be …"; `null` for a good one. Source: the
 * pattern of OpenMetadata's `entityName`, at least 1 and at most 256 characters without `::` and line breaks.
 */
export function wrongServiceName(name: string): string | null {
  if (name.trim() === "") return "empty";
  if (name.length > MAX_NAME) return `longer than ${MAX_NAME} characters`;
  if (name.includes("::")) return 'with "::"';
  return /[\r\n]/.test(name) ? "with a line break" : null;
}

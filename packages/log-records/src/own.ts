const OWN = /^\s*(?:\w+\s+)?\/\*\s*(?:headwater\b|\{"app":\s*"OpenMetadata")/;

/** Headwater's connectors and OpenMetadata's clients mark their queries with a comment, before the first word or behind it, where a session has no other mark. */
export const isOwn = (text: string): boolean => OWN.test(text);

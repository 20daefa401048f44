const OWN = /^\s*\/\*\s*(?:headwater\b|\{"app":\s*"OpenMetadata")/;

/** Headwater's connectors and OpenMetadata's clients mark their queries with a comment where a session has no other mark. */
export const isOwn = (text: string): boolean => OWN.test(text);

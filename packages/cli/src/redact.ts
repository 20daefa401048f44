/** The last line of defence: what may be a secret does not leave the program, even in words nobody foresaw. */
import { isSecret } from "@headwater/core";

const SHORTEST = 4;
const known = new Set<string>();

/** Remembers every secret in a configuration, so that {@link redact} knows it. */
export function rememberSecrets(value: unknown): void {
  if (isSecret(value)) remember(value.reveal());
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) rememberSecrets(inner);
}

/** Remembers a secret. Very short ones are part of too many words. */
export function remember(secret: string): void {
  for (const form of [secret, encodeURIComponent(secret)]) if (form.length >= SHORTEST) known.add(form);
}

const SECRET_NAME = /pass|secret|token|credential|private|api_?key|pwd/i;

/** A text without the secrets that are known: those of the configuration, of the environment, and passwords in URLs. */
export function redact(text: string, env: NodeJS.ProcessEnv = process.env): string {
  for (const [name, value] of Object.entries(env)) if (value !== undefined && SECRET_NAME.test(name)) remember(value);
  let clean = redactUrls(text);
  for (const secret of [...known].toSorted((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, "***");
  return clean;
}

/** A text in which no URL has a password or parameters. */
export function redactUrls(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"']*):[^\s/?#"']*@/gi, "$1:***@")
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s?"']*)\?[^\s"']*/gi, "$1?***");
}

import { hash } from "node:crypto";

/** The first digits of the SHA-256 of something, as kept for knowing it again. */
export function digestOf(data: string | Buffer, digits: 16 | 32): string {
  return hash("sha256", data).slice(0, digits);
}

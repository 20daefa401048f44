import { isUtf8 } from "node:buffer";

/** How many bytes a character has, at most, beyond its first. */
const REST_OF_CHARACTER = 3;

/**
 * A piece of a log as text. What is no UTF-8 is taken for Latin-1, in which every byte means something: servers write what was sent in the
 * encoding it was sent in. A text that was cut within a character stays UTF-8.
 */
export function textOf(bytes: Buffer, from = 0, to: number = bytes.length): string {
  const text = bytes.toString("utf8", from, to);
  if (!text.includes("\uFFFD")) return text;
  for (let less = 0; less <= REST_OF_CHARACTER; less += 1)
    if (isUtf8(bytes.subarray(from, Math.max(from, to - less)))) return text;
  return bytes.toString("latin1", from, to);
}

import { KEYWORDS, type Keyword } from "./keywords.ts";

const SIZE = 1 << 13;
const slots: (Keyword | undefined)[] = Array.from({ length: SIZE }, () => undefined);

function hash(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = (Math.imul(value, 31) + (text.charCodeAt(i) & 0xdf)) | 0;
  return value & (SIZE - 1);
}

const LONGEST = Math.max(...KEYWORDS.map((word) => word.length));

for (const word of KEYWORDS) {
  let slot = hash(word, 0, word.length);
  while (slots[slot] !== undefined) slot = (slot + 1) & (SIZE - 1);
  slots[slot] = word;
}

/**
 * The keyword that `text` spells between `start` and `end`, in any case; empty when it is none. Hashes the characters
 * where they stand: most words are names, and cutting each out only to find that is what a tokenizer spends its time on.
 */
export function keywordAt(text: string, start: number, end: number): Keyword | "" {
  if (end - start > LONGEST) return "";
  let slot = hash(text, start, end);
  for (;;) {
    const word = slots[slot];
    if (word === undefined) return "";
    if (word.length === end - start && spells(word, text, start)) return word;
    slot = (slot + 1) & (SIZE - 1);
  }
}

function spells(word: string, text: string, start: number): boolean {
  for (let i = 0; i < word.length; i++) {
    const code = text.charCodeAt(start + i);
    if (code >= 128 || (code & 0xdf) !== (word.charCodeAt(i) & 0xdf)) return false;
  }
  return true;
}

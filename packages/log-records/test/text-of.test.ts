import { expect, test } from "vitest";
import { textOf } from "../src/text-of.ts";

const SQL = "SELECT Größe FROM café";

test.each<[string, Buffer, string]>([
  ["UTF-8", Buffer.from(SQL), SQL],
  ["Latin-1", Buffer.from(SQL, "latin1"), SQL],
  ["UTF-8 that was cut within a character", Buffer.from(SQL).subarray(0, -1), `${SQL.slice(0, -1)}\uFFFD`],
  ["the character that stands for unknown ones", Buffer.from("a \uFFFD b"), "a \uFFFD b"],
  ["nothing", Buffer.alloc(0), ""],
])("%s", (_, bytes, text) => {
  expect(textOf(bytes)).toBe(text);
  expect(textOf(Buffer.concat([Buffer.from("xx"), bytes, Buffer.from([0xe4])]), 2, 2 + bytes.length)).toBe(text);
});

import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { openScreen } from "../../src/screen/screen.ts";
import { HOSTILE } from "../looks.ts";

function screenOn(isTTY: boolean, env: NodeJS.ProcessEnv, columns: number = 80) {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns,
    hasColors: () => isTTY,
    getColorDepth: () => (isTTY ? 8 : 1),
  });
  const screen = openScreen(stream as unknown as NodeJS.WriteStream, env);
  return { screen, written: () => (stream.read() as Buffer | null)?.toString() ?? "" };
}

describe("a screen", () => {
  test("is as wide as its terminal, as COLUMNS says elsewhere, and without an edge in a file", () => {
    expect(screenOn(true, {}, 40).screen.width).toBe(40);
    expect(screenOn(false, { COLUMNS: "66" }).screen.width).toBe(66);
    expect(screenOn(false, {}).screen.width).toBe(Infinity);
    expect(screenOn(false, { COLUMNS: "wide" }).screen.width).toBe(Infinity);
  });

  test("draws blocks only on a terminal that can move its cursor", () => {
    expect(screenOn(true, { TERM: "xterm" }).screen.isTerminal).toBe(true);
    expect(screenOn(true, { TERM: "dumb" }).screen.isTerminal).toBe(false);
    expect(screenOn(false, { TERM: "xterm" }).screen.isTerminal).toBe(false);
  });

  test("lets its own tints through and nothing else", () => {
    const { screen, written } = screenOn(true, {});
    screen.print(`${screen.paint("red", "no")} and \u001b[31;1mno\u001b[0m \u001b]0;x\u0007`);
    expect(written()).toBe("\u001b[31mno\u001b[39m and \\x1b[31;1mno\\x1b[0m \\x1b]0;x\\x07\n");
  });

  test.each(HOSTILE)("writes no character a terminal obeys: %j", (text) => {
    const { screen, written } = screenOn(false, {});
    screen.print(text);
    screen.json({ text });
    expect(/[^\n\P{Cc}]|\p{Cs}/u.test(written())).toBe(false);
  });
});

import { expect, test } from "vitest";
import { interleave } from "../src/interleave.ts";
import { median } from "../src/statistics.ts";

test("a median is the middle value, or the mean of the middle two", () => {
  expect(median([3])).toBe(3);
  expect(median([10, 1, 3])).toBe(3);
  expect(median([10, 1, 3, 5])).toBe(4);
  expect(() => median([])).toThrow("no median");
});

test("tasks take turns, every other round backwards", async () => {
  const order: string[] = [];
  const task = (name: string) => async (): Promise<number> => order.push(name);
  const results = await interleave(3, { a: task("a"), b: task("b") });
  expect(order.join("")).toBe("abbaab");
  expect(results).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
});

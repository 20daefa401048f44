import type { Sure } from "@headwater/catalog";
import { array, assert, constantFrom, nat, oneof, property, record, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { pack, unpack } from "../src/packed-reading.ts";

const text = oneof(constantFrom("", "a", "svc.d.s.orders"), string({ unit: "binary" }));
const number = nat(2 ** 31 - 1);
const reading = record({
  claims: array(
    record({
      source: text,
      sourceColumn: text,
      target: text,
      targetColumn: text,
      how: text,
      sure: constantFrom<Sure>("exact", "star"),
      rule: text,
      span: tuple(number, number),
    }),
  ),
  mentions: array(text),
  gaps: array(record({ reason: text, detail: text, at: number })),
  uses: array(record({ table: text, columns: array(text), joins: array(tuple(text, text)) })),
});

test("what is packed is unpacked as it was, on another thread too", () => {
  assert(
    property(array(reading), (readings) => {
      const packed = pack(readings);
      expect(packed.claims).toBe(readings.reduce((sum, { claims }) => sum + claims.length, 0));
      const sent = structuredClone(packed, { transfer: [packed.numbers.buffer] });
      expect([...unpack(sent)]).toEqual(readings);
    }),
  );
});

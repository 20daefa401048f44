import { array, assert, constantFrom, oneof, property, record, string, constant } from "fast-check";
import { expect, test } from "vitest";
import { pack, unpack } from "../src/packed-reading.ts";

const text = oneof(constantFrom("", "a", "svc.d.s.orders"), string({ unit: "binary" }));
const textOrNone = oneof(text, constant(null));
const query = record({
  text,
  said: record({
    flows: array(record({ source: text, target: text, columns: text, claims: text })),
    mentions: array(text),
    gaps: textOrNone,
    uses: array(record({ table: text, columns: text, joins: textOrNone })),
  }),
});

test("what is packed is unpacked as it was, on another thread too", () => {
  assert(
    property(array(query), (readings) => {
      const packed = pack(readings);
      const sent = structuredClone(packed, { transfer: [packed.numbers.buffer] });
      expect([...unpack(sent)]).toEqual(readings);
    }),
  );
});

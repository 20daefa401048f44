import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import {
  type Cell,
  type Connector,
  defineConnector,
  defineRequests,
  record,
  Recording,
  type RecordingHeader,
  RecordingWriter,
  replay,
  SourceError,
  z,
} from "../../src/index.ts";
import { ask, poolOf } from "./reading.ts";

const folder = mkdtempSync(join(tmpdir(), "headwater-recording-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER: RecordingHeader = {
  headwaterRecording: 1,
  connector: "cells@1.0.0",
  literals: "replaced",
  recordedAt: "2026-01-01T00:00:00Z",
  run: { service: "shop" },
};

const requests = defineRequests({
  hello: { effect: "read", columns: { version: "text" } },
  cells: {
    effect: "read",
    columns: {
      name: "text",
      big: "bigint",
      bytes: "bytes?",
      comment: { type: "text?", holds: "text" },
      definition: { type: "text?", holds: "sql" },
      password: { type: "text?", holds: "secret" },
      detail: { type: "text", holds: { 1: "sql", note: "text" } },
      parts: { type: "json", holds: { "*": { 1: "text" } } },
    },
  },
});

const ROW: Cell[] = [
  "postgres://ana:hunter2@host",
  12345678901234567890n,
  Uint8Array.of(1, 2, 255),
  "Ana's own table",
  "SELECT 'ana' FROM t",
  "hunter2",
  '["kept","x > 5"]',
  [["kept", "gone"]],
];

/** A connector that answers with {@link ROW}, page by page, and what `answer` makes of it. */
function cells(answer: (nth: number, args: object) => Cell[][] = () => [ROW]): Connector {
  let asked = 0;
  return defineConnector({
    manifest: {
      id: "cells",
      title: "Cells",
      contract: 1,
      service: "database",
      types: { cells: "CustomDatabase" },
      capabilities: { metadata: {} },
      privileges: [],
      sdks: {},
      tested: [],
    },
    config: z.strictObject({}),
    requests,
    connect: async (_config, { group }) => {
      if (group === "closed") throw new SourceError("denied", "You may not connect.", { hint: "GRANT CONNECT" });
      return {
        async *request(_name, args) {
          for (const row of answer((asked += 1), args as object)) yield { rows: [row], bill: { bytes: 10 } };
        },
        begin: async () => undefined,
        end: async () => undefined,
        close: async () => undefined,
      };
    },
    hello: async () => ({
      identity: null,
      version: "1",
      now: "2026-01-01T00:00:00Z",
      names: { unquoted: "kept", caseSensitive: true },
    }),
    check: [],
  });
}

/** Never connects. */
const absent = (): Connector => ({
  ...cells(),
  connect: () => {
    throw new Error("The source was asked.");
  },
});

async function recorded(
  name: string,
  connector: Connector,
  work: (pool: ReturnType<typeof poolOf>) => Promise<unknown>,
  literals: "kept" | "replaced" = "replaced",
): Promise<string> {
  const path = join(folder, name);
  const writer = new RecordingWriter(path, { ...HEADER, literals });
  await work(poolOf(connector, record(writer, literals)));
  writer.finish();
  return path;
}

const openReplay = (path: string): ReturnType<typeof poolOf> => poolOf(absent(), replay(new Recording(path)));

test("what was kept comes back cell by cell, without the source", async () => {
  const path = await recorded(
    "kept",
    cells(() => [ROW, ROW]),
    (pool) => ask(pool, "u", "cells", {}),
    "kept",
  );
  const rows = await ask(openReplay(path), "u", "cells", {});
  expect(rows).toHaveLength(2);
  expect(Object.values(rows[1] ?? {})).toEqual([
    "postgres://ana:***@host",
    ROW[1],
    Buffer.from([1, 2, 255]),
    "Ana's own table",
    "SELECT 'ana' FROM t",
    "***",
    ROW[6],
    ROW[7],
  ]);
});

test("literals, comments, bytes and secrets are replaced by default; names stay", async () => {
  const path = await recorded("replaced", cells(), (pool) => ask(pool, "u", "cells", {}));
  const [row] = await ask(openReplay(path), "u", "cells", {});
  expect(row).toEqual({
    name: "postgres://ana:***@host",
    big: 12345678901234567890n,
    bytes: Buffer.alloc(0),
    comment: "(15 characters)",
    definition: "SELECT '***' FROM t",
    password: "***",
    detail: '["kept","x > 0"]',
    parts: [["kept", "(4 characters)"]],
  });
  const text = gunzipSync(readFileSync(path)).toString();
  expect(text).not.toMatch(/hunter2|Ana|'ana'|gone/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("answers belong to the unit that asked, whenever it asks; the same question twice has two answers", async () => {
  const numbered = cells((nth) => [[`answer ${nth}`, 1n, null, null, null, null, "[]", []]]);
  const path = await recorded("units", numbered, async (pool) => {
    await ask(pool, "a", "cells", {});
    await ask(pool, "b", "cells", {});
    await ask(pool, "b", "cells", {});
    await ask(pool, "b", "cells", { of: "x" });
  });
  const pool = openReplay(path);
  const name = async (...what: Parameters<typeof ask>): Promise<unknown> => (await ask(...what))[0]?.["name"];
  expect(await name(pool, "b", "cells", { of: "x" })).toBe("answer 4");
  expect(await name(pool, "b", "cells", {})).toBe("answer 2");
  expect(await name(pool, "a", "cells", {})).toBe("answer 1");
  expect(await name(pool, "b", "cells", {})).toBe("answer 3");
  await expect(name(pool, "b", "cells", {})).rejects.toMatchObject({
    exit: "conflict",
    message: /has no answer to the request cells/,
    hint: /cells@1.0.0/,
  });
});

test("errors are answers: of requests, and of connections nobody gets", async () => {
  const failing = cells((_nth, args) => {
    if ("bad" in args) throw new SourceError("denied", "No.", { hint: "GRANT", sourceCode: "42501" });
    return [ROW];
  });
  const path = await recorded("errors", failing, async (pool) => {
    await expect(ask(pool, "a", "cells", { bad: "1" })).rejects.toThrow("No.");
    await expect(pool.acquire("closed")).rejects.toThrow("You may not connect.");
  });
  const pool = openReplay(path);
  await expect(ask(pool, "a", "cells", { bad: "1" })).rejects.toMatchObject({
    code: "denied",
    hint: "GRANT",
    sourceCode: "42501",
  });
  await expect(pool.acquire("closed")).rejects.toMatchObject({ code: "denied", hint: "GRANT CONNECT" });
});

test("half a recording has no name, and what is no recording is refused in a sentence", async () => {
  const path = join(folder, "half");
  const writer = new RecordingWriter(path, HEADER);
  writer.line({ rows: [] });
  expect(() => new Recording(path)).toThrow("cannot be read");
  expect(() => new Recording(`${path}.unfinished`)).toThrow("never finished");
  writer.discard();
  writeFileSync(path, "no");
  expect(() => new Recording(path)).toThrow("is no recording of headwater");
  expect(() => new RecordingWriter(join(folder, "no", "such"), HEADER)).toThrow("cannot be written");
});

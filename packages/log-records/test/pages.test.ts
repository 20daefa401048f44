import { expect, test } from "vitest";
import { type LogText, readPages, type RecordPage } from "../src/index.ts";

/** A csvlog record with a statement; what does not matter is left empty. */
function record(message: string, application = "psql"): string {
  const fields = Array<string>(26).fill("");
  [fields[0], fields[5], fields[11], fields[13], fields[22]] = [
    "2026-11-20 10:00:00.000 UTC",
    "s1",
    "LOG",
    `"statement: ${message.replaceAll('"', '""')}"`,
    application,
  ];
  return `${fields.join(",")}\n`;
}

async function read(text: string, growing: boolean, from = 0, mark: string | null = null): Promise<RecordPage[]> {
  const bytes = Buffer.from(text);
  const log: LogText = {
    name: "postgresql.csv",
    beginning: bytes,
    async *open(offset) {
      // In small pieces, as it may come.
      for (let at = offset; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
    growing,
  };
  const pages: RecordPage[] = [];
  for await (const page of readPages(log, { from, mark, pageRows: 100 })) pages.push(page);
  return pages;
}

const texts = (pages: readonly RecordPage[]): string[] =>
  pages.flatMap(({ queries }) => queries.map(({ text }) => text));

test("an unfinished record at the end of a growing log is left for the next time", async () => {
  const [first, second] = [record("SELECT 1"), record('SELECT "a",\n b')];
  for (const cut of [first.length + 5, first.length + second.indexOf("\n") + 1, first.length + second.length - 1]) {
    const [page] = (await read((first + second).slice(0, cut), true)) as [RecordPage];
    expect(page).toMatchObject({ queries: [{ text: "SELECT 1" }], faults: [], end: first.length });
    const rest = await read(first + second, true, page.end, page.mark);
    expect(texts(rest)).toEqual(['SELECT "a",\n b']);
  }
});

test("in a log nobody writes to any more it is a fault", async () => {
  const pages = await read(record("SELECT 1") + record("SELECT 2").slice(0, -20), false);
  expect(texts(pages)).toEqual(["SELECT 1"]);
  expect(pages.flatMap(({ faults }) => faults)).toHaveLength(1);
});

test("what Headwater and OpenMetadata ran is left out", async () => {
  const pages = await read(
    record("SELECT 1", "headwater shop.metadata") +
      record('/* {"app": "OpenMetadata", "version": "1.13"} */ SELECT 2') +
      record("/* headwater shop.lineage */ SELECT 3") +
      record("SELECT 4"),
    false,
  );
  expect(texts(pages)).toEqual(["SELECT 4"]);
  expect(pages.map(({ leftOut }) => leftOut)).toEqual([3]);
});

test("a page of a server's log accounts for the time of all its records", async () => {
  const at = (text: string, minute: string): string => text.replace("10:00:00", `10:${minute}:00`);
  const text =
    at(record("SELECT 1", "headwater"), "01") + at(record("SELECT 2"), "05") + at(record("BEGIN", "headwater x"), "09");
  const [page] = await read(text, false);
  expect(page?.span).toEqual({ from: Date.UTC(2026, 10, 20, 10, 1), to: Date.UTC(2026, 10, 20, 10, 9) });
  const json = ["01", "07"].map(
    (minute) =>
      `{"timestamp":"2026-11-20 10:${minute}:00.000 UTC","error_severity":"LOG","message":"connection received"}\n`,
  );
  expect((await read(json.join(""), false))[0]?.span).toEqual({
    from: Date.UTC(2026, 10, 20, 10, 1),
    to: Date.UTC(2026, 10, 20, 10, 7),
  });
  expect((await read('{"query_text": "SELECT 1", "start_time": "2026-11-20 10:00:00"}\n', false))[0]?.span).toBeNull();
});

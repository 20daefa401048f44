/** What performance_schema counts of statements. It keeps no users, no sessions and no times of single ones. */
import { type CounterLog, type LoggedQuery, onlyRow } from "@headwater/core/connector";
import { isOwn } from "@headwater/log-records";
import { readableDigest } from "./digest-text.ts";
import type { Requests, RowOf } from "./requests.ts";
import { isAboutServer, isNoQuery } from "./statements.ts";

/** The counters by digest. Source: MySQL's manual, "Statement Summary Tables". */
export const digestCounters: CounterLog<Requests> = {
  async snapshot(session) {
    const state = await onlyRow(session, "digestState");
    const { now, since, first, lost } = state;
    // Digests stay until all are thrown out, by a restart or by hand: as long as the first is the same one, counting goes on.
    return { at: now, since, reset: first ?? `none at ${now}`, lost, complete: since !== null && lost === "0" };
  },

  async *read(session, { filter }) {
    const [database] = await session.all("databases");
    const limits = await onlyRow(session, "logSettings");
    for await (const rows of session.pages("digests", { filter })) {
      const counted = rows
        .map((row) => ({ row, ...textOf(row, limits) }))
        .filter(
          ({ row, text }) => row.times > 0 && !isOwn(row.sample ?? "") && !isNoQuery(text) && !isAboutServer(text),
        );
      yield {
        queries: counted.map(({ row, text, cut }): LoggedQuery => ({
          text,
          at: null,
          durationMs: row.durationMs,
          user: null,
          database: database?.name ?? null,
          schema: row.schema,
          session: null,
          times: row.times,
          cut,
        })),
        keys: counted.map(({ row }) => JSON.stringify([row.schema, row.digest])),
        faults: [],
        leftOut: rows.length - counted.length,
        cursor: "",
        bytes: 0,
      };
    }
  },
};

type Limits = Pick<RowOf<"logSettings">, "maxDigest" | "maxSample">;

/**
 * A statement as somebody wrote it, where the server kept one as a whole; otherwise its normalised text. A sample of several statements
 * in one text is passed over, because each of them is counted by itself.
 */
function textOf({ text, sample }: RowOf<"digests">, { maxDigest, maxSample }: Limits): { text: string; cut: boolean } {
  const isWhole = sample !== null && Buffer.byteLength(sample) < maxSample && !/;\s*\S/.test(sample);
  if (isWhole) return { text: sample, cut: false };
  return readableDigest(text ?? "", maxDigest);
}

import { changesSince, type Database, type FeedEntry } from "@headwater/catalog";

const PAGE = 1_000;

/** Every change after a number, oldest first, held a page at a time. */
export function* eachChangeSince(db: Database, seq: number): Generator<FeedEntry> {
  for (let at = seq; ;) {
    const page = changesSince(db, at, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    at = last.seq;
  }
}

import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { changesSince, type Database, firstSeq, type FeedEntry, lastSeq } from "@headwater/catalog";
import { EXIT, formatVersion, HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";
import { withCatalog } from "../catalog/open.ts";
import { safe, safeJson } from "../screen/safe-text.ts";
import type { Look, Screen } from "../screen/screen.ts";
import { localTime } from "../screen/times.ts";
import { byText } from "../views/history.ts";
import { wordFor } from "../views/words.ts";

const PAGE = 1_000;
const POLL_MS = 500;

/** `headwater changes` */
export async function run(call: Call): Promise<number> {
  const { args, err } = call;
  const follow = args.flag("follow");
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    await withCatalog(call, { mustExist: true }, async (db) => {
      let at = since(db, args.value("since"));
      for (;;) {
        const page = changesSince(db, at, PAGE);
        const [first] = page;
        if (first !== undefined && first.seq !== at + 1) throw forgotten(at, first.seq, lastSeq(db));
        await print(page, call);
        at = page.at(-1)?.seq ?? at;
        if (stop.signal.aborted) break;
        if (page.length === PAGE) continue;
        if (!follow) break;
        await wait(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      }
      err.print(err.paint("dim", `From here on: headwater changes --since ${at}`));
    });
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
  return stop.signal.aborted ? EXIT.interrupted : EXIT.success;
}

/** The number after which to begin: as typed, else before the oldest change that is kept. */
function since(db: Database, typed: string | undefined): number {
  const [first, last] = [firstSeq(db), lastSeq(db)];
  if (typed === undefined) return first - 1;
  const at = Number(typed);
  if (!/^\d+$/.test(typed) || !Number.isSafeInteger(at))
    throw new HeadwaterError("usage", `--since must be the number of a change, and is ${typed}.`);
  if (at > last)
    throw new HeadwaterError("conflict", `There is no change ${at}: the last one is ${last}.`, {
      hint: "Is it another catalog, or one restored from a backup? Then take a headwater export, and go on from there.",
    });
  if (at < first - 1) throw forgotten(at, first, last);
  return at;
}

function forgotten(at: number, first: number, last: number): HeadwaterError {
  return new HeadwaterError("conflict", `The changes ${at + 1} to ${first - 1} are no longer kept.`, {
    hint: `Take a headwater export, which has their outcome, and go on with --since ${last}.`,
  });
}

/** Prints changes no faster than they are taken. */
async function print(page: readonly FeedEntry[], { args, out }: Call): Promise<void> {
  if (args.flag("json")) out.stream.write(page.map((entry) => `${safeJson(changeJson(entry))}\n`).join(""));
  else out.print(...page.map((entry) => changeLine(entry, out)));
  await drained(out);
}

async function drained({ stream }: Screen): Promise<void> {
  if (stream.writableNeedDrain) await once(stream, "drain");
}

function changeJson({ seq, at, op, type, fqn, version, run: byRun, actor, change }: FeedEntry): object {
  return {
    seq,
    at,
    op,
    entityType: type,
    fullyQualifiedName: fqn,
    version: formatVersion(version),
    run: byRun,
    actor,
    change,
  };
}

function changeLine(entry: FeedEntry, { paint }: Look): string {
  const { seq, at, op, type, fqn, version } = entry;
  const what = type === null ? "" : `${wordFor(type)} `;
  const name = fqn === null ? "something removed since" : safe(fqn);
  return `${paint("bold", String(seq))}  ${op} ${what}${name} ${formatVersion(version)}  ${paint("dim", `${localTime(at)} ${safe(byText(entry))}`)}`;
}

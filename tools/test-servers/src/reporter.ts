import type { Reporter } from "vitest/node";
import { notes } from "./broker.ts";

/** Says at the end of a test run which servers it used, and which it could not and why. */
export default class ServersReporter implements Reporter {
  onTestRunEnd(): void {
    const all = notes();
    if (all.length === 0) return;
    const ran = new Map<string, number[]>();
    for (const note of all) if (note.ran) ran.set(note.server, [...(ran.get(note.server) ?? []), note.startMs]);
    const skipped = new Map(all.flatMap((note) => (note.ran ? [] : [[note.server, note.reason]])));
    const started = (times: number[]): string =>
      `${times.length === 1 ? "" : `${times.length} times, `}${times.map((ms) => (ms / 1_000).toFixed(1)).join(" + ")} s to start`;
    const lines = [
      ...byName(ran).map(([server, times]) => `   ran      ${server} (${started(times)})`),
      ...byName(skipped).map(([server, reason]) => `   skipped  ${server}: ${reason}`),
    ];
    process.stdout.write(`\n Servers\n${lines.join("\n")}\n`);
  }
}

const byName = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].toSorted(([a], [b]) => a.localeCompare(b));

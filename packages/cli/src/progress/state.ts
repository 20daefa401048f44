import type { NodeName, RunEvent } from "@headwater/core";
import { count } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { duration } from "../screen/times.ts";
import { cut, pad } from "../screen/width.ts";
import { serverText } from "../views/event.ts";
import { pluralOf } from "../views/words.ts";

/** How far the objects of one node have come. */
interface NodeProgress {
  /** Found by listings, and covered by the run. */
  wanted: number;
  done: number;
}

/** What is known of a run under way: the events so far, folded. */
export interface RunProgress {
  title: string;
  /** What it is connected to: the product and its version. */
  server: string | null;
  startedAt: number;
  nodes: Map<NodeName, NodeProgress>;
  /** What the source was last asked for. */
  doing: string;
  /** Objects done at some moments of the last seconds, oldest first. */
  samples: { at: number; done: number }[];
}

/** Nothing has happened yet. */
export function noProgress(now: number): RunProgress {
  return { title: "", server: null, startedAt: now, nodes: new Map(), doing: "connecting", samples: [] };
}

const RATE_MS = 5_000;

/** Takes one more event into account, in place. */
export function addEvent(progress: RunProgress, event: RunEvent): void {
  switch (event.event) {
    case "run-started":
      progress.title = `${event.pipeline} with ${event.connector}${event.continued ? ", going on" : ""}`;
      return;
    case "connected":
      progress.server = serverText(event);
      progress.doing = "listing";
      return;
    case "listed": {
      const node = nodeIn(progress, event.node);
      node.wanted += event.found - event.leftOut;
      progress.doing = `reading ${pluralOf(event.node)}${event.group === "" ? "" : ` of ${event.group}`}`;
      return;
    }
    case "read": {
      nodeIn(progress, event.node).done += event.objects;
      progress.doing = `reading ${pluralOf(event.node)}`;
      const done = [...progress.nodes.values()].reduce((sum, node) => sum + node.done, 0);
      progress.samples.push({ at: event.at, done });
      while ((progress.samples[0]?.at ?? event.at) < event.at - RATE_MS) progress.samples.shift();
      return;
    }
    case "retry":
      progress.doing = `waiting for the source: ${event.what}`;
      return;
    case "queries":
      progress.doing = "finishing";
      return;
    default:
  }
}

function nodeIn(progress: RunProgress, name: NodeName): NodeProgress {
  let node = progress.nodes.get(name);
  if (node === undefined) progress.nodes.set(name, (node = { wanted: 0, done: 0 }));
  return node;
}

/** The live block: what is read, how much of it is done, how fast. Every line fits the screen. */
export function progressLines(progress: RunProgress, now: number, { paint, width }: Look): string[] {
  const fit = (text: string): string => cut(safe(text), width - 1);
  const words = [...progress.nodes.keys()].map(pluralOf);
  const label = Math.max(0, ...words.map((word) => word.length)) + 2;
  const numbers = [...progress.nodes.values()].map(({ done }) => count(done));
  const widest = Math.max(0, ...numbers.map((number) => number.length));
  const rate = rateOf(progress, now);
  return [
    paint("bold", fit(progress.title + (progress.server === null ? "" : `, ${progress.server}`))),
    ...[...progress.nodes.values()].map(({ wanted, done }, at) =>
      fit(
        `  ${pad(words[at] ?? "", label)}${pad(numbers[at] ?? "", widest, "right")}${done < wanted ? ` of ${count(wanted)}` : ""}`,
      ),
    ),
    paint(
      "cyan",
      fit(
        `  ${[progress.doing, rate === null ? "" : `${count(rate)}/s`, duration(now - progress.startedAt)].filter((part) => part !== "").join(" · ")}`,
      ),
    ),
  ];
}

/** Objects per second over the last seconds; `null` while there is too little to tell. */
function rateOf({ samples }: RunProgress, now: number): number | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.done === first.done) return null;
  return Math.round(((last.done - first.done) * 1000) / Math.max(1_000, now - first.at));
}

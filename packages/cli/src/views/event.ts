import { EXIT, type NodeName, type RunEvent, TOPOLOGIES } from "@headwater/core";
import { bytes, count, counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look, Tint } from "../screen/screen.ts";
import { duration } from "../screen/times.ts";
import { countOf, wordFor } from "./words.ts";

/** What an event says, as lines: the first says it, the others what can be done. */
export function eventLines(event: RunEvent, { paint }: Look): string[] {
  const line = (sign: string, tint: Tint, text: string, ...more: (string | undefined)[]): string[] => [
    `${paint(tint, sign)} ${safe(text)}`,
    ...more
      .filter((hint) => hint !== undefined)
      .flatMap((hint) => hint.split("\n").map((part) => `  ${paint("dim", safe(part))}`)),
  ];
  switch (event.event) {
    case "run-started":
      return line(
        "▸",
        "cyan",
        `${event.pipeline} with ${event.connector}${event.continued ? ", going on where it stopped" : ""}`,
      );
    case "connected":
      return line("▸", "cyan", `connected to ${serverText(event)}, at most ${counted(event.sessions, "session")}`);
    case "listed":
      return line("·", "dim", listedText(event));
    case "read":
      return line("·", "dim", `read ${countOf(event.objects, event.node)}`);
    case "not-listed":
      return line(
        event.failure ? "✗" : "!",
        event.failure ? "red" : "yellow",
        `${event.scope}: ${event.message}`,
        event.hint,
      );
    case "failed":
      return line("✗", "red", `${wordFor(event.node)} ${event.fqn}: ${event.message}`, event.hint);
    case "set-aside":
      return line("!", "yellow", `${wordFor(event.node)} ${event.fqn} is set aside until the end: ${event.reason}`);
    case "retry":
      return line("!", "yellow", `${event.what}: ${event.message} Trying again in ${duration(event.inMs)}.`);
    case "renamed":
      return line("~", "yellow", `${wordFor(event.node)} ${event.from} is ${event.to} now`);
    case "deleted":
      return line("-", "red", `${wordFor(event.node)} ${event.fqn} is gone${below(event.below)}`);
    case "kept":
      return line("!", "yellow", `${wordFor(event.node)} ${event.fqn} is kept: ${event.reason}`);
    case "out-of-scope":
      return line(
        "!",
        "yellow",
        `${countOf(event.objects, event.node)} of ${event.scope} ${event.objects === 1 ? "is" : "are"} out of scope and kept${below(event.below, event.objects === 1 ? "it" : "them")}: ${event.reason}`,
        "headwater prune shows and removes what is out of scope.",
      );
    case "held":
      return line("!", "yellow", heldText(event), event.hint);
    case "note":
      return line("!", "yellow", event.message, event.hint);
    case "definitions":
      return line("·", "dim", definitionsText(event));
    case "lineage":
      return line("·", "dim", `lineage: ${counted(event.added, "edge")} added, ${count(event.removed)} removed`);
    case "log-read":
      return line("·", "dim", logText(event));
    case "log-fault":
      return line("✗", "red", faultText(event), event.hint);
    case "queries-read":
      return line(
        "·",
        "dim",
        `${counted(event.queries, "query", "queries")} of ${counted(event.shapes, "shape")}, ${count(event.read)} read, ${count(event.withGaps)} of them with gaps`,
      );
    case "queries":
      return line("·", "dim", queriesText(event));
    case "run-finished":
      return line(
        event.exit === EXIT.success ? "✓" : "✗",
        event.exit === EXIT.success ? "green" : "red",
        `${event.state}: ${event.message}`,
      );
  }
}

/** A server's version often begins with its product's name. */
export const serverText = ({ title, server }: { title: string; server: string }): string =>
  // A connector of several products says which one it is.
  title.toLowerCase().includes(server.split(" ", 1)[0]!.toLowerCase()) ? server : `${title} ${server}`;

const below = (objects: number, what = "it"): string => (objects > 0 ? `, with ${count(objects)} below ${what}` : "");

function listedText({ node, group, scopes, found, leftOut }: RunEvent & { event: "listed" }): string {
  const parent = PARENTS.get(node);
  const where = parent === undefined ? "" : ` in ${countOf(scopes, parent)}`;
  const left = leftOut > 0 ? `, ${count(leftOut)} left out` : "";
  return `${group === "" ? "" : `${group}: `}found ${countOf(found, node)}${where}${left}`;
}

/** What the objects of each node are below; nothing for those right below the service. */
const PARENTS: ReadonlyMap<NodeName, NodeName> = new Map(
  Object.values(TOPOLOGIES).flatMap(({ nodes }) =>
    nodes.flatMap(({ name, parent }) => (parent === null ? [] : [[name, parent] as const])),
  ),
);

function heldText({ deletions, limit, of, examples }: RunEvent & { event: "held" }): string {
  const more = deletions > examples.length ? " …" : "";
  return `${counted(deletions, "deletion")} held back, more than the ${count(limit)} allowed of ${count(of)}: ${examples.join(", ")}${more}`;
}

function logText({ title, queries, bytes: size, leftOut }: RunEvent & { event: "log-read" }): string {
  const left = leftOut > 0 ? `, ${count(leftOut)} records left out` : "";
  return `${title}: ${counted(queries, "query", "queries")}${size > 0 ? ` in ${bytes(size)}` : ""}${left}`;
}

function faultText({ title, reason, where, records }: RunEvent & { event: "log-fault" }): string {
  const first = where === "" ? "" : ` (first at ${where})`;
  if (records === 0) return `${reason.includes(title) ? "" : `${title}: `}${reason}${first}`;
  return `${title}: ${counted(records, "record")} lost, ${reason}${first}`;
}

function definitionsText({ read, unchanged, ended, withGaps }: RunEvent & { event: "definitions" }): string {
  const parts = [`read ${counted(read, "definition")}`, `${count(unchanged)} unchanged`];
  if (ended > 0) parts.push(`${count(ended)} gone`);
  if (withGaps > 0) parts.push(`${count(withGaps)} with gaps`);
  return parts.join(", ");
}

/** How many queries were asked, and how many the connector's manifest allows. */
export function queriesText({
  total,
  bound,
  sessions,
}: {
  total: number;
  bound: number | null;
  sessions: number;
}): string {
  const allowed = bound === null ? "" : ` of at most ${count(bound)}`;
  return `${counted(total, "query", "queries")}${allowed}, ${counted(sessions, "session")}`;
}

/** What people look for in a run that did not go well. */
export type Trouble = RunEvent & { event: "failed" | "not-listed" | "log-fault" };

/** Whether an event is a failure. */
export function isFailure(event: RunEvent): event is Trouble {
  return event.event === "failed" || event.event === "log-fault" || (event.event === "not-listed" && event.failure);
}

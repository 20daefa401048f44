import type { Found, ListItem } from "../connector/metadata.ts";
import { SourceError } from "../connector/source-error.ts";
import { entityFqn } from "../entities/entity-types.ts";
import { buildFqn, type Path } from "../entities/fqn.ts";
import type { Scope, Staged, StateStore } from "./ports.ts";
import { type EventBody, noCounts, type NodeCounts } from "./run-event.ts";
import { notCovered, type RunOptions } from "./run-options.ts";
import type { Task, Unit } from "./unit.ts";

/** Objects that are staged at once, and what they may weigh together: a seed holds all columns of its object. */
const STAGE_PAGE = 1_000;
const STAGE_WEIGHT = 20_000;

/** What a listing belongs to and where it goes. */
export interface ListingContext {
  service: string;
  options: RunOptions;
  store: Pick<StateStore, "stage">;
  unit: Unit;
  task: Task & { do: "list" };
  note: (body: EventBody) => void;
}

/** What one listing yielded, staged page by page as it streams. */
export class Listing {
  readonly #context: ListingContext;
  readonly #scopeFqns: Map<string, string>;
  #page: Staged[] = [];
  #weight = 0;
  #verdicts = new Map<string, Scope>();
  #counts = noCounts();

  constructor(context: ListingContext) {
    this.#context = context;
    const { service, task } = context;
    this.#scopeFqns = new Map(task.parents.map((parent) => [JSON.stringify(parent), buildFqn(service, ...parent)]));
  }

  /** Forgets everything, before the listing is tried again. */
  restart(): void {
    this.#page = [];
    this.#weight = 0;
    this.#verdicts = new Map();
    this.#counts = noCounts();
  }

  async add(item: ListItem): Promise<void> {
    if ("listed" in item) {
      const digest = item.seen === "granted" ? item.digest : undefined;
      const fqn = this.#scope(item.listed);
      this.#verdicts.set(fqn, { fqn, seen: item.seen, ...(digest === undefined ? {} : { digest }) });
    } else if ("denied" in item) {
      this.deny(item.denied, item.error);
    } else {
      this.#stage(item);
      this.#weight += item.weight ?? 1;
      if (this.#page.length >= STAGE_PAGE || this.#weight >= STAGE_WEIGHT) await this.flush();
    }
  }

  #scope(parent: Path): string {
    const fqn = this.#scopeFqns.get(JSON.stringify(parent));
    if (fqn === undefined)
      throw new SourceError(
        "refused",
        `The connector answered for ${JSON.stringify(parent)}, which was not among the parents it was asked to list.`,
      );
    return fqn;
  }

  #stage(found: Found): void {
    const { options, service, task, note } = this.#context;
    const parent = this.#scope(found.parent);
    const fqn = entityFqn(task.node, service, [...found.parent, found.name]);
    const leftOut = found.skip ?? notCovered(options, task.node, found.kind, found.name, fqn);
    this.#counts.found += 1;
    if (leftOut !== null) this.#counts.leftOut += 1;
    else if (found.blocked !== undefined) {
      const { reason, hint, failure } = found.blocked;
      if (failure) this.#counts.notListed += 1;
      note({
        event: "not-listed",
        node: task.node,
        scope: fqn,
        code: "denied",
        message: reason,
        failure,
        ...hinted(hint),
      });
    }
    this.#page.push({ parent, fqn, found, leftOut });
  }

  /** Records that nothing is known about the children of a parent. */
  deny(parent: Path, error: SourceError): void {
    const fqn = this.#scope(parent);
    this.#deny(fqn, error.code, error.message, error.hint);
  }

  #deny(fqn: string, code: SourceError["code"], message: string, hint?: string): void {
    const { task, note } = this.#context;
    this.#verdicts.set(fqn, { fqn, seen: "denied" });
    this.#counts.notListed += 1;
    note({ event: "not-listed", node: task.node, scope: fqn, code, message, failure: true, ...hinted(hint) });
  }

  /** Stages what has gathered. */
  async flush(): Promise<void> {
    const { store, unit, task, note } = this.#context;
    const page = this.#page;
    this.#page = [];
    this.#weight = 0;
    if (page.length === 0) return;
    for (const fqn of await store.stage(unit, page)) {
      this.#counts.failed += 1;
      const message = "The source lists this name twice; the first is read, the other left out.";
      note({ event: "failed", node: task.node, fqn, code: "duplicate", message });
    }
  }

  /** The verdicts. A parent the connector forgot to answer for is denied: what was not listed cannot be gone. */
  close(): { scopes: Scope[]; counts: NodeCounts } {
    for (const [path, fqn] of this.#scopeFqns)
      if (!this.#verdicts.has(fqn))
        this.#deny(fqn, "refused", `The connector said nothing about ${path}, so nothing below it is taken as gone.`);
    return { scopes: [...this.#verdicts.values()], counts: this.#counts };
  }
}

const hinted = (hint: string | undefined): { hint?: string } => (hint === undefined ? {} : { hint });

import type { Flow } from "./flow.ts";

/** A column that decides about rows, and where it says so. */
export interface Influence {
  readonly flow: Flow;
  readonly start: number;
  readonly end: number;
}

const INDEX_FROM = 24;

/** Collects influences: each flow once, at the place it came first. */
export class InfluenceSet {
  readonly items: Influence[] = [];
  private index: Set<Flow> | null = null;

  add(flow: Flow, start: number, end: number): void {
    if (this.isNew(flow)) this.items.push({ flow, start, end });
  }

  addAll(influences: readonly Influence[]): void {
    for (const influence of influences) if (this.isNew(influence.flow)) this.items.push(influence);
  }

  private isNew(flow: Flow): boolean {
    const { items } = this;
    if (this.index !== null) {
      if (this.index.has(flow)) return false;
      this.index.add(flow);
      return true;
    }
    for (const influence of items) if (influence.flow === flow) return false;
    if (items.length >= INDEX_FROM) this.index = new Set(items.map((influence) => influence.flow)).add(flow);
    return true;
  }
}

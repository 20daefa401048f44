import type { Connector } from "@headwater/core";
import type { Connection, Fixture, Seed, SeededLog, SeededSource } from "./fixture.ts";
import { objects, SAMPLE } from "./seeds.ts";

/** The connector under test with its fixture, and the sources that were made for it. */
export class Subject {
  readonly connector: Connector;
  readonly fixture: Fixture;
  /** Sources of the rule that is being checked. */
  readonly #made: { stop(): Promise<void> }[] = [];
  /** Sources that several rules read, by what they are. */
  readonly #shared = new Map<string, Promise<SeededSource>>();

  constructor(connector: Connector, fixture: Fixture) {
    this.connector = connector;
    this.fixture = fixture;
  }

  /** The source most rules read. Nobody changes it. */
  sample(): Promise<SeededSource> {
    return this.#share("sample", SAMPLE);
  }

  /** A source with many objects in the scope `size`. */
  large(many: number): Promise<SeededSource> {
    return this.#share("large", [{ scope: "size", objects: objects(many) }]);
  }

  #share(name: string, seed: Seed): Promise<SeededSource> {
    let made = this.#shared.get(name);
    if (made === undefined) this.#shared.set(name, (made = this.#make(seed)));
    return made;
  }

  /** A source of one's own, until the end of the rule. */
  async seed(seed: Seed): Promise<SeededSource> {
    return this.#keep(await this.#make(seed));
  }

  /** The source with every kind of object. */
  async showcase(): Promise<SeededSource | null> {
    const made = await this.fixture.showcase?.();
    return made === undefined ? null : this.#keep(made);
  }

  /** A log of what was run. */
  async log(): Promise<SeededLog | null> {
    const made = await this.fixture.log?.();
    return made === undefined ? null : this.#keep(made);
  }

  async #make(seed: Seed): Promise<SeededSource> {
    if (this.fixture.seed === undefined) throw new Error("The fixture makes no sources.");
    return this.fixture.seed(seed);
  }

  #keep<Made extends { stop(): Promise<void> }>(made: Made): Made {
    this.#made.push(made);
    return made;
  }

  /** Takes away what a rule made for itself: where all sources live on one server, the next one should not see it. */
  async release(): Promise<void> {
    for (const source of this.#made.splice(0)) await source.stop();
  }

  /** The connection as the connector's schema yields it. */
  config(connection: Connection): unknown {
    // Core reads the type itself.
    const { type: _type, ...own } = connection;
    return this.connector.config.parse(own);
  }

  /** Takes away every source that was made. */
  async close(): Promise<void> {
    await this.release();
    for (const source of await Promise.allSettled(this.#shared.values()))
      if (source.status === "fulfilled") await source.value.stop();
    this.#shared.clear();
  }
}

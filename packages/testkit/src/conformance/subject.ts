import type { Connector } from "@headwater/core";
import type { Connection, Fixture, Seed, SeededSource } from "./fixture.ts";
import { SAMPLE } from "./seeds.ts";

/** The connector under test with its fixture, and the sources that were made for it. */
export class Subject {
  readonly connector: Connector;
  readonly fixture: Fixture;
  readonly #made: SeededSource[] = [];
  #sample: Promise<SeededSource> | null = null;

  constructor(connector: Connector, fixture: Fixture) {
    this.connector = connector;
    this.fixture = fixture;
  }

  /** The source most rules read. Nobody changes it. */
  sample(): Promise<SeededSource> {
    return (this.#sample ??= this.seed(SAMPLE));
  }

  /** A source of one's own. */
  async seed(seed: Seed): Promise<SeededSource> {
    if (this.fixture.seed === undefined) throw new Error("The fixture makes no sources.");
    return this.#keep(await this.fixture.seed(seed));
  }

  /** The source with every kind of object. */
  async showcase(): Promise<SeededSource | null> {
    const made = await this.fixture.showcase?.();
    return made === undefined ? null : this.#keep(made);
  }

  #keep(source: SeededSource): SeededSource {
    this.#made.push(source);
    return source;
  }

  /** The connection as the connector's schema yields it. */
  config(connection: Connection): unknown {
    // Core reads the type itself.
    const { type: _type, ...own } = connection;
    return this.connector.config.parse(own);
  }

  /** Takes away every source that was made. */
  async close(): Promise<void> {
    for (const source of this.#made.splice(0)) await source.stop();
  }
}

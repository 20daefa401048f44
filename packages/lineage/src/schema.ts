/** Names in SQL and what they are in the catalog. */
import { type Database, NameIndex } from "@headwater/catalog";
import { buildFqn, quoteName } from "@headwater/core";
import { type SchemaProvider, splitName } from "@headwater/sql-lineage";

/** What names without a database or a schema mean. */
export interface Defaults {
  catalog?: string;
  searchPath?: readonly string[];
  /** A name without a schema is in one of the search path, and nowhere else. */
  onlySearchPath?: true;
}

/** What a missing level is called: the same word the catalog uses for levels a source does not have. */
const MISSING = "default";
const LEVELS = 3;

/** How many of the engine's names are kept with what they are in the catalog. */
const NAMES_KEPT = 50_000;

/** The catalog as the engine asks for it, and back from the engine's names to FQNs. */
export class CatalogSchema {
  readonly #names: NameIndex;
  readonly #service: string;
  /** The FQNs of tables by what the engine calls them; `null` for those the catalog does not have. */
  readonly #fqns = new Map<string, string | null>();

  /** `service` is the raw name of the service whose names these are. */
  constructor(names: NameIndex, service: string) {
    this.#names = names;
    this.#service = service;
  }

  /** The provider for `analyze`. */
  readonly provide: SchemaProvider = (requests) => requests.map(({ name }) => this.#names.tables(name));

  /** Whether the catalog has nothing at all of the service: then texts are all there is. */
  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** Whether the catalog has the table that the engine calls so. */
  knows(id: string): boolean {
    return this.#find(id) !== null;
  }

  #find(id: string): string | null {
    let fqn = this.#fqns.get(id);
    if (fqn === undefined) {
      const parts = splitName(id);
      const isIt = (name: readonly string[]): boolean =>
        name.length === parts.length && name.every((part, at) => part === parts[at]);
      fqn = this.#names.tables(parts).find(({ name }) => isIt(name))?.fqn ?? null;
      if (this.#fqns.size >= NAMES_KEPT) this.#fqns.clear();
      this.#fqns.set(id, fqn);
    }
    return fqn;
  }

  /** The FQN of a table as the engine calls it: what the catalog has, or what it would be called there. */
  fqnOf(id: string, defaults: Defaults): string {
    const known = this.#find(id);
    if (known !== null) return known;
    const parts = splitName(id).filter((part) => part !== "");
    const missing = [defaults.catalog ?? MISSING, defaults.searchPath?.[0] ?? MISSING];
    const whole = parts.length < LEVELS ? [...missing.slice(0, LEVELS - parts.length), ...parts] : parts.slice(-LEVELS);
    return buildFqn(this.#service, ...whole);
  }

  /** The FQN of the routine a name means; `null` where the catalog has none or several. */
  routineOf(name: readonly string[]): string | null {
    return this.#names.routine(name);
  }
}

/** What names mean in the texts of a service, which can name tables of others too. All are raw names of services. */
export function schemaOfServices(db: Database, service: string, otherServices: readonly string[]): CatalogSchema {
  return new CatalogSchema(new NameIndex(db, [service, ...otherServices].map(quoteName)), service);
}

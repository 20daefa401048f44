/** Names in SQL and what they are in the catalog. */
import { type Database, NameIndex, type NamedTable } from "@headwater/catalog";
import { buildFqn, quoteName } from "@headwater/core";
import { joinName, type SchemaProvider, splitName, type TableSchema } from "@headwater/sql-lineage";

/** What names without a database or a schema mean. */
export interface Defaults {
  catalog?: string;
  searchPath?: readonly string[];
}

/** What a missing level is called: the same word the catalog uses for levels a source does not have. */
const MISSING = "default";
const LEVELS = 3;

/** The catalog as the engine asks for it, and back from the engine's names to FQNs. */
export class CatalogSchema {
  readonly #names: NameIndex;
  readonly #service: string;
  /** The FQNs of tables by what the engine calls them. */
  readonly #fqns = new Map<string, string>();
  /** Tables as the engine is told of them. */
  readonly #told = new WeakMap<NamedTable, TableSchema>();

  /** `service` is the raw name of the service whose names these are. */
  constructor(names: NameIndex, service: string) {
    this.#names = names;
    this.#service = service;
  }

  /** The provider for `analyze`. */
  readonly provide: SchemaProvider = (requests) =>
    requests.map(({ name }) => this.#names.tables(name).map((table) => this.#tell(table)));

  #tell(table: NamedTable): TableSchema {
    let told = this.#told.get(table);
    if (told === undefined) {
      const { parts, columns, fqn } = table;
      told = { name: parts, columns };
      this.#told.set(table, told);
      this.#fqns.set(joinName(parts), fqn);
    }
    return told;
  }

  /** Whether the catalog has nothing at all of the service: then texts are all there is. */
  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** Whether the catalog has the table that the engine calls so. */
  knows(id: string): boolean {
    return this.#fqns.has(id);
  }

  /** The FQN of a table as the engine calls it: what the catalog has, or what it would be called there. */
  fqnOf(id: string, defaults: Defaults): string {
    const known = this.#fqns.get(id);
    if (known !== undefined) return known;
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

import {
  type Cell,
  type Connector,
  decorate,
  type Decorator,
  type Json,
  SessionPool,
  systemClock,
} from "../../src/index.ts";
import { memoryConnector, MemorySource } from "../../src/memory/memory-source.ts";

/** A memory source with some schemas in a database. */
export function shelf(schemas: number = 3): MemorySource {
  const source = new MemorySource();
  source.put("database", { path: ["db"], kind: "Database", facts: {} });
  for (let s = 0; s < schemas; s += 1)
    source.put("databaseSchema", { path: ["db", `s${s}`], kind: "Schema", facts: { description: "it's a secret" } });
  return source;
}

/** A pool over a source with decorators around it. */
export function poolOf(source: MemorySource | Connector, ...decorators: Decorator[]): SessionPool {
  const connector = source instanceof MemorySource ? memoryConnector(source) : source;
  return new SessionPool({
    connector: decorate(connector, ...decorators),
    config: {},
    intent: "metadata",
    limit: 4,
    signal: new AbortController().signal,
    clock: { ...systemClock, sleep: async () => undefined },
  });
}

/** Asks one thing in one unit. */
export async function ask(pool: SessionPool, work: string, name: string, args: Json): Promise<Record<string, Cell>[]> {
  const opened = await pool.acquire("");
  try {
    await opened.driver.begin(new AbortController().signal, work);
    const rows: Record<string, Cell>[] = await opened.session.all(name, args);
    await opened.driver.end();
    return rows;
  } finally {
    await pool.release(opened);
  }
}

/** All schemas. */
export const SCHEMAS: Json = { node: "databaseSchema", paths: [["db"]] };

import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { type Connector, defineConnector } from "../connector/connector.ts";
import type { Manifest } from "../connector/manifest.ts";
import type { Found, ListItem, MetadataNode, NodeName, Observations } from "../connector/metadata.ts";
import { type Cell, defineRequests } from "../connector/request.ts";
import type { Page } from "../connector/session.ts";
import { SourceError } from "../connector/source-error.ts";
import type { EntityType, Facts, FactsByType } from "../entities/facts.ts";
import type { Path } from "../entities/fqn.ts";
import type { Json } from "../entities/json.ts";
import { TOPOLOGIES } from "../topology/topologies.ts";

/** One object of an in-memory source. */
export interface MemoryObject<N extends NodeName = NodeName> {
  path: Path;
  kind: string;
  facts: FactsByType[N];
  key?: string;
  token?: string;
  /** How much there is to read; by default its columns. */
  weight?: number;
  columnKeys?: string[];
  seen?: Observations;
}

/** What is asked of the source, for faults and latencies. */
export interface MemoryRequest {
  name: "connect" | "hello" | "list" | "read";
  node?: NodeName;
  paths?: Path[];
}

/**
 * A source that lives in memory: a pure one to drive the runner with. Change its objects between runs; make it slow or
 * let it fail with `before`.
 */
export class MemorySource {
  readonly service: Manifest["service"];
  identity: string | null = "memory";
  /** What the role sees: `granted` listings prove nothing by themselves. */
  seen: "complete" | "granted" = "complete";
  digest: string | undefined;
  /** Paths (as JSON) that somebody has locked. */
  readonly locked: Set<string> = new Set();
  /** Called before each request is answered: wait in it, or throw. */
  before: (request: MemoryRequest) => Promise<void> | void = () => undefined;
  /** Milliseconds each answer takes. */
  latency: () => number = () => 0;
  requests = 0;
  readonly #objects = new Map<NodeName, Map<string, MemoryObject>>();

  constructor(service: Manifest["service"] = "database") {
    this.service = service;
  }

  /** Adds or replaces an object. */
  put<N extends NodeName>(node: N, object: MemoryObject<N>): this {
    let objects = this.#objects.get(node);
    if (objects === undefined) this.#objects.set(node, (objects = new Map()));
    objects.set(JSON.stringify(object.path), object);
    return this;
  }

  /** Drops an object and everything below it. */
  drop(node: NodeName, path: Path): this {
    this.#objects.get(node)?.delete(JSON.stringify(path));
    for (const objects of this.#objects.values())
      for (const [key, object] of objects)
        if (object.path.length > path.length && path.every((name, at) => object.path[at] === name)) objects.delete(key);
    return this;
  }

  /** The objects of a node, in the order they were put. */
  objects(node: NodeName): MemoryObject[] {
    return [...(this.#objects.get(node)?.values() ?? [])];
  }

  /** Answers a request. */
  async answer(request: MemoryRequest, signal: AbortSignal): Promise<MemoryObject[]> {
    this.requests += 1;
    const ms = this.latency();
    if (ms > 0) await wait(ms, undefined, { signal });
    await this.before(request);
    signal.throwIfAborted();
    const { name, node, paths = [] } = request;
    if (node === undefined) return [];
    if (name === "read") return paths.flatMap((path) => this.#objects.get(node)?.get(JSON.stringify(path)) ?? []);
    const parents = new Set(paths.map((path) => JSON.stringify(path)));
    return this.objects(node).filter(({ path }) => parents.has(JSON.stringify(path.slice(0, -1))));
  }
}

const requests = defineRequests({
  hello: { effect: "read", columns: { identity: "text?" } },
  list: { effect: "read", columns: { object: "json" } },
  read: { effect: "read", columns: { object: "json" } },
});

/** The connector of an in-memory source. Containers travel as seeds, leaves are read. */
export function memoryConnector(source: MemorySource): Connector {
  const topology = TOPOLOGIES[source.service];
  const nodes = Object.fromEntries(topology.nodes.map(({ name }) => [name, memoryNode(source, name)]));
  return defineConnector({
    manifest: {
      id: "memory",
      title: "Memory",
      contract: 1,
      service: source.service,
      types: { memory: "CustomDatabase" },
      capabilities: { metadata: {} },
      privileges: [],
      sdks: {},
      tested: ["in memory"],
    },
    config: z.strictObject({}),
    requests,
    connect: async (_config, { signal }) => {
      await source.answer({ name: "connect" }, signal);
      return {
        request: (name, args, at) => answerPages(source, name as MemoryRequest["name"], args, at),
        begin: async () => undefined,
        end: async () => undefined,
        close: async () => undefined,
      };
    },
    hello: async (session) => {
      const [row] = await session.all("hello");
      return {
        identity: row?.identity ?? null,
        version: "memory 1",
        now: "2026-01-01T00:00:00Z",
        names: { unquoted: "kept", caseSensitive: true },
      };
    },
    check: [],
    metadata: nodes,
  });
}

async function* answerPages(
  source: MemorySource,
  name: MemoryRequest["name"],
  args: Json,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const request = { name, ...(args as object) } as MemoryRequest;
  const objects = await source.answer(request, signal);
  if (name === "hello") yield { rows: [[source.identity]] };
  else yield { rows: objects.map((object): Cell[] => [object as unknown as Json]) };
}

const CONTAINERS: ReadonlySet<EntityType> = new Set(["database", "databaseSchema"]);

function memoryNode(source: MemorySource, node: NodeName): MetadataNode<typeof requests> {
  const seeded = CONTAINERS.has(node);
  return {
    kinds: [],
    group: (parent) => parent[0] ?? "",
    async *list(session, parents): AsyncGenerator<ListItem> {
      for await (const rows of session.pages("list", { node, paths: parents as Json }))
        for (const { object } of rows) yield toFound(object as unknown as MemoryObject, seeded);
      for (const parent of parents)
        yield source.seen === "complete"
          ? { listed: parent, seen: "complete" }
          : { listed: parent, seen: "granted", ...(source.digest === undefined ? {} : { digest: source.digest }) };
    },
    async *read(session, { members }) {
      const paths: Path[] = [];
      for (const { parent, name } of members) {
        const path = [...parent, name];
        if (source.locked.has(JSON.stringify(path))) yield { setAside: path, reason: "locked by a test" };
        else paths.push(path);
      }
      for await (const rows of session.pages("read", { node, paths: paths as Json }))
        for (const { object } of rows) {
          const { path, facts, columnKeys, seen } = object as unknown as MemoryObject;
          yield {
            path,
            rows: facts as unknown as Json,
            ...(columnKeys === undefined ? {} : { columnKeys }),
            ...(seen === undefined ? {} : { seen }),
          };
        }
    },
    facts: (rows) => rows as unknown as FactsByType[NodeName],
  };
}

function toFound(object: MemoryObject, seeded: boolean): Found {
  const { path, kind, key, token, weight, facts } = object;
  return {
    parent: path.slice(0, -1),
    name: path[path.length - 1] as string,
    kind,
    weight: weight ?? columnCount(facts),
    ...(key === undefined ? {} : { key }),
    ...(token === undefined ? {} : { token }),
    ...(seeded ? { seed: facts as unknown as Json } : {}),
  };
}

const columnCount = (facts: Facts): number => ("columns" in facts ? Math.max(1, facts.columns.length) : 1);

/** The error a source gives when it refuses a request, for `before`. */
export function refused(message: string): SourceError {
  return new SourceError("refused", message);
}

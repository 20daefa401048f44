/** Connectors that do one thing wrong each, with the rule that has to see it. */
import { type Connector, isSourceError, type Manifest, type Page, SourceError, z } from "@headwater/core/connector";
import type { Fixture } from "../src/index.ts";
import {
  boardFacts,
  connect,
  listBoards,
  log,
  MANIFEST,
  type Parts,
  pathKey,
  readBoards,
  readColumns,
  shelfConnector,
  toSourceError,
} from "./shelf/connector.ts";
import { shelfFixture } from "./shelf/fixture.ts";
import { writePackage } from "./shelf/package.ts";
import { type Shelf, SHELVES } from "./shelf/shelf.ts";

/** One connector that does something wrong. */
export interface Broken {
  /** What it does, to be read behind "one that …". */
  does: string;
  /** The rule that sees it. Others may see consequences. */
  breaks: string;
  connector: Connector;
  fixture: Fixture;
}

const broken = (does: string, breaks: string, parts: Parts, fixture: Partial<Fixture> = {}): Broken => ({
  does,
  breaks,
  connector: shelfConnector(parts),
  // Small ones: only what needs a large source gets one.
  fixture: { ...shelfFixture, many: 0, ...fixture },
});

const inPackage = (does: string, breaks: string, made: Parameters<typeof writePackage>[0]): Broken =>
  broken(does, breaks, {}, { package: writePackage(made) });

const withMetadata = (metadata: Manifest["capabilities"]["metadata"]): Manifest => ({
  ...MANIFEST,
  capabilities: { ...MANIFEST.capabilities, ...(metadata === undefined ? {} : { metadata }) },
});

/** A connector whose driver does something else for a request. */
const withDriver = (
  change: (driver: Awaited<ReturnType<typeof connect>>, shelf: Shelf) => Partial<Awaited<ReturnType<typeof connect>>>,
): Parts => ({
  connect: async (config, options) => {
    const driver = await connect(config, options);
    return { ...driver, ...change(driver, SHELVES.get(config.shelf) as Shelf) };
  },
});

/** What no connector should go by: how many reads are under way, and how often something was done. */
let underWay = 0;
let times = 0;

/** Every broken connector. */
export const BROKEN: readonly Broken[] = [
  inPackage("declares a capability it has not", "L0.agrees", {
    manifest: { ...MANIFEST, capabilities: { ...MANIFEST.capabilities, usage: {} } },
  }),
  inPackage("imports its driver eagerly", "L0.lazy-driver", { main: 'import "shelf-driver";\n' }),
  inPackage("awaits at the top level of a module", "L0.loads", { main: "await Promise.resolve();\n" }),
  inPackage("has a manifest that is none", "L0.manifest", {
    manifest: { ...MANIFEST, id: "No Id", contract: -1 },
  }),
  broken("keeps its password as plain text", "L1.secrets", {
    config: z.strictObject({ shelf: z.string(), reader: z.string().default("anybody"), password: z.string() }),
    connect: async (config, options) => {
      const plain = config as unknown as { password: string };
      return connect({ ...config, password: { reveal: () => plain.password } as typeof config.password }, options);
    },
  }),
  broken("does not say how many queries it asks", "L1.formula", { manifest: withMetadata({}) }),
  broken("says nothing about scopes that are empty", "L2.verdicts", {
    table: {
      async *list(session, parents) {
        const full = new Set<string>();
        for await (const item of listBoards(session, parents)) {
          if ("name" in item) full.add(JSON.stringify(item.parent));
          if ("listed" in item && !full.has(JSON.stringify(item.listed))) continue;
          yield item;
        }
      },
    },
  }),
  broken("forgets every page of a listing but the first", "L2.pages", {
    table: {
      async *list(session, parents) {
        for (const parent of parents) {
          const pages = session.pages("boards", { of: [[parent[1] ?? ""]] });
          for await (const rows of pages) {
            for (const { name } of rows) yield { parent, name, kind: "Regular" };
            break;
          }
          yield { listed: parent, seen: "granted" };
        }
      },
    },
  }),
  broken("asks once per table", "L2.sets", {
    table: {
      async *read(session, { members, want }) {
        for (const member of members) yield* readBoards(session, { members: [member], want });
      },
    },
  }),
  broken("asks more than its manifest allows", "L2.formula", {
    manifest: withMetadata({ queries: { perGroup: 0, perSlice: 1 } }),
  }),
  broken("reads what nobody asked for", "L2.members", {
    table: {
      async *read(session, { members, want }) {
        yield* readBoards(session, { members, want });
        const [first] = members;
        if (first !== undefined) yield { path: [...first.parent, "extra"], rows: { comment: null, columns: [] } };
      },
    },
  }),
  broken("hands columns on in the order they happen to come", "L2.stable", {
    table: {
      async *read(session, slice) {
        times += 1;
        for await (const item of readBoards(session, slice))
          yield "path" in item && times % 2 === 0
            ? { ...item, rows: { ...item.rows, columns: item.rows.columns.toReversed() } }
            : item;
      },
    },
  }),
  broken("keeps state that units share, so that timing shows", "L2.timing", {
    table: {
      async *read(session, slice) {
        const alone = underWay === 0;
        underWay += 1;
        try {
          await session.all("columns", { of: [] });
          for await (const item of readBoards(session, slice))
            yield "path" in item ? { ...item, rows: { ...item.rows, comment: alone ? "alone" : "in company" } } : item;
        } finally {
          underWay -= 1;
        }
      },
    },
  }),
  broken("does not hear that it should stop", "L2.cancel", {
    connect: async (config, options) => ({
      ...(await connect(config, options)),
      async *request(name, args): AsyncGenerator<Page> {
        const deaf = new AbortController().signal;
        const driver = await connect(config, options);
        yield* driver.request(name, args, deaf);
      },
    }),
  }),
  broken(
    "writes in a session that only reads",
    "L2.read-only",
    withDriver((_driver, shelf) => ({
      begin: async () => void shelf.scopes.set("headwater_tmp", new Map()),
    })),
  ),
  broken("calls complete what its role sees a part of", "L2.visibility", {
    table: {
      async *list(session, parents) {
        for await (const item of listBoards(session, parents))
          yield "listed" in item ? { listed: item.listed, seen: "complete" } : item;
      },
    },
  }),
  broken(
    "asks for everything in one piece",
    "L2.bounded",
    withDriver((driver) => ({
      async *request(name, args, signal) {
        const rows: Page["rows"] = [];
        for await (const page of driver.request(name, args, signal)) rows.push(...page.rows);
        yield { rows };
      },
    })),
    { many: 12_000 },
  ),
  broken("reads its log without a window", "L2.log-window", {
    log: { read: (session, _window, reading) => log.read(session, { from: 0, to: Infinity, filter: null }, reading) },
  }),
  broken("begins its log anew instead of going on", "L2.log-pages", {
    log: { read: (session, window, { pageRows }) => log.read(session, window, { pageRows, cursor: null }) },
  }),
  broken("makes facts of the time of day", "L3.pure", {
    table: { facts: (rows) => ({ ...boardFacts(rows), description: String((times += 1)) }) },
  }),
  broken("makes facts the catalog does not take", "L3.facts", {
    table: { facts: (rows) => ({ ...boardFacts(rows), tableType: "Plank" as "Regular" }) },
  }),
  broken("finds kinds it does not declare", "L3.kinds", {
    table: {
      async *list(session, parents) {
        for await (const item of listBoards(session, parents)) yield "name" in item ? { ...item, kind: "View" } : item;
      },
    },
  }),
  broken("takes one type for another", "L3.types", {
    table: {
      facts: (rows) => {
        const facts = boardFacts(rows);
        return { ...facts, columns: facts.columns.map((column) => ({ ...column, dataType: "STRING" as const })) };
      },
    },
  }),
  broken("folds names", "L3.names", {
    table: {
      async *list(session, parents) {
        for await (const item of listBoards(session, parents))
          yield "name" in item ? { ...item, name: item.name.toLowerCase() } : item;
      },
    },
  }),
  broken("builds identifiers of strings", "L3.names", {
    connect: async (config, options) => {
      const shelf = SHELVES.get(config.shelf) as Shelf;
      return {
        ...(await connect(config, options)),
        async *request(name, args, signal): AsyncGenerator<Page> {
          const { of } = args as { of?: string[][] };
          const list = of?.map((names) => names.map((part) => `"${part}"`).join(".")).join(", ");
          try {
            const question = list === undefined ? name : `${name} of ${list}`;
            for await (const rows of shelf.ask(question, config.reader, signal)) yield { rows };
          } catch (error) {
            throw toSourceError(error);
          }
        },
      };
    },
  }),
  broken("has a token that misses changes", "L3.changes", {
    table: {
      async *list(session, parents) {
        for await (const item of listBoards(session, parents))
          yield "name" in item ? { ...item, token: pathKey("", item.name) } : item;
      },
    },
  }),
  broken("leaks its password in an error", "L3.secrets", {
    connect: async (config, options) => {
      try {
        return await connect(config, options);
      } catch (error) {
        if (!isSourceError(error)) throw error;
        const url = `shelf://anybody:open-sesame-4711@${config.shelf}`;
        throw new SourceError(error.code, `${url} was refused.`);
      }
    },
  }),
  broken("calls a scope listed whose listing broke", "L4.gone", {
    table: {
      async *list(session, parents) {
        try {
          for await (const item of listBoards(session, parents)) if ("name" in item) yield item;
        } catch (error) {
          if (!isSourceError(error)) throw error;
        }
        for (const parent of parents) yield { listed: parent, seen: "granted" };
      },
    },
  }),
  broken("takes what is denied for empty", "L4.permission", {
    table: {
      async *list(session, parents) {
        try {
          yield* listBoards(session, parents);
        } catch (error) {
          if (!isSourceError(error) || error.code !== "denied") throw error;
          for (const parent of parents) yield { listed: parent, seen: "granted" };
        }
      },
    },
  }),
  broken("swallows the error of an object", "L4.unreadable", {
    table: {
      async *read(session, slice) {
        for (const member of slice.members) {
          try {
            const [column] = await readColumns(session, [member]);
            if (column !== undefined) yield* readBoards(session, { ...slice, members: [member] });
          } catch (error) {
            if (!isSourceError(error) || error.code !== "refused") throw error;
          }
        }
      },
    },
  }),
  broken("tries to sign in again and again", "L4.token", {
    table: {
      async *list(session, parents) {
        for (let attempt = 1; ; attempt += 1) {
          try {
            await session.all("boards", { of: [] });
            break;
          } catch (error) {
            if (!isSourceError(error) || error.code !== "signIn" || attempt > 20) throw error;
          }
        }
        yield* listBoards(session, parents);
      },
    },
  }),
  broken("keeps what came before an answer broke off", "L4.truncated", {
    table: {
      async *list(session, parents) {
        for (const parent of parents) {
          try {
            for await (const rows of session.pages("boards", { of: [[parent[1] ?? ""]] }))
              for (const { name } of rows) yield { parent, name, kind: "Regular" };
          } catch (error) {
            if (!isSourceError(error) || error.code !== "unreachable") throw error;
          }
          yield { listed: parent, seen: "granted" };
        }
      },
    },
  }),
];

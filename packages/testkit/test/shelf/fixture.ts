/** Shelves to test against. */
import type { Fixture, SeedObject, SeededSource } from "../../src/index.ts";
import { TYPES } from "./connector.ts";
import { type Board, PASSWORD, Shelf } from "./shelf.ts";

const boardOf = ({ columns, comment }: SeedObject): Board => ({
  columns: columns.map(({ name, type = "words" }) => ({ name, type })),
  comment: comment ?? null,
  hiddenFrom: new Set(),
});

/** A fixture that offers everything. */
export const shelfFixture: Fixture = {
  source: "a shelf in memory",
  secret: PASSWORD,
  types: TYPES,
  many: 12_000,
  withWrongSecret: (connection) => ({ ...connection, password: "guessed" }),
  showcase: async () => seed([{ scope: "all", objects: [{ name: "one", columns: [{ name: "id" }] }] }]),
  log: async () => {
    const shelf = new Shelf();
    for (let at = 1; at <= 10; at += 1) shelf.log.push({ text: `scopes -- ${at}`, at: Date.UTC(2026, 0, at) });
    return {
      connection: { type: "Shelf", shelf: shelf.number, password: PASSWORD },
      queries: shelf.log,
      stop: async () => undefined,
    };
  },
  seed,
};

async function seed(wanted: Parameters<NonNullable<Fixture["seed"]>>[0]): Promise<SeededSource> {
  const shelf = new Shelf();
  for (const { scope, objects } of wanted)
    shelf.scopes.set(scope, new Map(objects.map((object) => [object.name, boardOf(object)])));
  // Large shelves have large pages, as servers have.
  if (wanted.some(({ objects }) => objects.length > 100)) shelf.pageRows = 1_000;
  const connection = { type: "Shelf", shelf: shelf.number, password: PASSWORD };
  const boards = (scope: string): Map<string, Board> => {
    const found = shelf.scopes.get(scope);
    if (found === undefined) throw new Error(`There is no scope ${scope}.`);
    return found;
  };
  return {
    connection,
    path: (scope) => ["shelf", scope],
    stop: async () => undefined,
    contents: async () => shelf.contents(),
    stall: async () => shelf.fallSilent(),
    async change(change) {
      if (change.do === "add") boards(change.scope).set(change.object.name, boardOf(change.object));
      else if (change.do === "drop") boards(change.scope).delete(change.name);
      else
        boards(change.scope)
          .get(change.name)
          ?.columns.push({ type: "words", ...change.column });
    },
    async hide(scope, name) {
      boards(scope).get(name)?.hiddenFrom.add("guest");
      return { ...connection, reader: "guest" };
    },
  };
}

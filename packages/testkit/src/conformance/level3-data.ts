/** Level 3: what it makes of the data. */
import { inspect } from "node:util";
import { buildFqn, type DataType, FACTS_SCHEMAS, isSourceError, type Json, type TableFacts } from "@headwater/core";
import { emptyCatalog, ending, exported, ingest, type Ran, SERVICE, total } from "./run.ts";
import { failed, passed, type Rule, skipped, verdictOn, withSource } from "./rule.ts";
import { HOSTILE_NAMES, object, SAMPLE } from "./seeds.ts";
import { leafOf } from "./level2-protocol.ts";
import { isFound, objectsOf, openPool, walk } from "./walk.ts";
import { nodeOf, nodesOf, pathOf } from "../reader.ts";

const validFacts = withSource(async (subject) => {
  const saw: string[] = [];
  for (const { node, found, object: one } of objectsOf(await walk(subject, await subject.sample())).values()) {
    const parsed = FACTS_SCHEMAS[node].safeParse(nodeOf(subject.connector, node).facts(one.rows, found.kind));
    if (!parsed.success) saw.push(`${node} ${JSON.stringify(pathOf(found))}: ${parsed.error.issues[0]?.message ?? ""}`);
  }
  return verdictOn(saw);
});

const pureFacts = withSource(async (subject) => {
  const saw: string[] = [];
  for (const [name, { node, found, object: one }] of objectsOf(await walk(subject, await subject.sample()))) {
    const implementation = nodeOf(subject.connector, node);
    const rows = deepFreeze(structuredClone(one.rows));
    try {
      if (
        inspect(implementation.facts(rows, found.kind), DEEP) !== inspect(implementation.facts(rows, found.kind), DEEP)
      )
        saw.push(`${name}: two calls with the same rows gave different facts.`);
    } catch (error) {
      saw.push(`${name}: with rows that cannot be changed it threw ${String(error)}`);
    }
  }
  return verdictOn(saw);
});

const DEEP = { depth: Infinity, maxArrayLength: Infinity } as const;

function deepFreeze(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  Object.freeze(value);
  return value;
}

const declaresKinds = withSource(async (subject) => {
  const source = await subject.showcase();
  if (source === null) return skipped("The fixture makes no source with every kind of object (showcase()).");
  const { lists } = await walk(subject, source);
  const saw: string[] = [];
  for (const { name } of nodesOf(subject.connector)) {
    const declared = new Set(nodeOf(subject.connector, name).kinds);
    const found = new Set(
      lists.filter(({ node }) => node === name).flatMap(({ items }) => items.filter(isFound).map(({ kind }) => kind)),
    );
    for (const kind of found)
      if (!declared.has(kind)) saw.push(`${name}: it found the kind ${kind}, which it does not declare.`);
    for (const kind of declared)
      if (!found.has(kind)) saw.push(`${name}: it declares the kind ${kind}, and there was none.`);
  }
  const ran = await ingest(subject, source, emptyCatalog());
  if (ran.exit !== 0) saw.push(`Reading it ended with ${ending(ran)}`);
  return verdictOn(saw);
});

const mapsTypes = withSource(async (subject) => {
  const { types } = subject.fixture;
  if (types === undefined) return skipped("The fixture lists no types (types).");
  const names = Object.keys(types);
  const columns = names.map((type, at) => ({ name: `c${at}`, type }));
  const source = await subject.seed([{ scope: "types", objects: [{ name: "typed", columns }] }]);
  const leaf = leafOf(subject);
  const read = objectsOf(await walk(subject, source)).get(
    `${leaf} ${JSON.stringify([...source.path("types"), "typed"])}`,
  );
  if (read === undefined) return failed("The object with the columns was not read.");
  const facts = nodeOf(subject.connector, leaf).facts(read.object.rows, read.found.kind) as TableFacts;
  const got = new Map<string, DataType>(facts.columns.map(({ name, dataType }) => [name, dataType]));
  return verdictOn(
    names
      .filter((type, at) => got.get(`c${at}`) !== types[type])
      .map((type) => `${type} became ${got.get(`c${names.indexOf(type)}`) ?? "no column"}, not ${types[type] ?? ""}.`),
  );
});

const keepsNames = withSource(async (subject) => {
  const names = HOSTILE_NAMES.filter((name) => subject.fixture.canHold?.(name) ?? true);
  const source = await subject.seed([{ scope: "names", objects: names.map((name) => object(name, [name, "id"])) }]);
  const read = objectsOf(await walk(subject, source));
  const leaf = leafOf(subject);
  const saw: string[] = [];
  for (const name of names) {
    const one = read.get(`${leaf} ${JSON.stringify([...source.path("names"), name])}`);
    if (one === undefined) saw.push(`${JSON.stringify(name)} was not read under its name.`);
    else {
      const facts = nodeOf(subject.connector, leaf).facts(one.object.rows, one.found.kind);
      const columns = "columns" in facts ? facts.columns.map((column) => column.name) : [name];
      if (!columns.includes(name))
        saw.push(`${JSON.stringify(name)}: its column of that name is ${JSON.stringify(columns[0])}.`);
    }
  }
  const ran = await ingest(subject, source, emptyCatalog());
  if (ran.exit !== 0) saw.push(`Reading them ended with ${ending(ran)}`);
  return saw.length === 0 ? passed({ names: names.length }) : failed(saw);
});

const noneOneMany = withSource(async (subject) => {
  const db = emptyCatalog();
  const source = await subject.sample();
  const ran = await ingest(subject, source, db);
  if (ran.exit !== 0) return failed(`The run ended with ${ending(ran)}`);
  const names = new Set(
    exported(db).map((line) => (JSON.parse(line) as { fullyQualifiedName: string }).fullyQualifiedName),
  );
  return verdictOn(
    SAMPLE.flatMap(({ scope, objects }) =>
      [[], ...objects.map(({ name }) => [name])].map((below) => buildFqn(SERVICE, ...source.path(scope), ...below)),
    )
      .filter((fqn) => !names.has(fqn))
      .map((fqn) => `${fqn} is not in the catalog.`),
  );
});

const seesChanges = withSource(async (subject) => {
  const source = await subject.seed(SAMPLE);
  if (source.change === undefined) return skipped("The fixture cannot change its source (change()).");
  const db = emptyCatalog();
  await ingest(subject, source, db);
  await source.change({ do: "add", scope: "one", object: object("fresh") });
  await source.change({ do: "drop", scope: "many", name: "t003" });
  await source.change({ do: "addColumn", scope: "many", name: "t004", column: { name: "later" } });
  const changed = await ingest(subject, source, db);
  const second = await ingest(subject, source, db);
  const third = await ingest(subject, source, db);
  const figures = (ran: Ran): string =>
    `${total(ran, (c) => c.created)} created, ${total(ran, (c) => c.updated)} updated`;
  const deleted = (ran: Ran): number => total(ran, (counts) => counts.deleted);
  const saw: string[] = [];
  if (figures(changed) !== "1 created, 1 updated") saw.push(`After one of each: ${figures(changed)}.`);
  // Where the role sees only what it may, a second run has to miss an object too.
  if (deleted(changed) + deleted(second) !== 1)
    saw.push(`${deleted(changed) + deleted(second)} deleted, after one was.`);
  for (const ran of [second, third])
    if (figures(ran) !== "0 created, 0 updated") saw.push(`After no change at all: ${figures(ran)}.`);
  return verdictOn(saw);
});

const leavesUnread = withSource(async (subject) => {
  const source = await subject.sample();
  const db = emptyCatalog();
  await ingest(subject, source, db);
  const before = exported(db);
  const ran = await ingest(subject, source, db, { options: { want: { ddl: false, owners: false, tags: false } } });
  if (ran.exit !== 0) return failed(`The run ended with ${ending(ran)}`);
  const changed = exported(db).filter((line, at) => line !== before[at]);
  return verdictOn(changed.map((line) => `This is other than before: ${line.slice(0, 200)}`));
});

const tellsNoSecret = withSource(async (subject) => {
  const { secret } = subject.fixture;
  if (secret === undefined) return skipped("The fixture names no secret to look for (secret).");
  const source = await subject.sample();
  const config = subject.config(source.connection);
  const db = emptyCatalog();
  const ran = await ingest(subject, source, db);
  const told: Record<string, string> = {
    "the printed configuration": inspect(config, DEEP),
    "the configuration as JSON": JSON.stringify(config),
    "the events of a run": JSON.stringify(ran.events),
    "the catalog": exported(db).join("\n"),
  };
  const wrong = subject.fixture.withWrongSecret?.(source.connection);
  if (wrong !== undefined) {
    const refused = await openPool(subject, { connection: wrong }).then(
      () => null,
      (error: unknown) => error,
    );
    if (refused === null) return failed("The source took wrong credentials.");
    if (!isSourceError(refused) || refused.code !== "signIn")
      return failed(`Wrong credentials gave ${wordsOf(refused)}, which is no SourceError("signIn").`);
    told["the error for wrong credentials"] = inspect(refused, { ...DEEP, showHidden: true });
  }
  return verdictOn(
    Object.entries(told)
      .filter(([, text]) => text.includes(secret))
      .map(([where]) => `The secret stands in ${where}.`),
  );
});

const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : inspect(thrown));

/** The rules of level 3. */
export const DATA_RULES: readonly Rule[] = [
  {
    id: "L3.facts",
    title: "Facts are what the catalog takes",
    expected: "facts that satisfy the schema of their type of entity",
    guide:
      "`FACTS_SCHEMAS` of @headwater/core says what each type of entity holds. An object with wrong facts is reported as failed.",
    check: validFacts,
  },
  {
    id: "L3.pure",
    title: "Facts follow from the rows alone",
    expected: "the same facts from the same rows, and rows left as they are",
    guide:
      "An unchanged object is recognised by its rows and its facts are not even computed: whatever else flows into facts() is lost. No clock, no session, no memory of other objects.",
    check: pureFacts,
  },
  {
    id: "L3.kinds",
    title: "It finds every kind it declares, and no other",
    expected: "the kinds in `kinds` of every node, all of them, in a source that has them all",
    guide: "Filters, options and documentation go by kinds. Take out what was never seen; declare what is found.",
    check: declaresKinds,
  },
  {
    id: "L3.types",
    title: "Types become the catalog's types",
    expected: "the data type the fixture names for every type of the source",
    guide:
      "Types of the source map in types.ts, by a table. What is not known is `UNKNOWN` with its own name as display text, never a guess.",
    check: mapsTypes,
  },
  {
    id: "L3.names",
    title: "Names are kept as the source spells them, however odd",
    expected: "objects and columns with quotes, dots, blanks, other scripts and keywords, byte for byte",
    guide:
      "Names come from strangers. Pass them as parameters; where a statement has to contain one, through the dialect's one escaper. Never fold, trim or normalise.",
    check: keepsNames,
  },
  {
    id: "L3.none-one-many",
    title: "Scopes with nothing, with one object and with many are read",
    expected: "a run that succeeds, with every object in the catalog",
    guide: "An empty scope is a success, a list of one is a list.",
    check: noneOneMany,
  },
  {
    id: "L3.changes",
    title: "A change is seen, and only the change",
    expected: "one created, one updated and one deleted after one of each; nothing after no change",
    guide:
      "Tokens must cover every fact: what a timestamp of the source misses makes a change invisible. What changes by itself (counts, times of access) belongs into `seen`, not into rows.",
    check: seesChanges,
  },
  {
    id: "L3.unread",
    title: "What an option leaves unread keeps its value",
    expected: "the same catalog after a run without DDL, owners and tags",
    guide: "Not read is `undefined`, none is `null`. Leave a field out when `want` does not ask for it.",
    check: leavesUnread,
  },
  {
    id: "L3.secrets",
    title: "No secret in any output",
    expected: "the secret of the connection nowhere: configuration, events, errors, catalog",
    guide:
      "Keep secrets in `Secret`, and reveal them in the one call of the driver. Errors of drivers may carry the connection: write your own message, as errors.ts does.",
    check: tellsNoSecret,
  },
];

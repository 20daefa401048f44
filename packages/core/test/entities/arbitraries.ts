/** Random entities: every type, with names and values chosen to break things. */
import * as fc from "fast-check";
import {
  type Column,
  type Curated,
  type CuratedColumn,
  DATA_TYPES,
  type EntityType,
  type Facts,
  type FactsByType,
  type Json,
  type JsonObject,
  type Owner,
  type SetEdit,
  TABLE_TYPES,
  type TagLabel,
} from "../../src/index.ts";

/** Names people and sources really have, and names made of what FQNs reserve, quote and separate with. */
export const name: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("id", "email", "orders", "Orders", "größe", "a b", "コラム", "model") },
  {
    weight: 3,
    arbitrary: fc.string({
      unit: fc.constantFrom(
        ...Array.from('."_>:\n\r\t\\/ ab'),
        "__",
        "::",
        "reserved",
        "__reserved",
        "__colon__",
        "quote",
      ),
      minLength: 1,
      maxLength: 6,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "length", "\u{1F600}"),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 8 }) },
);

/** Any JSON value, with keys that mean something to objects or to our own formats. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ any: Json; list: Json[]; object: JsonObject }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, 1.5, "", "a", "b"),
    tie("object"),
    tie("list"),
  ),
  list: fc.oneof(
    fc.array(tie("any"), { maxLength: 4 }),
    // Lists of named things, which deltas compare by name.
    fc.array(
      fc.tuple(name, tie("object")).map(([called, rest]) => ({ ...rest, name: called })),
      { maxLength: 4 },
    ),
  ),
  object: fc.dictionary(fc.constantFrom("a", "b", "name", "=", "~", "-", "#", "__proto__", "constructor"), tie("any"), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
})).any;

/** A JSON object. */
export const object: fc.Arbitrary<JsonObject> = fc.dictionary(name, json, { maxKeys: 3, noNullPrototype: true });

const text = fc.option(fc.constantFrom("", "A text.", "Ein “Text”\nmit Zeilen", "x"), { nil: null });
const count = fc.option(fc.nat(5), { nil: null });

export const owner: fc.Arbitrary<Owner> = fc.record({ type: fc.constantFrom("role", "user", "team"), name });
export const tag: fc.Arbitrary<TagLabel> = fc.record(
  {
    tagFQN: fc
      .tuple(fc.constantFrom("PII", "Tier", '"a.b"'), fc.constantFrom("Sensitive", "None", "Tier1"))
      .map((parts) => parts.join(".")),
    source: fc.constantFrom("Classification", "Glossary"),
    labelType: fc.constantFrom("Manual", "Automated"),
    state: fc.constant("Confirmed"),
    description: fc.constantFrom("", "why"),
  },
  { requiredKeys: ["tagFQN", "source", "labelType", "state"] },
);

const common = {
  displayName: text,
  description: text,
  owners: fc.option(fc.array(owner, { maxLength: 3 }), { nil: null }),
  tags: fc.option(fc.array(tag, { maxLength: 3 }), { nil: null }),
  sourceUrl: text,
  source: fc.option(object, { nil: null }),
};

/** Columns whose names differ, three levels deep. */
export function columns(depth = 2): fc.Arbitrary<Column[]> {
  const column = fc.record(
    {
      name,
      dataType: fc.constantFrom(...DATA_TYPES.slice(0, 6), "ARRAY", "STRUCT"),
      arrayDataType: fc.option(fc.constantFrom(...DATA_TYPES.slice(0, 3)), { nil: null }),
      dataLength: count,
      precision: count,
      scale: count,
      dataTypeDisplay: text,
      displayName: text,
      description: text,
      constraint: fc.option(fc.constantFrom("NULL", "NOT_NULL", "UNIQUE", "PRIMARY_KEY"), { nil: null }),
      tags: fc.option(fc.array(tag, { maxLength: 2 }), { nil: null }),
      source: fc.option(object, { nil: null }),
      ...(depth > 0 ? { children: fc.option(columns(depth - 1), { nil: null }) } : {}),
    },
    { requiredKeys: ["name", "dataType"] },
  );
  return fc
    .uniqueArray(column, { selector: (each) => each.name, maxLength: depth > 0 ? 4 : 2 })
    .map((list) => list.map((each, at) => ({ ...each, ordinalPosition: at + 1 }))) as fc.Arbitrary<Column[]>;
}

const path = (length: number): fc.Arbitrary<string[]> => fc.array(name, { minLength: length, maxLength: length });
const references = (length: number): fc.Arbitrary<string[][] | null> =>
  fc.option(fc.array(path(length), { maxLength: 3 }), { nil: null });

const service = {
  serviceType: fc.constantFrom("Postgres", "Kafka"),
  connection: fc.option(
    object.map((config) => ({ config })),
    { nil: null },
  ),
};

const own: { readonly [T in EntityType]: { required: string[]; fields: Record<string, fc.Arbitrary<unknown>> } } = {
  databaseService: { required: ["serviceType"], fields: service },
  messagingService: { required: ["serviceType"], fields: service },
  dashboardService: { required: ["serviceType"], fields: service },
  pipelineService: { required: ["serviceType"], fields: service },
  database: { required: [], fields: { default: fc.option(fc.boolean(), { nil: null }) } },
  databaseSchema: { required: [], fields: {} },
  table: {
    required: ["tableType", "columns"],
    fields: {
      tableType: fc.constantFrom(...TABLE_TYPES),
      columns: columns(),
      tableConstraints: fc.option(
        fc.array(
          fc.record(
            {
              constraintType: fc.constantFrom("UNIQUE", "PRIMARY_KEY", "FOREIGN_KEY"),
              columns: fc.array(name, { maxLength: 2 }),
              referredColumns: references(4),
            },
            { requiredKeys: ["constraintType", "columns"] },
          ),
          { maxLength: 3 },
        ),
        { nil: null },
      ),
      tablePartition: fc.option(
        fc.record({
          columns: fc.array(
            fc.oneof(
              fc.record({ columnName: name, intervalType: fc.constantFrom("TIME-UNIT", "OTHER") }),
              fc.record({ interval: fc.constant("day"), intervalType: fc.constant("TIME-UNIT"), columnName: name }),
            ),
            { maxLength: 2 },
          ),
        }),
        { nil: null },
      ),
      schemaDefinition: text,
      fileFormat: text,
      locationPath: text,
    },
  },
  storedProcedure: {
    required: ["storedProcedureCode"],
    fields: {
      storedProcedureCode: fc.record({ code: fc.string(), language: fc.constantFrom("SQL", "Python") }),
      storedProcedureType: fc.option(fc.constantFrom("Function", "UDF"), { nil: null }),
    },
  },
  topic: {
    required: ["partitions"],
    fields: {
      partitions: fc.integer({ min: 1, max: 9 }),
      replicationFactor: count,
      retentionTime: count,
      retentionSize: count,
      maximumMessageSize: count,
      minimumInSyncReplicas: count,
      cleanupPolicies: fc.option(fc.array(fc.constantFrom("delete", "compact"), { maxLength: 3 }), { nil: null }),
      messageSchema: fc.option(fc.record({ schemaType: fc.constantFrom("Avro", "JSON"), schemaText: fc.string() }), {
        nil: null,
      }),
    },
  },
  chart: { required: [], fields: { chartType: text } },
  dashboardDataModel: {
    required: ["dataModelType", "columns"],
    fields: { dataModelType: fc.constant("SupersetDataModel"), columns: columns(1), sql: text, project: text },
  },
  dashboard: {
    required: [],
    fields: {
      dashboardType: fc.option(fc.constantFrom("Dashboard", "Report"), { nil: null }),
      project: text,
      charts: references(1),
      dataModels: references(1),
    },
  },
  pipeline: {
    required: [],
    fields: {
      tasks: fc.option(
        fc.array(
          fc.record(
            { name, taskType: fc.constant("Operator"), downstreamTasks: fc.array(name, { maxLength: 2 }) },
            { requiredKeys: ["name"] },
          ),
          { maxLength: 3 },
        ),
        { nil: null },
      ),
      scheduleInterval: text,
      concurrency: count,
    },
  },
  query: {
    required: ["query"],
    fields: {
      query: fc.string(),
      queryDate: count,
      duration: count,
      users: fc.option(fc.array(name, { maxLength: 3 }), { nil: null }),
      queryUsedIn: references(3),
    },
  },
  classification: { required: [], fields: { mutuallyExclusive: fc.option(fc.boolean(), { nil: null }) } },
  tag: { required: [], fields: {} },
  team: { required: [], fields: { teamType: fc.option(fc.constantFrom("Group", "Department"), { nil: null }) } },
  user: { required: [], fields: { email: text, teams: fc.option(fc.array(owner, { maxLength: 3 }), { nil: null }) } },
  ingestionPipeline: {
    required: ["pipelineType"],
    fields: {
      pipelineType: fc.constantFrom("metadata", "usage"),
      sourceConfig: fc.option(
        object.map((config) => ({ config })),
        { nil: null },
      ),
    },
  },
};

/** All types of entities. */
export const ALL_TYPES = Object.keys(own) as EntityType[];

/** Facts of a type: fields are there, `null`, or not read at all. */
export function facts<T extends EntityType>(type: T): fc.Arbitrary<FactsByType[T]> {
  const { fields, required } = own[type];
  return fc.record(
    { ...common, ...fields },
    { requiredKeys: required as never[], noNullPrototype: true },
  ) as fc.Arbitrary<FactsByType[T]>;
}

/** Facts of any type. */
export const anyFacts: fc.Arbitrary<{ type: EntityType; facts: Facts }> = fc
  .constantFrom(...ALL_TYPES)
  .chain((type) => facts(type).map((given) => ({ type, facts: given })));

const edit = <T>(item: fc.Arbitrary<T>, key: (item: T) => string): fc.Arbitrary<SetEdit<T>> => {
  const items = fc.uniqueArray(item, { selector: key, maxLength: 3 });
  return fc.record({ add: items, remove: items }, { requiredKeys: [], noNullPrototype: true });
};
export const tagEdit: fc.Arbitrary<SetEdit<TagLabel>> = edit(tag, ({ tagFQN }) => tagFQN);
const curatedFields = { displayName: text, description: text, tags: tagEdit };

/** What people curated; `paths` are the columns they may have touched. */
export function curated(paths: readonly string[] = []): fc.Arbitrary<Curated> {
  const column: fc.Arbitrary<CuratedColumn> = fc.record(curatedFields, { requiredKeys: [], noNullPrototype: true });
  return fc.record(
    {
      ...curatedFields,
      owners: edit(owner, ({ type, name: called }) => `${type} ${called}`),
      columns: fc.dictionary(fc.constantFrom("gone", ...paths), column, { maxKeys: 4, noNullPrototype: true }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
}

/** The same facts with every list and every key in another order, as far as order means nothing. */
export function shuffled(given: Facts, random: (length: number) => number): Facts {
  const SETS = new Set([
    "owners",
    "tags",
    "charts",
    "dataModels",
    "queryUsedIn",
    "tableConstraints",
    "cleanupPolicies",
    "teams",
    "users",
  ]);
  return walk(given as unknown as Json, "") as unknown as Facts;

  function walk(value: Json, key: string): Json {
    if (Array.isArray(value)) {
      const items = value.map((item) => walk(item, ""));
      return SETS.has(key) ? mix(items) : items;
    }
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(mix(Object.entries(value)).map(([inner, item]) => [inner, walk(item, inner)]));
  }

  function mix<T>(items: readonly T[]): T[] {
    const rest = [...items];
    return items.map(() => rest.splice(random(rest.length), 1)[0] as T);
  }
}

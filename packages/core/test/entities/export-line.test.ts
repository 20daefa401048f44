import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Column,
  columnsByPath,
  entityFqn,
  type EntityType,
  type ExportedEntity,
  ExportLineError,
  fromEntityJson,
  type JsonObject,
  toDocument,
  toEntityJson,
} from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { anyFacts, curated as anyCurated, name } from "./arbitraries.ts";

/** How many names an entity of a type has below the root. */
const DEPTH: Partial<Record<EntityType, number>> = {
  database: 1,
  databaseSchema: 2,
  table: 3,
  storedProcedure: 3,
  topic: 1,
  chart: 1,
  dashboardDataModel: 1,
  dashboard: 1,
  pipeline: 1,
  query: 1,
  tag: 1,
  ingestionPipeline: 1,
};

const entity: fc.Arbitrary<ExportedEntity> = anyFacts.chain(({ type, facts }) => {
  const depth = DEPTH[type] ?? 0;
  return fc
    .tuple(name, fc.array(name, { minLength: depth, maxLength: depth }), fc.nat(500), fc.boolean())
    .chain(([root, path, version, deleted]) => {
      const source = toDocument(type, root, facts);
      const columns = source["columns"] as unknown as Column[] | undefined;
      const paths = columns === undefined ? [] : [...columnsByPath(columns).keys()];
      const fqn = path.length === 0 ? entityFqn(type, root, []) : entityFqn(type, root, path);
      return fc
        .option(anyCurated(paths), { nil: null })
        .map((curated) => ({ type, fqn, version, deleted, source, curated }));
    });
});
const trip = (json: JsonObject): JsonObject => JSON.parse(JSON.stringify(json)) as JsonObject;

test("an exported entity is read back as it was, whatever it is", () => {
  fc.assert(
    fc.property(entity, fc.boolean(), (given, exclusive) => {
      const json = trip(toEntityJson(given, () => exclusive));
      const back = fromEntityJson(json);
      expect(back).toEqual(given);
      expect(JSON.stringify(back.source)).toBe(JSON.stringify(given.source));
      expect(JSON.stringify(toEntityJson(back, () => exclusive))).toBe(JSON.stringify(json));
    }),
    { seed: SEED, numRuns: 500 * SOAK },
  );
});

describe("the shape of a line", () => {
  const source = toDocument("table", "s", {
    tableType: "Regular",
    description: "from the source",
    columns: [{ name: "id", dataType: "INT", source: { default: "1" }, children: [{ name: "x.y", dataType: "TEXT" }] }],
    source: { oid: 7 },
  });
  const line = toEntityJson({
    type: "table",
    fqn: 's.d."a.b".t',
    version: 12,
    deleted: true,
    source,
    curated: { description: "from people" },
  });

  test("is OpenMetadata's, with what it has no field for under extension.headwater", () => {
    expect(line).toEqual({
      entityType: "table",
      fullyQualifiedName: 's.d."a.b".t',
      name: "t",
      version: "1.2",
      deleted: true,
      description: "from people",
      tableType: "Regular",
      columns: [
        {
          name: "id",
          dataType: "INT",
          fullyQualifiedName: 's.d."a.b".t.id',
          children: [{ name: "x.y", dataType: "TEXT", fullyQualifiedName: 's.d."a.b".t.id."x.y"' }],
        },
      ],
      service: { type: "databaseService", name: "s", fullyQualifiedName: "s" },
      database: { type: "database", name: "d", fullyQualifiedName: "s.d" },
      databaseSchema: { type: "databaseSchema", name: "a.b", fullyQualifiedName: 's.d."a.b"' },
      extension: {
        headwater: {
          source: { oid: 7 },
          columns: { 's.d."a.b".t.id': { default: "1" } },
          curated: { description: "from people" },
          hidden: { description: "from the source" },
        },
      },
    });
  });

  test("of a data model skips the fixed name in its FQN", () => {
    const model = toEntityJson({
      type: "dashboardDataModel",
      fqn: "s.model.m",
      version: 1,
      deleted: false,
      source: { dataModelType: "x", columns: [] },
      curated: null,
    });
    expect(model).toMatchObject({ name: "m", service: { name: "s", fullyQualifiedName: "s" } });
  });

  test("takes versions as OpenMetadata writes them: as numbers", () => {
    expect(fromEntityJson({ ...line, version: 1 }).version).toBe(10);
    expect(fromEntityJson({ ...line, version: 0.1 }).version).toBe(1);
    expect(fromEntityJson({ ...line, version: 12.3 }).version).toBe(123);
  });

  test("an extension that is not ours is no concern of ours", () => {
    for (const extension of [7, null, {}, { other: { curated: 1 } }])
      expect(fromEntityJson({ ...line, extension })).toMatchObject({
        curated: null,
        source: { description: "from people" },
      });
  });

  test.for<[what: string, change: JsonObject, message: RegExp]>([
    ["no type", { entityType: "thing" }, /"entityType" is "thing"/],
    ["no FQN", { fullyQualifiedName: null }, /"fullyQualifiedName" is missing/],
    ["a broken FQN", { fullyQualifiedName: "a..b" }, /a\.\.b.*empty/],
    [
      "an FQN that is too short",
      { fullyQualifiedName: "a.b" },
      /a\.b: the full name of a table has 4 parts, and this one 2/,
    ],
    ["no version", { version: "latest" }, /"version" is "latest"/],
    ["a version in hundredths", { version: 0.15 }, /"version" is 0.15/],
    ["facts of another form", { tableType: "Chair" }, /tableType/],
    ["a column of another form", { columns: [{ name: "id" }] }, /dataType/],
    ["columns that are no list", { columns: "id" }, /columns/],
    ["a column that is no object", { columns: [null] }, /columns/],
    [
      "a curated layer of another form",
      { extension: { headwater: { curated: { colour: "red" } } } },
      /curated.*colour/s,
    ],
  ])("%s is refused, saying what", ([, change, message]) => {
    const broken = { ...line, ...change };
    expect(() => fromEntityJson(broken)).toThrow(ExportLineError);
    expect(() => fromEntityJson(broken)).toThrow(message);
  });
});

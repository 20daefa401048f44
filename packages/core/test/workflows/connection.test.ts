import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Connector, z } from "../../src/connector/index.ts";
import { secret } from "../../src/connector/secret.ts";
import type { JsonObject } from "../../src/entities/json.ts";
import { problemsOf, readWorkflow, withKeptConnection, type Workflow } from "../../src/workflows/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { contextOf, postgres } from "./connectors.ts";
import { caught, problemsIn, read, revealed, short, workflowText } from "./reading.ts";

const configOf = (workflow: Workflow): JsonObject => workflow.connection?.config as JsonObject;
const storedOf = (workflow: Workflow): unknown => workflow.serviceFacts.connection?.config;

/** All that reading a text can show anybody: of a workflow, or of what is wrong with it. */
function everythingShown(text: string): string {
  try {
    const { serviceFacts, warnings, connection } = readWorkflow(text, "f", contextOf());
    return JSON.stringify([serviceFacts, warnings, connection]);
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    return `${String(error)}\n${problems.map(short).join("\n")}`;
  }
}

describe("secrets", () => {
  test("are revealed to the connector only, and kept as references only", () => {
    const workflow = read(
      workflowText({
        connection: "password: $PG_PASSWORD\nsslConfig:\n  sslKey: ${file:key.pem}\nauthType:\n  password: hunter2",
      }),
      { PG_PASSWORD: "canary-1" },
      { "conf/key.pem": "canary-2\n" },
    );
    expect(revealed(workflow, "password")).toBe("canary-1");
    expect(revealed(workflow, "sslConfig", "sslKey")).toBe("canary-2");
    expect(revealed(workflow, "authType", "password")).toBe("hunter2");
    expect(storedOf(workflow)).toEqual({
      type: "Postgres",
      hostPort: "localhost:5432",
      username: "reader",
      password: "$PG_PASSWORD",
      sslConfig: { sslKey: "${file:key.pem}" },
    });
    expect(JSON.stringify(workflow)).not.toMatch(/canary|hunter2/);
  });

  test.for<[what: string, written: string]>([
    ["a literal", "hunter2"],
    ["a number", "12345"],
    ["a literal around a reference", "hunter${PG}"],
    ["a dollar that is meant", "$$PG"],
    ["a block", ">-\n  hunter2"],
  ])("%s is not kept", ([, written]) => {
    const workflow = read(workflowText({ connection: `password: ${written}` }), { PG: "x" });
    expect(revealed(workflow, "password")).toBeDefined();
    expect(storedOf(workflow)).not.toHaveProperty("password");
  });

  test("a lower-case variable is not spoken of where it may be part of a secret", () => {
    const workflow = read(workflowText({ connection: "password: a$stage" }), { stage: "live" });
    expect(workflow.warnings).toEqual([]);
    expect(revealed(workflow, "password")).toBe("a$stage");
  });

  test("a password that is the name of something else takes nothing with it", () => {
    const workflow = read(workflowText({ connection: "password: reader\ndatabase: reader" }));
    expect(storedOf(workflow)).toMatchObject({ username: "reader", database: "reader" });
  });

  test("in parts no schema describes, what sounds like a secret or holds one is not kept", () => {
    const connection = `connectionOptions:
  sslpassword: hunter2
  apiKey: hunter2
  Token: $TOKEN
  proxy: http://me:hunter2@proxy
  application_name: headwater
  keepalives: 1`;
    expect(storedOf(read(workflowText({ connection }), { TOKEN: "hunter2" }))).toMatchObject({
      connectionOptions: { Token: "$TOKEN", application_name: "headwater", keepalives: 1 },
    });
    expect(JSON.stringify(storedOf(read(workflowText({ connection }), { TOKEN: "hunter2" })))).not.toContain("hunter2");
  });

  test("what is not honoured is not kept", () => {
    const connection =
      "connectionArguments: {password: hunter2}\nsslConfig: {caCertificate: hunter2}\nsupportsDatabase: true";
    const workflow = read(workflowText({ connection }));
    expect(JSON.stringify(storedOf(workflow))).not.toContain("hunter2");
    expect(workflow.warnings.map(({ path }) => path.replace("source.serviceConnection.config.", ""))).toEqual([
      "connectionArguments",
      "sslConfig.caCertificate",
      "supportsDatabase",
    ]);
  });

  test("secrets a transformed schema hides are found by what it makes of them", () => {
    const config = z.looseObject({ host: z.string() }).transform(({ host, key, list }) => ({
      host,
      key: secret().parse(key),
      list: [secret().parse((list as string[])[0])],
    }));
    const connector: Connector = { ...postgres, config };
    const context = { ...contextOf(), connectorFor: () => ({ connector, version: "1" }) };
    const text =
      "source: {type: postgres, serviceName: s, serviceConnection: {config: {host: h, key: hunter2, list: [hunter2]}}}";
    expect(storedOf(readWorkflow(text, "f", context))).toEqual({ type: "Postgres", host: "h" });
  });

  test("never appear in an error", () => {
    const connections = [
      "password: [hunter2]",
      "authType: hunter2",
      "authType: {password: hunter2, x: 1}",
      "authType: {awsConfig: hunter2}",
      "authType: {password:hunter2}",
      "hostPort: [hunter2]\nsslConfig: {sslKey: {a: hunter2}}",
      "statementTimeout: hunter2",
      "sslMode: hunter2",
      "passwort: hunter2",
    ];
    for (const connection of connections) {
      const problems = caught(() => read(workflowText({ connection })));
      expect(problems.map(short).join("\n")).not.toContain("hunter2");
    }
  });

  test("canaries in every string of a connection appear in no message, warning or kept connection", () => {
    // Every value is a canary: none may show wherever the file is right or wrong, but where a key is no secret at all.
    const keys = [
      "password",
      "authType",
      "sslConfig",
      "sslKey",
      "awsConfig",
      "awsSecretAccessKey",
      "paswrd",
      "connectionArguments",
    ];
    const value = fc.letrec<{ any: unknown; map: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constant("canary"),
        fc.constant("canary$$"),
        fc.constant("canary: x"),
        tie("map"),
        fc.array(tie("any"), { maxLength: 2 }),
      ),
      map: fc.dictionary(fc.constantFrom(...keys), tie("any"), { maxKeys: 3 }),
    })).map;
    fc.assert(
      fc.property(value, (connection) => {
        const source = {
          type: "postgres",
          serviceName: "s",
          serviceConnection: { config: { hostPort: "h", username: "u", ...(connection as object) } },
        };
        expect(everythingShown(JSON.stringify({ source }))).not.toContain("canary");
      }),
      { seed: SEED, numRuns: 500 * SOAK },
    );
  });
});

describe("the schema decides what is made of text", () => {
  test("numbers, truth values and text, from the file and from variables", () => {
    const workflow = read(
      workflowText({
        connection: "database: 007\nstatementTimeout: '30'\ningestAllDatabases: yes\nhosts: [1.50, $HOST, true]",
      }),
      { HOST: "12" },
    );
    expect(configOf(workflow)).toMatchObject({
      database: "007",
      statementTimeout: 30,
      ingestAllDatabases: true,
      hosts: ["1.50", "12", "true"],
    });
    expect(
      configOf(
        read(workflowText({ connection: "statementTimeout: $T\ningestAllDatabases: ${ALL}" }), {
          T: "5",
          ALL: "FALSE",
        }),
      ),
    ).toMatchObject({
      statementTimeout: 5,
      ingestAllDatabases: false,
    });
  });

  test("a number stays one where both may stand, and keys without values are left out", () => {
    const workflow = read(workflowText({ connection: "connectionOptions: {a: 1, b: '1'}\ndatabase:\nauthType:" }));
    expect(configOf(workflow)).toMatchObject({ connectionOptions: { a: 1, b: "1" } });
    expect(configOf(workflow)).not.toHaveProperty("database");
  });

  test.for<[what: string, connection: string, problem: string]>([
    [
      "a wrong type",
      "statementTimeout: soon",
      "9:7 source.serviceConnection.config.statementTimeout source.serviceConnection.config.statementTimeout must be a number.",
    ],
    [
      "a list",
      "database: [a]",
      "9:7 source.serviceConnection.config.database source.serviceConnection.config.database must be text.",
    ],
    [
      "an item of a list",
      "hosts: [a, {b: c}]",
      "9:18 source.serviceConnection.config.hosts.1 source.serviceConnection.config.hosts.1 must be text.",
    ],
    [
      "a word that is none of those allowed",
      "sslMode: verify_full",
      "9:7 source.serviceConnection.config.sslMode source.serviceConnection.config.sslMode must be one of disable, allow, prefer, require, verify-ca, verify-full. | Did you mean verify-full?",
    ],
    [
      "an unknown key inside",
      "sslConfig: {sslKye: x}",
      '9:19 source.serviceConnection.config.sslConfig.sslKye Unknown key "sslKye" in source.serviceConnection.config.sslConfig. | Did you mean sslKey?',
    ],
    [
      "of several forms, the one that is nearest",
      "authType:\n  awsConfig:\n    awsSecretAccessKey: x",
      "10:9 source.serviceConnection.config.authType.awsConfig.awsRegion source.serviceConnection.config.authType.awsConfig.awsRegion is missing.",
    ],
    [
      "two forms at once",
      "authType: {password: x, awsConfig: {awsRegion: y}}",
      '9:31 source.serviceConnection.config.authType.awsConfig Unknown key "awsConfig" in source.serviceConnection.config.authType.',
    ],
    [
      "another type of source",
      "type: Mysql",
      '9:7 source.serviceConnection.config.type The connection is of type "Mysql", and source.type "postgres" wants "Postgres". | Write type: Postgres, or the source.type that belongs to Mysql.',
    ],
  ])("%s", ([, connection, problem]) => {
    expect(problemsIn(workflowText({ connection }))).toContain(problem);
  });

  test("what is missing is missed once, where it could stand", () => {
    expect(
      problemsIn(
        "source:\n  type: postgres\n  serviceName: s\n  serviceConnection:\n    config:\n      type: postgres\n",
      ),
    ).toEqual([
      "5:5 source.serviceConnection.config.hostPort source.serviceConnection.config.hostPort is missing.",
      "5:5 source.serviceConnection.config.username source.serviceConnection.config.username is missing.",
    ]);
  });

  test("a connection of another of the connector's types", () => {
    const workflow = read(
      workflowText().replace("type: postgres", "type: greenplum").replace("type: Postgres", "type: greenplum"),
    );
    expect(workflow.serviceFacts).toMatchObject({
      serviceType: "Greenplum",
      connection: { config: { type: "Greenplum" } },
    });
  });

  test("a schema that knows OpenMetadata's own keys gets them", () => {
    const config = z.strictObject({
      type: z.literal("Postgres"),
      schemaFilterPattern: z.strictObject({ excludes: z.array(z.string()) }),
    });
    const connector: Connector = { ...postgres, config };
    const context = { ...contextOf(), connectorFor: () => ({ connector, version: "1" }) };
    const text =
      "source: {type: postgres, serviceName: s, serviceConnection: {config: {type: Postgres, schemaFilterPattern: {excludes: [a]}}}}";
    const workflow = readWorkflow(text, "f", context);
    expect(workflow.connection).toEqual({ config: { type: "Postgres", schemaFilterPattern: { excludes: ["a"] } } });
    expect(workflow.options.filters.databaseSchema?.excludes).toHaveLength(1);
  });
});

describe("a connection kept with its service", () => {
  const bare = read(
    "source: {type: postgres, serviceName: shop, sourceConfig: {config: {tableFilterPattern: {includes: [own]}}}}",
  );
  const full = read(
    workflowText({
      connection:
        "password: $PW\nsslConfig: {sslKey: '${file:key.pem}'}\ndatabase: a$$b\ntableFilterPattern: {includes: [kept]}\nschemaFilterPattern: {excludes: [kept]}",
    }),
    { PW: "then" },
    { "conf/key.pem": "k" },
  );
  const context = contextOf({ PW: "now" }, { "conf/key.pem": "n" });

  test("is read again, with what its references stand for now", () => {
    const workflow = withKeptConnection(bare, storedOf(full) as JsonObject, context);
    expect(configOf(workflow)).toMatchObject({ hostPort: "localhost:5432", username: "reader", database: "a$b" });
    expect(revealed(workflow, "password")).toBe("now");
    expect(workflow.serviceFacts).toEqual({ serviceType: "Postgres" });
    expect(
      Object.entries(workflow.options.filters).map(([node, filter]) => [
        node,
        filter.includes[0]?.text,
        filter.excludes[0]?.text,
      ]),
    ).toEqual(
      [
        ["databaseSchema", undefined, "kept"],
        ["table", "own", undefined],
      ]
        .toSorted(([a], [b]) => (String(a) < String(b) ? 1 : -1))
        .toReversed(),
    );
  });

  test("is not asked for where the file brings one", () => {
    expect(withKeptConnection(full, null, context)).toBe(full);
  });

  test("that is not there is said so", () => {
    expect(() => withKeptConnection(bare, null, context)).toThrow(
      "conf/pg.yaml has no serviceConnection, and no connection is kept with the service shop.",
    );
    expect(() => withKeptConnection(bare, {}, context)).toThrow(
      expect.objectContaining({
        hint: "Write the connection below source.serviceConnection.config. It needs hostPort, username.",
      }),
    );
  });

  test("that misses something says what", () => {
    expect(
      caught(() => withKeptConnection(bare, { type: "Postgres", hostPort: "h", password: "$GONE" }, context)).map(
        short,
      ),
    ).toEqual([
      "- connection.password The environment variable GONE is not set. | Set it. If the dollar is meant as it stands, write it twice: $$.",
      "- connection.username connection.username is missing. | Secrets are kept as references only (${NAME}, ${file:path}): write the connection into conf/pg.yaml once more.",
    ]);
  });

  test("is the connection it was kept from", () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from("a$B{}_ :é'\"")), minLength: 1 });
    fc.assert(
      fc.property(text, text, (database, host) => {
        const source = {
          type: "postgres",
          serviceName: "shop",
          serviceConnection: {
            config: {
              hostPort: host.replaceAll("$", "$$$$"),
              username: "u",
              database: database.replaceAll("$", "$$$$"),
              hosts: [host.replaceAll("$", "$$$$")],
            },
          },
        };
        const first = readWorkflow(JSON.stringify({ source }), "f", contextOf());
        const again = withKeptConnection(bare, storedOf(first) as JsonObject, contextOf());
        expect(configOf(again)).toEqual(configOf(first));
      }),
      { seed: SEED, numRuns: 300 * SOAK },
    );
  });
});

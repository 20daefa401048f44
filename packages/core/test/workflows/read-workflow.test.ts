import { describe, expect, test } from "vitest";
import { HeadwaterError } from "../../src/errors.ts";
import { defaultRunOptions } from "../../src/topology/run-options.ts";
import type { MetadataRun } from "../../src/topology/runner.ts";
import { definitionsOnly, describeWorkflow, readWorkflow, serverRefusal } from "../../src/workflows/index.ts";
import { contextOf } from "./connectors.ts";
import { caught, problemsIn, read, readAny, short, workflowText } from "./reading.ts";

describe("a plain file", () => {
  const workflow = read(workflowText());

  test("says what to read and where it goes", () => {
    expect(workflow).toMatchObject({
      kind: "metadata",
      from: "conf/pg.yaml",
      connectorVersion: "1.2.3",
      type: "postgres",
      service: "shop",
      serviceFacts: {
        serviceType: "Postgres",
        connection: { config: { type: "Postgres", hostPort: "localhost:5432", username: "reader" } },
      },
      pipelineName: "metadata",
      pipelineFacts: { pipelineType: "metadata", sourceConfig: { config: { type: "DatabaseMetadata" } } },
      connection: {
        config: { hostPort: "localhost:5432", username: "reader", ingestAllDatabases: false, sslMode: "prefer" },
      },
      allowEmpty: false,
      raiseOnError: true,
      server: null,
      warnings: [],
    });
    expect(workflow.connector.manifest.id).toBe("postgres");
  });

  test("is all a run needs, but for where it goes", () => {
    const { kind: _kind, from: _from, type: _type, connection, ...named } = workflow;
    const run: Omit<MetadataRun, "store" | "clock" | "signal" | "emit" | "fresh" | "prompt"> = {
      ...named,
      config: connection?.config,
    };
    expect(Object.values(run)).not.toContain(undefined);
  });

  test("has OpenMetadata's defaults", () => {
    expect(workflow.options).toEqual({
      ...defaultRunOptions(),
      filters: {},
      want: { ddl: false, owners: false, tags: true },
      markDeleted: { database: false, databaseSchema: false, table: true, storedProcedure: true },
    });
    expect(workflow.options).toMatchObject({
      threads: 4,
      successThreshold: 90,
      overrideMetadata: false,
      maxDelete: "default",
    });
  });
});

describe("shapes that vary between files", () => {
  const minimal = "source: {type: postgres, serviceName: s, sourceConfig: {}}";
  test.for<[what: string, text: string]>([
    [
      "JSON",
      JSON.stringify({
        source: { type: "postgres", serviceName: "s", sourceConfig: { config: { type: "DatabaseMetadata" } } },
        workflowConfig: {},
      }),
    ],
    ["no connection, no sink, no workflowConfig", minimal],
    [
      "an empty connection",
      "source: {type: postgres, serviceName: s, serviceConnection: {}, sourceConfig: {config: {}}}",
    ],
    [
      "a connection without config",
      "source:\n  type: postgres\n  serviceName: s\n  serviceConnection:\n    config:\n  sourceConfig:\n    config:\n",
    ],
    ["no sourceConfig", "source: {type: postgres, serviceName: s}"],
    ["capitals in source.type", "source: {type: Postgres, serviceName: s}"],
    [
      "a type that is spelt otherwise in sourceConfig",
      "source: {type: postgres, serviceName: s, sourceConfig: {config: {type: databasemetadata}}}",
    ],
    [
      "keys without values",
      "source:\n  type: postgres\n  serviceName: s\nsink:\nprocessor:\nworkflowConfig:\n  config:\ningestionPipelineFQN:\n",
    ],
  ])("%s", ([, text]) => {
    const workflow = read(text);
    expect(workflow).toMatchObject({ type: "postgres", service: "s", connection: null, server: null, warnings: [] });
    expect(workflow.serviceFacts).toEqual({ serviceType: "Postgres" });
    expect(workflow.pipelineFacts.sourceConfig).toEqual({ config: { type: "DatabaseMetadata" } });
  });

  test("a service name that is a number, and one with a variable", () => {
    expect(read("source: {type: postgres, serviceName: 007}").service).toBe("007");
    expect(read("source: {type: postgres, serviceName: 'pg_${STAGE}'}", { STAGE: "live" }).service).toBe("pg_live");
  });

  test("numbers and truth values as text, as variables and in the words of YAML 1.1", () => {
    const { options } = read(
      workflowText({
        config: "threads: '2'\nincludeViews: no\nincludeOwners: $OWNERS\nincludeDDL: 'True'",
        workflowConfig: "successThreshold: ${PERCENT}",
      }),
      { OWNERS: "yes", PERCENT: "75.5" },
    );
    expect(options).toMatchObject({
      threads: 2,
      includeViews: false,
      want: { owners: true, ddl: true },
      successThreshold: 75.5,
    });
  });

  test("other kinds of services with connectors of their own", () => {
    const file = (type: string, config: string): string =>
      `source: {type: ${type}, serviceName: s, sourceConfig: {config: ${config}}}`;
    expect(read(file("kafka", "{type: MessagingMetadata, topicFilterPattern: {includes: [a]}}")).options).toMatchObject(
      {
        filters: { topic: { includes: [{ text: "a" }], excludes: [] } },
        markDeleted: { topic: true },
        want: { ddl: true, owners: true, tags: true },
      },
    );
    expect(
      read(file("superset", "{markDeletedCharts: false, chartFilterPattern: {excludes: [b]}}")).options,
    ).toMatchObject({
      filters: { chart: { includes: [], excludes: [{ text: "b" }] } },
      markDeleted: { chart: false, dashboard: true, dashboardDataModel: true },
      want: { owners: false, tags: true },
    });
    expect(
      read(file("airflow", "{type: PipelineMetadata, includeOwners: false, overrideMetadata: true}")).options,
    ).toMatchObject({
      markDeleted: { pipeline: true },
      want: { owners: false, tags: true },
      overrideMetadata: true,
    });
  });
});

describe("lineage and usage workflows", () => {
  const of = (type: string, configType: string, config = "", more = ""): string =>
    `source:\n  type: ${type}\n  serviceName: s\n  sourceConfig:\n    config:\n      type: ${configType}\n${config.replaceAll(/^(?=.)/gm, "      ")}${more}`;

  test.for<[kind: string, text: string]>([
    ["usage", of("postgres-usage", "DatabaseUsage", "", "processor: {type: query-parser, config: {filter: ''}}\n")],
    ["usage", of("postgres-usage", "")],
    ["usage", of("postgres", "", "", "processor: {type: query-parser}\n")],
    ["lineage", of("postgres-lineage", "DatabaseLineage")],
    ["lineage", of("postgres-lineage", "")],
    ["lineage", of("postgres-lineage", "DatabaseMetadata")],
  ])("are recognised by every sign a file has: %s %#", ([kind, text]) => {
    expect(readAny(text)).toMatchObject({ kind, type: "postgres", service: "s", connection: null, warnings: [] });
  });

  test("have OpenMetadata's defaults", () => {
    expect(readAny(of("postgres-lineage", "DatabaseLineage")).options).toEqual({
      ...definitionsOnly(),
      queries: true,
      queryLogDays: 1,
      pageRows: 1_000,
      parsingTimeoutMs: 300_000,
    });
    expect(readAny(of("postgres-usage", "DatabaseUsage")).options).toEqual({
      ...definitionsOnly(),
      views: false,
      procedures: false,
      queries: true,
    });
  });

  test("take every option OpenMetadata has, and ours", () => {
    const workflow = readAny(
      of(
        "postgres-lineage",
        "DatabaseLineage",
        `queryLogDuration: 7
resultLimit: 500
queryLogFilePath: logs/*.csv
filterCondition: "query NOT LIKE '%x%'"
parsingTimeoutLimit: 10
processViewLineage: false
processQueryLineage: false
processStoredProcedureLineage: false
overrideViewLineage: true
threads: 3
processCrossDatabaseLineage: true
crossDatabaseServiceNames: [lake, mart]
schemaFilterPattern: {includes: [sales]}
`,
        "workflowConfig: {config: {headwater: {maxQueries: 9, forgetAfterDays: 5}}}\n",
      ),
    );
    expect(workflow).toMatchObject({
      pipelineName: "lineage",
      options: {
        queryLogDays: 7,
        pageRows: 500,
        queryLogFilePath: "logs/*.csv",
        filterCondition: "query NOT LIKE '%x%'",
        parsingTimeoutMs: 10_000,
        views: false,
        queries: false,
        procedures: false,
        overrideViews: true,
        threads: 3,
        otherServices: ["lake", "mart"],
        maxQueries: 9,
        forgetAfterDays: 5,
        filters: { databaseSchema: { includes: [{ text: "sales" }] } },
      },
    });
  });

  test("refuse what they do not know, and say what they do not honour", () => {
    expect(problemsIn(of("postgres-lineage", "DatabaseLineage", "queryLogDurations: 2\n"))).toEqual([
      '7:7 source.sourceConfig.config.queryLogDurations Unknown key "queryLogDurations" in source.sourceConfig.config. | Did you mean queryLogDuration?',
    ]);
    const { warnings } = readAny(
      of("postgres-lineage", "DatabaseLineage", "enableTempTableLineage: false\nqueryParserConfig: {type: SqlGlot}\n"),
    );
    expect(warnings.map(({ path }) => path)).toEqual([
      "source.sourceConfig.config.enableTempTableLineage",
      "source.sourceConfig.config.queryParserConfig",
    ]);
  });

  test("of a query log take the kind of service from a connection that is another's", () => {
    const source = "type: query-log-usage, serviceName: s, sourceConfig: {config: {queryLogFilePath: a.csv}}";
    const connection =
      "serviceConnection: {config: {type: Mysql, username: u, password: hunter2, connectionOptions: {}}}";
    const workflow = readAny(`source: {${source}, ${connection}}`);
    expect(workflow).toMatchObject({ kind: "usage", logOf: "Mysql", connection: { config: {} } });
    expect(JSON.stringify(workflow)).not.toContain("hunter2");
    expect(readAny(`source: {${source}}`)).toMatchObject({ logOf: null });
  });

  test("are described without connecting", () => {
    const text = of("postgres-lineage", "DatabaseLineage", "queryLogDuration: 2\n");
    expect(describeWorkflow(readAny(text)).reads).toEqual([
      "Definitions of views and routines, from the catalog.",
      "The query log of the last 2 days.",
    ]);
  });
});

describe("kinds that do not run are refused by name", () => {
  const of = (type: string, configType: string, more = ""): string =>
    `source:\n  type: ${type}\n  serviceName: s\n  sourceConfig:\n    config:\n      type: ${configType}\n${more}`;
  test.for<[words: string, place: string, text: string]>([
    ["a lineage workflow of one SQL file", "2:1", "serviceName: s\nfilePath: q.sql\nworkflowConfig: {}\n"],
    ["a profiler workflow", "6:7", of("postgres", "Profiler", "processor: {type: orm-profiler, config: {}}\n")],
    ["an auto-classification workflow", "6:7", of("postgres", "AutoClassification")],
    ["a dbt workflow", "6:7", of("dbt", "DBT")],
    ["a dbt workflow", "2:3", of("postgres-dbt", "")],
    ["a test suite workflow", "6:7", of("TestSuite", "TestSuite")],
    ["a test suite workflow", "2:3", of("testsuite", "")],
    ["a data insight workflow", "6:7", of("dataInsight", "dataInsight")],
    ["a search index workflow", "6:7", of("metadata_elasticsearch", "MetadataToElasticSearch")],
    ["an application workflow", "6:7", of("x", "Application")],
    ["an application workflow", "1:1", "sourcePythonClass: a.b.C\nappConfig: {}\nworkflowConfig: {}\n"],
    ["a reverse metadata workflow", "6:7", of("postgres", "ReverseMetadata")],
    ["a policy agent workflow", "6:7", of("postgres", "PolicyAgent")],
    ["a metadata workflow of an ML model service", "6:7", of("mlflow", "MlModelMetadata")],
    ["a metadata workflow of a storage service", "6:7", of("s3", "StorageMetadata")],
    ["a metadata workflow of a search service", "6:7", of("elasticsearch", "SearchMetadata")],
    ["a metadata workflow of an API service", "6:7", of("rest", "ApiMetadata")],
    ["a metadata workflow of a drive service", "6:7", of("googledrive", "DriveMetadata")],
  ])("%s (%s)", ([words, place, text]) => {
    const [problem, ...others] = problemsIn(text);
    expect(others).toEqual([]);
    expect(problem).toContain(`This is ${words} (`);
    expect(problem).toContain("does not run these yet.");
    expect(problem?.split(" ")[0]).toBe(place);
  });

  test("a type nobody knows is not taken for one", () => {
    expect(problemsIn(of("postgres", "DatabaseMetdata"))).toEqual([
      '6:7 source.sourceConfig.config.type There is no workflow of type "DatabaseMetdata". | Did you mean DatabaseMetadata?',
    ]);
    expect(problemsIn(of("postgres", "DashboardMetadata"))).toEqual([
      "6:7 source.sourceConfig.config.type The postgres connector reads database services: source.sourceConfig.config.type must be DatabaseMetadata, and is DashboardMetadata.",
    ]);
    expect(problemsIn("sauce: {}")[0]).toBe(
      "-  The file has no source: it is no workflow. | Did you mean source, where the file says sauce?".replace(
        "-  ",
        "- source ",
      ),
    );
  });

  test("what has no connector", () => {
    expect(problemsIn(of("oracle", "DatabaseMetadata"))).toEqual([
      '2:3 source.type No installed connector serves the type "oracle". | Install one.',
    ]);
    expect(problemsIn(of("custom-database", "DatabaseMetadata"))[0]).toContain(
      "runs a Python class, which cannot run here",
    );
  });

  test("a bug in finding connectors stays a bug", () => {
    const context = {
      ...contextOf(),
      connectorFor: () => {
        throw new TypeError("no");
      },
    };
    expect(() => readWorkflow(workflowText(), "f", context)).toThrow(TypeError);
  });
});

describe("strictness", () => {
  test("an unknown key is an error with its place and the nearest valid key", () => {
    expect(problemsIn(workflowText({ config: "includeVeiws: true" }))).toEqual([
      '12:7 source.sourceConfig.config.includeVeiws Unknown key "includeVeiws" in source.sourceConfig.config. | Did you mean includeViews?',
    ]);
    expect(problemsIn(workflowText({ connection: "hostport: x" }))).toEqual([
      '9:7 source.serviceConnection.config.hostport Unknown key "hostport" in source.serviceConnection.config. | Did you mean hostPort?',
    ]);
    expect(problemsIn(workflowText({ root: "workflow_config: {}" }))).toEqual([
      '17:1 workflow_config Unknown key "workflow_config". | Did you mean workflowConfig?',
    ]);
  });

  test.for<[what: string, text: string, problem: string]>([
    [
      "a key a level too high",
      workflowText({ workflowConfig: "includeViews: true" }),
      '17:3 workflowConfig.includeViews Unknown key "includeViews" in workflowConfig. | It belongs in source.sourceConfig.config.',
    ],
    [
      "a key a level too low",
      workflowText({ config: "loggerLevel: INFO" }),
      '12:7 source.sourceConfig.config.loggerLevel Unknown key "loggerLevel" in source.sourceConfig.config. | It belongs in workflowConfig.',
    ],
    [
      "an option of ours outside headwater",
      workflowText({ workflowConfig: "maxDelete: 3" }),
      '17:3 workflowConfig.maxDelete Unknown key "maxDelete" in workflowConfig. | It belongs in workflowConfig.config.headwater.',
    ],
    [
      "a first-level key too low",
      "source: {type: postgres, serviceName: s, sink: {}}",
      '1:42 source.sink Unknown key "sink" in source. | It belongs in the file\'s first level.',
    ],
    [
      "a key nothing is near to",
      workflowText({ root: "zzzzzz: 1" }),
      '17:1 zzzzzz Unknown key "zzzzzz". | Known here: source, processor, workflowConfig, ingestionPipelineFQN, sink, stage, bulkSink, pipelineRunId, enableStreamableLogs, ingestionRunnerName.',
    ],
    [
      "a missing blank, without what may be a secret",
      "source: {type: postgres, serviceName: s, serviceConnection: {config: {password:hunter2}}}",
      '1:71 source.serviceConnection.config.password Unknown key "password:…" in source.serviceConnection.config. | A blank is missing behind the colon.',
    ],
    [
      "headwater misspelt",
      workflowText({ workflowConfig: "config: {headwatr: {}}" }),
      '17:12 workflowConfig.config.headwatr Unknown key "headwatr" in workflowConfig.config. | Did you mean headwater?',
    ],
    [
      "an option of ours misspelt",
      workflowText({ workflowConfig: "config: {headwater: {maxDeletes: 3}}" }),
      '17:24 workflowConfig.config.headwater.maxDeletes Unknown key "maxDeletes" in workflowConfig.config.headwater. | Did you mean maxDelete?',
    ],
    [
      "a filter key misspelt",
      workflowText({ config: "tableFilterPattern: {include: [a]}" }),
      '12:28 source.sourceConfig.config.tableFilterPattern.include Unknown key "include" in source.sourceConfig.config.tableFilterPattern. | Did you mean includes?',
    ],
    [
      "a key of another kind of service",
      workflowText({ config: "markDeletedTopics: true" }),
      '12:7 source.sourceConfig.config.markDeletedTopics Unknown key "markDeletedTopics" in source.sourceConfig.config. | Did you mean markDeletedTables?',
    ],
    [
      "a key of the sink",
      workflowText().replace("config: {}", "confg: {}"),
      '14:3 sink.confg Unknown key "confg" in sink. | Did you mean config?',
    ],
  ])("%s", ([, text, problem]) => {
    expect(problemsIn(text)).toContain(problem);
  });

  test.for<[what: string, text: string, problem: string]>([
    [
      "a flag",
      workflowText({ config: "includeViews: maybe" }),
      '12:21 source.sourceConfig.config.includeViews source.sourceConfig.config.includeViews must be true or false, and is "maybe".',
    ],
    [
      "a flag that is a list",
      workflowText({ config: "includeViews: [true]" }),
      "12:21 source.sourceConfig.config.includeViews source.sourceConfig.config.includeViews must be true or false, and is a list.",
    ],
    [
      "a number that is none",
      workflowText({ config: "threads: many" }),
      '12:16 source.sourceConfig.config.threads source.sourceConfig.config.threads must be a whole number of at least 1, and is "many".',
    ],
    [
      "a number too small",
      workflowText({ config: "threads: 0" }),
      '12:16 source.sourceConfig.config.threads source.sourceConfig.config.threads must be a whole number of at least 1, and is "0".',
    ],
    [
      "a number that is no whole one",
      workflowText({ config: "threads: 1.5" }),
      '12:16 source.sourceConfig.config.threads source.sourceConfig.config.threads must be a whole number of at least 1, and is "1.5".',
    ],
    [
      "a number too large",
      workflowText({ workflowConfig: "successThreshold: 101" }),
      '17:21 workflowConfig.successThreshold workflowConfig.successThreshold must be a number from 0 to 100, and is "101".',
    ],
    [
      "a share",
      workflowText({ workflowConfig: "config: {headwater: {maxDelete: 120%}}" }),
      '17:35 workflowConfig.config.headwater.maxDelete workflowConfig.config.headwater.maxDelete must be a number of objects, or a share like "20%", and is "120%".',
    ],
    [
      "text where keys belong",
      "source: postgres://u:hunter2@h/d",
      "1:9 source source must be a mapping of keys to values, and is text.",
    ],
    [
      "a filter that is text",
      workflowText({ config: "tableFilterPattern: sales" }),
      "12:27 source.sourceConfig.config.tableFilterPattern source.sourceConfig.config.tableFilterPattern must be a mapping of keys to values, and is text.",
    ],
    [
      "includes that are text",
      workflowText({ config: "tableFilterPattern: {includes: sales}" }),
      '12:38 source.sourceConfig.config.tableFilterPattern.includes source.sourceConfig.config.tableFilterPattern.includes must be a list of regular expressions. | Write includes: ["sales"].',
    ],
    [
      "an empty pattern",
      workflowText({ config: "tableFilterPattern: {includes: [~]}" }),
      "12:39 source.sourceConfig.config.tableFilterPattern.includes[0] source.sourceConfig.config.tableFilterPattern.includes[0] must be a regular expression.",
    ],
  ])("wrong values: %s", ([, text, problem]) => {
    expect(problemsIn(text)).toContain(problem);
  });

  test("what must be there", () => {
    expect(problemsIn("source: {}")).toEqual([
      "1:1 source.type source.type is missing.",
      "1:1 source.serviceName source.serviceName is missing.",
    ]);
    expect(problemsIn("source:\n  type: postgres\n  serviceName: ''")).toEqual([
      "1:1 source.serviceName source.serviceName is missing.",
    ]);
    expect(problemsIn("source: {type: postgres, serviceName: 'a::b'}")[0]).toContain(
      'A service\'s name cannot be with "::"',
    );
  });

  test("all problems of a file are reported at once, in the order of the file", () => {
    const text = `source:
  type: postgres
  servceName: shop
  serviceConnection:
    config:
      hostport: localhost
      username: $PG_USER
      password: \${file:pw.txt}
      sslMode: requre
  sourceConfig:
    config:
      includeVeiws: true
      tableFilterPattern:
        includes: ["(unclosed", "^ok$"]
workflowConfig:
  successThreshold: often
ingestionPipelineFQN: one.two.three
`;
    expect(problemsIn(text)).toEqual([
      "1:1 source.serviceName source.serviceName is missing.",
      '3:3 source.servceName Unknown key "servceName" in source. | Did you mean serviceName?',
      '6:7 source.serviceConnection.config.hostport Unknown key "hostport" in source.serviceConnection.config. | Did you mean hostPort?',
      "7:17 source.serviceConnection.config.username The environment variable PG_USER is not set. | Set it. If the dollar is meant as it stands, write it twice: $$.",
      "8:17 source.serviceConnection.config.password The file conf/pw.txt cannot be read: ENOENT: no such file or directory, open 'conf/pw.txt' | Check the path and who may read it.".replace(
        "The file conf/pw.txt",
        "The file pw.txt",
      ),
      "9:7 source.serviceConnection.config.sslMode source.serviceConnection.config.sslMode must be one of disable, allow, prefer, require, verify-ca, verify-full. | Did you mean require?",
      '12:7 source.sourceConfig.config.includeVeiws Unknown key "includeVeiws" in source.sourceConfig.config. | Did you mean includeViews?',
      '14:20 source.sourceConfig.config.tableFilterPattern.includes[0] The pattern "(unclosed" is no regular expression: a parenthesis is never closed. | Patterns follow Python\'s re.match without regard to letter case; names are matched from their start.',
      '16:21 workflowConfig.successThreshold workflowConfig.successThreshold must be a number from 0 to 100, and is "often".',
      "17:1 ingestionPipelineFQN ingestionPipelineFQN must be the service's name, a dot and the pipeline's name. | Write it like service.pipeline.",
    ]);
  });

  test("the error says everything in one message", () => {
    const one = caughtError("source: {type: postgres, serviceName: s, x: 1}");
    expect(one.message).toBe('conf/pg.yaml:1:42: Unknown key "x" in source.');
    expect(one.hint).toBe("Known here: type, serviceName, sourceConfig, serviceConnection.");
    const two = caughtError("source: {}");
    expect(two.message).toBe(
      "conf/pg.yaml has 2 problems:\nconf/pg.yaml:1:1: source.type is missing.\nconf/pg.yaml:1:1: source.serviceName is missing.",
    );
  });
});

function caughtError(text: string): HeadwaterError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof HeadwaterError) return error;
  }
  throw new Error("It was read.");
}

describe("what OpenMetadata knows and this version does not honour is a warning that names it", () => {
  const warnings = (text: string): string[] =>
    read(text)
      .warnings.map(short)
      .map((line) => line.replace(/ is not honoured: .*/, ""));

  test.for<[key: string, value: string]>([
    ["queryLogDuration", "1"],
    ["queryParsingTimeoutLimit", "300"],
    ["viewParsingTimeoutLimit", "300"],
    ["ownerConfig", "{default: a}"],
    ["extractJsonSchema", "true"],
    ["jsonSchemaSampleSize", "10"],
    ["pushDownFilter", "true"],
    ["markAllDeletedTables", "true"],
    ["overrideViewLineage", "true"],
    ["generateSampleData", "true"],
    ["enableDataProfiler", "yes"],
    ["sampleDataQuery", "select 1"],
    ["dbtConfigSource", "{a: 1}"],
  ])("%s", ([key, value]) => {
    expect(warnings(workflowText({ config: `${key}: ${value}` }))).toEqual([
      `12:7 source.sourceConfig.config.${key} source.sourceConfig.config.${key}`,
    ]);
  });

  test("what asks for nothing is not worth a word", () => {
    const config =
      "ownerConfig: {}\nextractJsonSchema: false\nmarkAllDeletedTables: False\ngenerateSampleData: 'false'\nincremental: {enabled: false, lookbackDays: 7}\nqueryLogDuration:";
    expect(warnings(workflowText({ config, root: "enableStreamableLogs: false\nprocessor: {}" }))).toEqual([]);
  });

  test("steps, runs, logs and incremental reading", () => {
    const text = workflowText({
      config: "incremental: {enabled: true}",
      workflowConfig: "config: {anything: 1}",
      root: "processor: {type: pii, config: {}}\nstage: {type: x}\nbulkSink: {type: y}\npipelineRunId: 1\nenableStreamableLogs: true\ningestionRunnerName: me",
    })
      .replace("loggerLevel: INFO", "loggerLevel: DEBUG")
      .replace("metadata-rest\n  config: {}", "file\n  config: {filename: x}");
    expect(warnings(text).map((line) => line.split(" ").at(-1))).toEqual([
      "source.sourceConfig.config.incremental.enabled",
      "sink.type",
      "sink.config.filename",
      "workflowConfig.loggerLevel",
      "workflowConfig.config.anything",
      "processor",
      "stage",
      "bulkSink",
      "pipelineRunId",
      "enableStreamableLogs",
      "ingestionRunnerName",
    ]);
  });

  test("of other kinds of services", () => {
    const file = (type: string, config: string): string =>
      `source: {type: ${type}, serviceName: s, sourceConfig: {config: ${config}}}`;
    const named = (text: string): (string | undefined)[] => warnings(text).map((line) => line.split(".").at(-1));
    expect(named(file("kafka", "{generateSampleData: true}"))).toEqual(["generateSampleData"]);
    expect(
      named(
        file(
          "superset",
          "{lineageInformation: {dbServicePrefixes: [a]}, includeUsage: true, includeDraftDashboard: false, includeDataModels: true}",
        ),
      ),
    ).toEqual(["lineageInformation", "includeUsage", "includeDraftDashboard"]);
    expect(named(file("airflow", "{includeLineage: true, statusLookbackDays: 1}"))).toEqual([
      "includeLineage",
      "statusLookbackDays",
    ]);
  });

  test("a key that is given twice, and a lower-case variable without braces", () => {
    expect(read(workflowText({ config: "includeTags: true\nincludeTags: false" })).warnings.map(short)).toEqual([
      '13:7 source.sourceConfig.config.includeTags "includeTags" is given twice; the last one counts.',
    ]);
    expect(read(workflowText({ connection: "database: $stage" }), { stage: "live" }).warnings.map(short)).toEqual([
      "9:17 source.serviceConnection.config.database $stage is left as it stands; the variable of that name is ${stage}.",
    ]);
  });
});

describe("the OpenMetadata server", () => {
  const text = workflowText({
    workflowConfig:
      "openMetadataServerConfig:\n  hostPort: $OM/api\n  authProvider: openmetadata\n  securityConfig: {jwtToken: $JWT}",
  });

  test("is named in the result and refused with the reason", () => {
    // Nothing of it is used, so its variables need not be set.
    const workflow = read(text);
    expect(workflow.server).toEqual({ at: { line: 17, column: 3 }, hostPort: "$OM/api" });
    const refusal = serverRefusal(workflow.from, workflow.server as NonNullable<typeof workflow.server>);
    expect(refusal).toMatchObject({
      exit: "usage",
      message:
        "conf/pg.yaml:17:3: This file keeps its metadata on the OpenMetadata server $OM/api, and this version of Headwater keeps metadata in its own catalog only.",
      hint: "To read the source into the catalog instead and leave that server alone, add --store catalog.",
    });
    expect(serverRefusal("f", { at: null, hostPort: null }).message).toContain(
      "f: This file keeps its metadata on an OpenMetadata server,",
    );
  });

  test("is none where the key is empty", () => {
    expect(read(workflowText({ workflowConfig: "openMetadataServerConfig:" })).server).toBeNull();
  });
});

describe("the pipeline", () => {
  test("is named by the second part of ingestionPipelineFQN", () => {
    expect(read(workflowText({ root: "ingestionPipelineFQN: shop.nightly" })).pipelineName).toBe("nightly");
    expect(read(workflowText({ root: 'ingestionPipelineFQN: shop."a.b"' })).pipelineName).toBe("a.b");
    const dotted = "source: {type: postgres, serviceName: a.b}\ningestionPipelineFQN: '\"a.b\".nightly'";
    expect(read(dotted)).toMatchObject({ service: "a.b", pipelineName: "nightly" });
  });

  test.for<[fqn: string, message: RegExp]>([
    ["other.nightly", /names the service "other", and source.serviceName is "shop"/],
    ["nightly", /the service's name, a dot and the pipeline's name.*shop\.metadata/],
    ["shop.a.b", /the service's name, a dot/],
    ["shop.", /no FQN/],
    ["'\"shop.nightly'", /no FQN.*never closed/],
  ])("%s is refused", ([fqn, message]) => {
    expect(problemsIn(workflowText({ root: `ingestionPipelineFQN: ${fqn}` }))[0]).toMatch(message);
  });

  test("keeps its configuration as it was written, without what is not honoured", () => {
    const config = "includeOwners: true\nqueryLogDuration: 2\nschemaFilterPattern: {includes: [$STAGE]}";
    expect(read(workflowText({ config }), { STAGE: "live" }).pipelineFacts.sourceConfig).toEqual({
      config: { type: "DatabaseMetadata", includeOwners: true, schemaFilterPattern: { includes: ["$STAGE"] } },
    });
  });
});

describe("options", () => {
  test("every option of a database workflow", () => {
    const workflow = read(
      workflowText({
        config: `markDeletedTables: false
markDeletedStoredProcedures: false
markDeletedSchemas: true
markDeletedDatabases: true
includeTables: false
includeViews: false
includeStoredProcedures: false
includeTags: false
includeOwners: true
includeDDL: true
overrideMetadata: true
useFqnForFiltering: true
threads: 8`,
        workflowConfig:
          "successThreshold: 50\nraiseOnError: false\nconfig:\n  headwater: {maxDelete: 25, acceptSource: true, allowEmpty: true}",
      }),
    );
    expect(workflow.options).toEqual({
      filters: {},
      useFqnForFiltering: true,
      includeTables: false,
      includeViews: false,
      includeStoredProcedures: false,
      want: { ddl: true, owners: true, tags: false },
      markDeleted: { database: true, databaseSchema: true, table: false, storedProcedure: false },
      overrideMetadata: true,
      successThreshold: 50,
      maxDelete: { objects: 25 },
      threads: 8,
      acceptSource: true,
    });
    expect(workflow).toMatchObject({ allowEmpty: true, raiseOnError: false });
  });

  test.for<[text: string, value: unknown]>([
    ["7", { objects: 7 }],
    ["0", { objects: 0 }],
    ["'12'", { objects: 12 }],
    ["20%", { percent: 20 }],
    ["'2.5 %'", { percent: 2.5 }],
    ["100%", { percent: 100 }],
  ])("maxDelete: %s", ([text, value]) => {
    expect(
      read(workflowText({ workflowConfig: `config: {headwater: {maxDelete: ${text}}}` })).options.maxDelete,
    ).toEqual(value);
  });

  test.for(["-1", "1.5", "all", "101%", "%", "1e3"])("maxDelete: %s is refused", (text) => {
    expect(problemsIn(workflowText({ workflowConfig: `config: {headwater: {maxDelete: "${text}"}}` }))).toHaveLength(1);
  });
});

describe("filters", () => {
  test("at either place; those of the workflow win over the connection's", () => {
    const { filters } = read(
      workflowText({
        connection:
          "schemaFilterPattern: {excludes: [^a$]}\ntableFilterPattern: {includes: [t]}\ndatabaseFilterPattern: {includes: [], excludes: []}",
        config: "tableFilterPattern: {includes: [b], excludes: [c]}\nstoredProcedureFilterPattern: {excludes: [p]}",
      }),
    ).options;
    const texts = (patterns: readonly { text: string }[] | undefined): string[] | undefined =>
      patterns?.map(({ text }) => text);
    expect(Object.keys(filters).toSorted()).toEqual(["databaseSchema", "storedProcedure", "table"]);
    expect(texts(filters.databaseSchema?.excludes)).toEqual(["^a$"]);
    expect(texts(filters.table?.includes)).toEqual(["b"]);
    expect(texts(filters.table?.excludes)).toEqual(["c"]);
    expect(texts(filters.storedProcedure?.excludes)).toEqual(["p"]);
  });

  test("are Python's, with variables replaced and anything taken as a pattern", () => {
    const { filters } = read(
      workflowText({ config: "tableFilterPattern: {includes: ['^$TEAM_.*$', 007, '(?P<a>x)(?P=a)']}" }),
      { TEAM_: "sales" },
    ).options;
    const [team, number, twice] = filters.table?.includes ?? [];
    expect(team).toMatchObject({ text: "^sales.*$" });
    expect(team?.regex.test("SALES_1")).toBe(true);
    expect(number?.text).toBe("007");
    expect(twice?.regex.test("xx")).toBe(true);
  });

  test("that may take long are warned of", () => {
    const [warning] = read(workflowText({ config: "tableFilterPattern: {includes: ['(a+)+$']}" })).warnings;
    expect(warning).toMatchObject({ message: expect.stringContaining("repeats a repetition") as string });
  });

  test("that cannot be translated say what and where", () => {
    expect(
      caught(() => read(workflowText({ connection: "tableFilterPattern:\n  excludes:\n    - (a)(?(1)b)" }))).map(short),
    ).toEqual([
      '11:13 source.serviceConnection.config.tableFilterPattern.excludes[0] The pattern "(a)(?(1)b)" cannot be translated to JavaScript: it has a conditional group, (?(…)…), which JavaScript lacks. | Patterns follow Python\'s re.match without regard to letter case; names are matched from their start.',
    ]);
  });
});

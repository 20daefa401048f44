import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Connector, SourceError, z } from "../../src/connector/index.ts";
import type { JsonObject } from "../../src/entities/json.ts";
import { HeadwaterError } from "../../src/errors.ts";
import { defaultRunOptions } from "../../src/topology/run-options.ts";
import { serviceNameOf, workflowFromUrl, withKeptConnection } from "../../src/workflows/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { contextOf, kafka, postgres } from "./connectors.ts";
import { caught, read, revealed, short } from "./reading.ts";

const from = (url: string, connector: Connector = postgres, names = {}) =>
  workflowFromUrl(new URL(url), { connector, version: "1.2.3" }, names);

test("a URL reads everything, may delete what is gone, and keeps no password", () => {
  const workflow = from("postgres://reader:hunter2@db.example.com:6432/shop");
  expect(workflow).toMatchObject({
    kind: "metadata",
    from: "postgres://reader@db.example.com:6432/shop",
    connectorVersion: "1.2.3",
    type: "postgres",
    service: "postgres_db_example_com_6432_shop",
    pipelineName: "metadata",
    connection: { config: { hostPort: "db.example.com:6432", username: "reader", database: "shop" } },
    allowEmpty: false,
    raiseOnError: true,
    server: null,
    warnings: [],
  });
  expect(workflow.options).toEqual(defaultRunOptions());
  expect(workflow.options).toMatchObject({
    want: { ddl: true, owners: true, tags: true },
    markDeleted: { database: true, databaseSchema: true, table: true, storedProcedure: true },
  });
  expect(revealed(workflow, "password")).toBe("hunter2");
  expect(workflow.serviceFacts).toEqual({
    serviceType: "Postgres",
    connection: { config: { type: "Postgres", hostPort: "db.example.com:6432", username: "reader", database: "shop" } },
  });
  expect(workflow.pipelineFacts).toEqual({
    pipelineType: "metadata",
    sourceConfig: {
      config: {
        type: "DatabaseMetadata",
        includeDDL: true,
        includeOwners: true,
        markDeletedDatabases: true,
        markDeletedSchemas: true,
      },
    },
  });
  expect(JSON.stringify(workflow)).not.toContain("hunter2");
});

test("a file that says the same has the same options", () => {
  const { pipelineFacts, options } = from("postgres://reader@h/d");
  const source = { type: "postgres", serviceName: "s", sourceConfig: pipelineFacts.sourceConfig };
  const { markDeleted, ...others } = read(JSON.stringify({ source })).options;
  expect(options).toMatchObject({ ...others, markDeleted });
});

test("names can be given, and one of several schemes names the type", () => {
  const workflow = from("postgresql://u@h/d", postgres, { service: "shop", pipeline: "by hand" });
  expect(workflow).toMatchObject({ service: "shop", pipelineName: "by hand", type: "postgres" });
});

describe("service names", () => {
  test.for<[url: string, name: string]>([
    ["postgres://localhost/shop", "postgres_localhost_shop"],
    ["postgres://localhost:5433/shop", "postgres_localhost_5433_shop"],
    ["postgres://DB.Example.com/Shop%20one", "postgres_db_example_com_Shop_one"],
    ["postgres://h", "postgres_h"],
    ["postgres:///shop", "postgres_shop"],
    ["postgres://h/a/b", "postgres_h_a"],
    ["postgres://[::1]:5432/d", "postgres_1_5432_d"],
    ["postgres://my-db-1/größe", "postgres_my-db-1_größe"],
    ["postgres://h/100%25", "postgres_h_100"],
  ])("%s is %s", ([url, name]) => {
    expect(serviceNameOf("postgres", new URL(url))).toBe(name);
  });
});

test("nothing in a URL is a reference, now or when it is kept", () => {
  const name = fc.string({ unit: fc.constantFrom(...Array.from("a$BC{}_:é'\"%@?#")), minLength: 1 });
  fc.assert(
    fc.property(name, name, name, (user, password, database) => {
      const part = encodeURIComponent;
      const workflow = from(`postgres://${part(user)}:${part(password)}@h/${part(database)}`);
      expect(workflow.connection?.config).toMatchObject({ username: user, database });
      expect(revealed(workflow, "password")).toBe(password);
      const kept = workflow.serviceFacts.connection?.config as JsonObject;
      expect(kept).not.toHaveProperty("password");
      const bare = read("source: {type: postgres, serviceName: s}");
      expect(withKeptConnection(bare, kept, contextOf()).connection?.config).toMatchObject({
        username: user,
        database,
      });
    }),
    { seed: SEED, numRuns: 300 * SOAK },
  );
});

test.each([" ", "a::b", "x".repeat(257), "a\nb"])("a service cannot be called %j", (service) => {
  const url = new URL("postgres://u@h/d");
  expect(() => workflowFromUrl(url, { connector: postgres, version: "1.0.0" }, { service })).toThrow(
    "A service's name cannot be ",
  );
});

describe("what goes wrong says so without the password", () => {
  const url = "postgres://u:hunter%322@h/d?sslpassword=hunter2";
  const failing = (error: unknown): Connector => ({
    ...postgres,
    fromUrl: () => {
      throw error;
    },
  });

  test.for<[what: string, connector: Connector, problem: string]>([
    ["a connector that takes no URLs", kafka, "-  The kafka connector takes no URLs. | Use a workflow file."],
    [
      "an error of the connector",
      failing(new HeadwaterError("usage", `${url} is wrong, also hunter22 and hunter%322`, { hint: "Mend it." })),
      "-  *** is wrong, also *** and *** | Mend it.",
    ],
    ["a source error of the connector", failing(new SourceError("refused", "no")), "-  no"],
    [
      "a wrong escape",
      failing(new URIError("hunter2")),
      "-  A percent sign in the URL escapes nothing. | Write it %25.",
    ],
    [
      "a connection the schema refuses",
      { ...postgres, fromUrl: () => ({ hostPort: "h", username: "u", sslMode: "hunter2" }) },
      "- connection.sslMode connection.sslMode must be one of disable, allow, prefer, require, verify-ca, verify-full.",
    ],
  ])("%s", ([, connector, problem]) => {
    const problems = caught(() => from(url, connector));
    expect(problems.map(short)).toEqual([problem]);
    expect(problems[0]?.file).toBe("postgres://u@h/d");
  });

  test("a bug stays a bug", () => {
    expect(() => from(url, failing(new TypeError("bug")))).toThrow(TypeError);
  });

  test("secrets a connector has made already, and values of every kind", () => {
    const config = z.strictObject({
      password: z.unknown(),
      list: z.array(z.string()),
      port: z.number(),
      on: z.boolean(),
    });
    const password = {
      ...postgres,
      config,
      fromUrl: () => ({ password: "a$B", list: ["$X"], port: 1, on: true, none: null }),
    };
    expect(from("postgres://h/d", password).connection).toEqual({
      config: { password: "a$B", list: ["$X"], port: 1, on: true },
    });
  });
});

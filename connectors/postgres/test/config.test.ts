import { isSecret, type MetadataWorkflow, readWorkflow } from "@headwater/core";
import { assert, pre, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { configFromUrl, configSchema, parseAddress, type PostgresConfig } from "../src/config.ts";
import { postgres } from "../src/index.ts";
import { configOf } from "./reading.ts";

const MINIMAL = { username: "u", hostPort: "h:1", database: "d" };

describe("host and port", () => {
  test.each([
    ["db.example:6000", { host: "db.example", port: 6000 }],
    ["db.example", { host: "db.example", port: 5432 }],
    ["127.0.0.1:1", { host: "127.0.0.1", port: 1 }],
    ["[::1]:5433", { host: "::1", port: 5433 }],
    ["[fe80::1%eth0]", { host: "fe80::1%eth0", port: 5432 }],
    ["::1", { host: "::1", port: 5432 }],
    ["/var/run/postgresql", { host: "/var/run/postgresql", port: 5432 }],
    ["/var/run/postgresql:5433", { host: "/var/run/postgresql", port: 5433 }],
    [" db.example:6000 ", { host: "db.example", port: 6000 }],
    ["", null],
    [":5432", null],
    ["db.example:", null],
    ["db.example:0", null],
    ["db.example:99999", null],
    ["db.example:port", null],
    ["http://db.example:5432", null],
    ["two words:5432", null],
  ])("%j", (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });
});

describe("a connection in a workflow file", () => {
  test("is what OpenMetadata writes", () => {
    const config = configOf({
      type: "Postgres",
      username: "reader",
      authType: { password: "hush" },
      hostPort: "localhost:5432",
      database: "pagila",
      ingestAllDatabases: false,
      sslMode: "verify-ca",
      sslConfig: { caCertificate: "/etc/ca.pem" },
      classificationName: "Policies",
      connectionOptions: {},
      connectionArguments: { connect_timeout: "10", application_name: "me" },
    });
    expect(config).toMatchObject({
      username: "reader",
      address: { host: "localhost", port: 5432 },
      database: "pagila",
      ingestAllDatabases: false,
      sslMode: "verify-ca",
      classificationName: "Policies",
      arguments: { connect_timeout: 10, application_name: "me", statement_timeout: 300_000, lock_timeout: 3_000 },
    });
    expect(isSecret(config.password)).toBe(true);
    expect(JSON.stringify(config)).not.toContain("hush");
  });

  test("has OpenMetadata's defaults", () => {
    expect(configOf(MINIMAL)).toMatchObject({
      password: null,
      ingestAllDatabases: false,
      sslMode: "disable",
      classificationName: "PostgresPolicyTags",
    });
    expect(configOf({ username: "u", hostPort: "h" })).toMatchObject({
      database: "postgres",
      ingestAllDatabases: true,
    });
    expect(configOf({ ...MINIMAL, password: "flat" }).password?.reveal()).toBe("flat");
  });

  test.each([
    [{ authType: { awsConfig: { awsRegion: "eu-west-1" } } }, /AWS IAM is not supported yet/],
    [{ authType: { azureConfig: {} } }, /Azure AD is not supported yet/],
    [{ hostPort: "nonsense:port" }, /nonsense:port.* is not a host and port/],
    [{ sslMode: "always" }, /verify-full/],
    [{ hostport: "h:1" }, /hostport/],
    [{ connectionArguments: { sslrootcert: "x" } }, /sslrootcert/],
    [{ username: "" }, /username/],
  ])("%j is refused", (wrong, message) => {
    const { error } = configSchema.safeParse({ ...MINIMAL, ...wrong });
    expect(`${error?.issues[0]?.path.join(".")} ${error?.message}`).toMatch(message);
  });
});

describe("a workflow file", () => {
  const read = (connection: string, env: Record<string, string> = {}): MetadataWorkflow => {
    const workflow = readWorkflow(
      `source:
  type: postgres
  serviceName: shop
  serviceConnection:
    config:
      username: reader
      hostPort: db.example:5432
${connection
  .split("\n")
  .map((line) => `      ${line}`)
  .join("\n")}
  sourceConfig:
    config:
      type: DatabaseMetadata
`,
      "shop.yaml",
      { env, readFile: () => "", connectorFor: () => ({ connector: postgres, version: "0.0.0" }) },
    );
    if (workflow.kind !== "metadata") throw new Error(`It is a ${workflow.kind} workflow.`);
    return workflow;
  };

  const configIn = ({ connection }: MetadataWorkflow): PostgresConfig | undefined =>
    connection?.config as PostgresConfig | undefined;

  test("is understood, with references kept and secrets not", () => {
    const workflow = read(
      `type: Postgres
authType:
  password: \${SHOP_PASSWORD}
database: pagila
sslMode: allow
sslConfig:
  caCertificate: /etc/ca.pem
schemaFilterPattern:
  excludes: ["^information_schema$"]
connectionArguments: {}`,
      { SHOP_PASSWORD: "hush" },
    );
    expect(workflow.warnings).toEqual([]);
    expect(configIn(workflow)?.password?.reveal()).toBe("hush");
    expect(workflow.serviceFacts.connection?.config).toEqual({
      type: "Postgres",
      username: "reader",
      hostPort: "db.example:5432",
      authType: { password: "${SHOP_PASSWORD}" },
      database: "pagila",
      sslMode: "allow",
      sslConfig: { caCertificate: "/etc/ca.pem" },
      schemaFilterPattern: { excludes: ["^information_schema$"] },
    });
  });

  test("is warned of what OpenMetadata knows and is not honoured here", () => {
    const workflow = read(`scheme: postgresql+psycopg2
supportsProfiler: true
connectionArguments:
  keepalives: 1
  connect_timeout: "7"`);
    expect(workflow.warnings.map(({ path }) => path)).toEqual([
      "source.serviceConnection.config.scheme",
      "source.serviceConnection.config.supportsProfiler",
      "source.serviceConnection.config.connectionArguments.keepalives",
    ]);
    expect(configIn(workflow)?.arguments.connect_timeout).toBe(7);
  });

  test.each([
    ["hostport: x:1", /Unknown key "hostport"/],
    ["authType:\n  awsConfig:\n    awsRegion: eu", /AWS IAM is not supported yet/],
    ["sslMode: requir", /require/],
    ["connectionArguments:\n  sslrootcert: x", /sslrootcert/],
  ])("is refused with the reason: %j", (connection, message) => {
    expect(() => read(connection)).toThrow(message);
  });
});

describe("a URL", () => {
  const of = (url: string): Record<string, unknown> => configFromUrl(new URL(url));
  test.each([
    [
      "postgres://reader:hush@db.example:6000/shop?sslmode=require&application_name=me&connect_timeout=3",
      {
        type: "Postgres",
        username: "reader",
        authType: { password: "hush" },
        hostPort: "db.example:6000",
        database: "shop",
        sslMode: "require",
        connectionArguments: { application_name: "me", connect_timeout: "3" },
      },
    ],
    [
      "postgresql://reader@db.example",
      { username: "reader", hostPort: "db.example:5432", ingestAllDatabases: true, sslMode: "prefer" },
    ],
    ["postgres://reader@[::1]:5433/shop", { username: "reader", hostPort: "[::1]:5433", database: "shop" }],
    [
      "postgres:///shop?host=/var/run/postgresql&user=reader",
      { username: "reader", hostPort: "/var/run/postgresql:5432", database: "shop" },
    ],
    ["postgres://reader@%2Fvar%2Frun%2Fpostgresql/shop", { hostPort: "/var/run/postgresql:5432", database: "shop" }],
    ["postgres://a%40b:p%2Fw%25@h/a%20b", { username: "a@b", authType: { password: "p/w%" }, database: "a b" }],
    ["postgres://u:50%@h/d", { authType: { password: "50%" } }],
    [
      "postgres://u@h/d?sslrootcert=ca.pem&sslcert=c.pem&sslkey=k.pem&sslmode=verify-full",
      { sslMode: "verify-full", sslConfig: { caCertificate: "ca.pem", sslCertificate: "c.pem", sslKey: "k.pem" } },
    ],
  ])("%s", (url, expected) => {
    expect(of(url)).toMatchObject(expected);
    expect(() => configOf(url)).not.toThrow();
  });

  test("an option nobody knows is refused by name", () => {
    expect(() => configOf("postgres://u@h/d?target=any")).toThrow(/target/);
  });

  test("carries any names and passwords", () => {
    const text = string({ minLength: 1, unit: "grapheme" }).filter((candidate) => !candidate.includes("\0"));
    assert(
      property(text, text, text, (username, password, database) => {
        const encode = (part: string): string => encodeURIComponent(part).replaceAll("'", "%27");
        pre(username.isWellFormed() && password.isWellFormed() && database.isWellFormed());
        // These two mean something else in the path of a URL; `?dbname=` is for them.
        pre(database !== "." && database !== "..");
        const config = configOf(`postgres://${encode(username)}:${encode(password)}@h:1/${encode(database)}`);
        expect([config.username, config.password?.reveal(), config.database]).toEqual([username, password, database]);
      }),
    );
  });
});

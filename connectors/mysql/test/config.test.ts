import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isSecret, type MetadataWorkflow, readWorkflow } from "@headwater/core";
import { assert, pre, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { configFromUrl, configSchema, type MysqlConfig, parseAddress } from "../src/config.ts";
import { mysql } from "../src/index.ts";
import { configOf } from "./reading.ts";

const MINIMAL = { username: "u", hostPort: "h:1" };

describe("host and port", () => {
  test.each([
    ["db.example:6000", { host: "db.example", port: 6000 }],
    ["db.example", { host: "db.example", port: 3306 }],
    ["[::1]:3307", { host: "::1", port: 3307 }],
    ["[fe80::1%eth0]", { host: "fe80::1%eth0", port: 3306 }],
    ["::1", { host: "::1", port: 3306 }],
    ["/run/mysqld/mysqld.sock", { socket: "/run/mysqld/mysqld.sock" }],
    [" db.example:6000 ", { host: "db.example", port: 6000 }],
    ["", null],
    [":3306", null],
    ["db.example:", null],
    ["db.example:0", null],
    ["db.example:99999", null],
    ["db.example:port", null],
    ["http://db.example:3306", null],
    ["two words:3306", null],
  ])("%j", (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });
});

describe("a connection in a workflow file", () => {
  test("is what OpenMetadata writes", () => {
    const config = configOf({
      type: "Mysql",
      username: "reader",
      authType: { password: "hush" },
      hostPort: "localhost:3306",
      databaseName: "main",
      databaseSchema: "shop",
      sslConfig: { caCertificate: "/etc/ca.pem" },
      connectionOptions: {},
      connectionArguments: { connect_timeout: "10", program_name: "me" },
    });
    expect(config).toMatchObject({
      username: "reader",
      address: { host: "localhost", port: 3306 },
      database: "main",
      schema: "shop",
      sslMode: "verify-full",
      sslConfig: { caCertificate: "/etc/ca.pem" },
      arguments: { connect_timeout: 10, read_timeout: 300, lock_wait_timeout: 3, program_name: "me" },
    });
    expect(isSecret(config.password)).toBe(true);
    expect(JSON.stringify(config)).not.toContain("hush");
  });

  test("has OpenMetadata's defaults", () => {
    expect(configOf(MINIMAL)).toMatchObject({ password: null, database: "default", schema: null, sslMode: "prefer" });
    expect(configOf({ ...MINIMAL, password: "flat" }).password?.reveal()).toBe("flat");
  });

  test.each([
    [{ connectionArguments: { ssl_disabled: true } }, "disable"],
    [{ connectionArguments: { ssl_verify_cert: "true" } }, "verify-ca"],
    [{ connectionArguments: { ssl_verify_cert: false } }, "require"],
    [{ connectionArguments: { ssl_verify_identity: true } }, "verify-full"],
    [{ connectionArguments: { ssl_ca: "ca.pem" } }, "verify-full"],
    [{ connectionArguments: { ssl_ca: "ca.pem", ssl_verify_identity: false } }, "verify-ca"],
    [{ sslCA: "ca.pem" }, "verify-full"],
    [{ sslConfig: { caCertificate: "ca.pem" }, sslMode: "prefer" }, "prefer"],
    [{}, "prefer"],
  ])("%j asks for TLS as %s", (more, sslMode) => {
    expect(configOf({ ...MINIMAL, ...more }).sslMode).toBe(sslMode);
  });

  test.each([
    [{ authType: { awsConfig: { awsRegion: "eu-west-1" } } }, /AWS IAM is not supported yet/],
    [{ authType: { azureConfig: {} } }, /Azure AD is not supported yet/],
    [{ hostPort: "nonsense:port" }, /nonsense:port.* is not a host and port/],
    [{ sslMode: "always" }, /verify-full/],
    [{ hostport: "h:1" }, /hostport/],
    [{ connectionArguments: { ssl_cipher: "x" } }, /ssl_cipher/],
    [{ connectionArguments: { read_timeout: 0 } }, /read_timeout/],
    [{ username: "" }, /username/],
  ])("%j is refused", (wrong, message) => {
    const { error } = configSchema.safeParse({ ...MINIMAL, ...wrong });
    expect(`${error?.issues[0]?.path.join(".")} ${error?.message}`).toMatch(message);
  });
});

const read = (text: string, env: Record<string, string> = {}): MetadataWorkflow =>
  readWorkflow(text, "shop.yaml", {
    env,
    readFile: () => "",
    connectorFor: () => ({ connector: mysql, version: "0.0.0" }),
  }) as MetadataWorkflow;

describe("a workflow file", () => {
  const withConnection = (type: string, connection: string, env: Record<string, string> = {}): MetadataWorkflow =>
    read(
      `source:
  type: ${type}
  serviceName: shop
  serviceConnection:
    config:
      username: reader
      hostPort: db.example:3306
${connection
  .split("\n")
  .map((line) => `      ${line}`)
  .join("\n")}
  sourceConfig:
    config:
      type: DatabaseMetadata
`,
      env,
    );
  const configIn = ({ connection }: MetadataWorkflow): MysqlConfig | undefined =>
    connection?.config as MysqlConfig | undefined;

  test("of MySQL is understood, with references kept and secrets not", () => {
    const workflow = withConnection(
      "mysql",
      `type: Mysql
authType:
  password: \${SHOP_PASSWORD}
databaseSchema: shop
sslConfig:
  caCertificate: /etc/ca.pem
schemaFilterPattern:
  excludes: ["^information_schema$"]
connectionArguments: {}`,
      { SHOP_PASSWORD: "hush" },
    );
    expect(workflow.warnings).toEqual([]);
    expect(configIn(workflow)?.password?.reveal()).toBe("hush");
    expect(workflow.serviceFacts).toMatchObject({
      serviceType: "Mysql",
      connection: {
        config: {
          type: "Mysql",
          username: "reader",
          hostPort: "db.example:3306",
          authType: { password: "${SHOP_PASSWORD}" },
          databaseSchema: "shop",
          sslConfig: { caCertificate: "/etc/ca.pem" },
        },
      },
    });
  });

  test("of MariaDB is understood, and is another type of service", () => {
    const workflow = withConnection("mariadb", "type: MariaDB\npassword: written_out");
    expect(workflow.serviceFacts).toMatchObject({ serviceType: "MariaDB" });
    expect(JSON.stringify(workflow.serviceFacts)).not.toContain("written_out");
    expect(() => withConnection("mariadb", "type: Mysql")).toThrow(/MariaDB/);
  });

  test("is warned of what OpenMetadata knows and is not honoured here", () => {
    const workflow = withConnection(
      "mysql",
      `scheme: mysql+pymysql
supportsProfiler: true
queryHistoryTable: audit.log
connectionArguments:
  charset: utf8
  connect_timeout: "7"`,
    );
    expect(workflow.warnings.map(({ path }) => path)).toEqual([
      "source.serviceConnection.config.scheme",
      "source.serviceConnection.config.supportsProfiler",
      "source.serviceConnection.config.queryHistoryTable",
      "source.serviceConnection.config.connectionArguments.charset",
    ]);
    expect(configIn(workflow)?.arguments.connect_timeout).toBe(7);
  });

  test.each([
    ["hostport: x:1", /Unknown key "hostport"/],
    ["authType:\n  awsConfig:\n    awsRegion: eu", /AWS IAM is not supported yet/],
    ["sslMode: requir", /require/],
  ])("is refused with the reason: %j", (connection, message) => {
    expect(() => withConnection("mysql", connection)).toThrow(message);
  });

  const file = join(
    process.env["HEADWATER_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
    "data/workflows/mariadb.yaml",
  );
  test("as people have it is read unchanged", ({ skip }) => {
    if (!existsSync(file)) skip(`${file} is not there; HEADWATER_SHARED says where it is`);
    const workflow = read(readFileSync(file, "utf8"));
    expect(workflow.service).toBe("local_mariadb");
    expect(configIn(workflow)).toMatchObject({
      username: "openmetadata_user",
      schema: "openmetadata_db",
      address: { host: "localhost", port: 3306 },
    });
  });
});

describe("a URL", () => {
  const of = (url: string): Record<string, unknown> => configFromUrl(new URL(url));
  test.each([
    [
      "mysql://reader:hush@db.example:6000/shop?ssl-mode=REQUIRED&program_name=me&connect_timeout=3",
      {
        type: "Mysql",
        username: "reader",
        authType: { password: "hush" },
        hostPort: "db.example:6000",
        databaseSchema: "shop",
        sslMode: "require",
        connectionArguments: { program_name: "me", connect_timeout: "3" },
      },
    ],
    ["mariadb://reader@db.example", { type: "MariaDB", username: "reader", hostPort: "db.example:3306" }],
    ["mysql://reader@[::1]:3307/shop", { username: "reader", hostPort: "[::1]:3307", databaseSchema: "shop" }],
    ["mysql://reader@localhost/shop?socket=/run/mysqld.sock", { hostPort: "/run/mysqld.sock", databaseSchema: "shop" }],
    ["mysql://reader@%2Frun%2Fmysqld.sock/shop", { hostPort: "/run/mysqld.sock", databaseSchema: "shop" }],
    ["mysql://a%40b:p%2Fw%25@h/a%20b", { username: "a@b", authType: { password: "p/w%" }, databaseSchema: "a b" }],
    ["mysql://u:50%@h/d", { authType: { password: "50%" } }],
    ["mysql://u@h/d?ssl-mode=verify-full", { sslMode: "verify-full" }],
    [
      "mysql://u@h/d?ssl-ca=ca.pem&ssl-cert=c.pem&ssl-key=k.pem&ssl-mode=VERIFY_IDENTITY",
      { sslMode: "verify-full", sslConfig: { caCertificate: "ca.pem", sslCertificate: "c.pem", sslKey: "k.pem" } },
    ],
  ])("%s", (url, expected) => {
    expect(of(url)).toMatchObject(expected);
    expect(() => configOf(url)).not.toThrow();
  });

  test.each([["mysql://u@h/d?target=any"], ["mysql://u@h/d?ssl-mode=SOMETIMES"]])(
    "%s is refused for what nobody knows",
    (url) => {
      expect(() => configOf(url)).toThrow(/target|sslMode|disable/);
    },
  );

  test("carries any names and passwords", () => {
    const text = string({ minLength: 1, unit: "grapheme" }).filter((candidate) => !candidate.includes("\0"));
    assert(
      property(text, text, text, (username, password, schema) => {
        const encode = (part: string): string => encodeURIComponent(part).replaceAll("'", "%27");
        pre(username.isWellFormed() && password.isWellFormed() && schema.isWellFormed());
        // These two mean something else in the path of a URL.
        pre(schema !== "." && schema !== "..");
        const config = configOf(`mysql://${encode(username)}:${encode(password)}@h:1/${encode(schema)}`);
        expect([config.username, config.password?.reveal(), config.schema]).toEqual([username, password, schema]);
      }),
    );
  });
});

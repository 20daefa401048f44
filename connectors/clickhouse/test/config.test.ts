import { isSecret } from "@headwater/core";
import { expect, test } from "vitest";
import { configFromUrl, configSchema, parseAddress } from "../src/config.ts";

const parse = (keys: Record<string, unknown>) => configSchema.safeParse({ hostPort: "db.example", ...keys });
const accepted = (keys: Record<string, unknown>) => {
  const { data, error } = parse(keys);
  if (error !== undefined) throw error;
  return data;
};
const fromUrl = (url: string) => {
  const { type: _type, ...keys } = configFromUrl(new URL(url));
  return configSchema.parse(keys);
};

test("what OpenMetadata's files have is understood", () => {
  const config = accepted({
    username: "reader",
    password: "secret",
    hostPort: "db.example:8443",
    scheme: "clickhouse+http",
    databaseName: "warehouse",
    databaseSchema: "sales",
    https: true,
    secure: true,
    keyfile: "/etc/key.pem",
    connectionArguments: { connect_timeout: 5, verify: false },
  });
  expect(isSecret(config.password)).toBe(true);
  expect(config).toMatchObject({
    username: "reader",
    address: { host: "db.example", port: 8443 },
    databaseName: "warehouse",
    databaseSchema: "sales",
    tls: { verify: false },
    connectTimeout: 5,
    queryTimeout: 300,
  });
  expect(config.tls?.key?.reveal()).toBe("/etc/key.pem");
});

test("what is left out has the server's defaults", () => {
  expect(accepted({})).toEqual({
    username: "default",
    password: null,
    address: { host: "db.example", port: 8123 },
    databaseName: "default",
    databaseSchema: "",
    cluster: null,
    tls: null,
    connectTimeout: 60,
    queryTimeout: 300,
  });
  expect(accepted({ secure: true }).address.port).toBe(8443);
});

test("the ports of the native protocol stand for those of HTTP beside them, and no other does", () => {
  const native = { scheme: "clickhouse+native" };
  expect(accepted({ ...native, hostPort: "db.example:9000" }).address.port).toBe(8123);
  expect(accepted({ ...native, hostPort: "db.example:9440", secure: true }).address.port).toBe(8443);
  expect(parse({ ...native, hostPort: "db.example:9001" }).error?.issues[0]?.message).toContain("HTTP interface");
});

test.each([
  ["db.example:8123", { host: "db.example", port: 8123 }],
  ["[::1]:8123", { host: "::1", port: 8123 }],
  ["::1", { host: "::1", port: 1 }],
  ["https://db.example:8443/", { host: "db.example", port: 8443 }],
  ["db.example:99999", null],
  ["", null],
  ["a b", null],
])("%s is an address or not", (text, expected) => {
  expect(parseAddress(text, 1)).toEqual(expected);
});

test("a URL stands for a connection", () => {
  expect(fromUrl("clickhouse://reader:p%40ss@db.example:8124/sales")).toMatchObject({
    username: "reader",
    address: { host: "db.example", port: 8124 },
    databaseSchema: "sales",
    tls: null,
  });
  expect(fromUrl("clickhouse://reader:p%40ss@db.example").password?.reveal()).toBe("p@ss");
  expect(fromUrl("clickhouses://db.example?verify=false")).toMatchObject({
    username: "default",
    address: { port: 8443 },
    databaseSchema: "",
    tls: { verify: false },
  });
  expect(fromUrl("clickhouse://[::1]:8123/?secure=true")).toMatchObject({
    address: { host: "::1" },
    tls: { verify: true },
  });
  expect(() => fromUrl("clickhouse://db.example?nonsense=1")).toThrow(/nonsense/);
});

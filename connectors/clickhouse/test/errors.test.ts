import { expect, test } from "vitest";
import { type ErrorContext, toSourceError } from "../src/errors.ts";

const context: ErrorContext = { server: "db.example:8123", username: "the reader", connecting: false };
const server = (code: string, type: string, message = "No.") => toSourceError({ message, code, type }, context);

test.each([
  ["516", "AUTHENTICATION_FAILED", "signIn"],
  ["497", "ACCESS_DENIED", "denied"],
  ["159", "TIMEOUT_EXCEEDED", "timeout"],
  ["202", "TOO_MANY_SIMULTANEOUS_QUERIES", "throttled"],
  ["201", "QUOTA_EXCEEDED", "throttled"],
  ["241", "MEMORY_LIMIT_EXCEEDED", "refused"],
  ["210", "NETWORK_ERROR", "refused"],
  ["999", "KEEPER_EXCEPTION", "throttled"],
  ["62", "SYNTAX_ERROR", "refused"],
])("the server's error %s %s", (code, type, expected) => {
  const error = server(code, type);
  expect([error.code, error.sourceCode, error.message]).toEqual([expected, `${code} ${type}`, "ClickHouse says: No."]);
});

test("a missing right is named, with the GRANT", () => {
  const message =
    "the reader: Not enough privileges. To execute this query, it's necessary to have the grant SHOW USERS, SHOW ROLES ON *.*. ";
  expect(server("497", "ACCESS_DENIED", message).hint).toBe(
    "Let an administrator run: GRANT SHOW USERS, SHOW ROLES ON *.* TO `the reader`;",
  );
});

test.each([
  [
    { message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
    "unreachable",
    /Is a server listening at db.example:8123/,
  ],
  [{ message: "getaddrinfo ENOTFOUND", code: "ENOTFOUND" }, "unreachable", /No such host/],
  [{ message: "self-signed", code: "SELF_SIGNED_CERT_IN_CHAIN" }, "unreachable", /ca_cert/],
  [{ message: "wrong version number", code: "EPROTO" }, "unreachable", /speaks no TLS/],
  [{ message: "Timeout error." }, "timeout", /send_receive_timeout/],
  [{ message: "Port 9000 is for clickhouse-client program" }, "unreachable", /8123/],
  [{ message: "socket hang up", code: "ECONNRESET" }, "unreachable", /^$/],
])("%j of the connection", (thrown, code, hint) => {
  const error = toSourceError(thrown, { ...context, connecting: true });
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/^Cannot connect to db\.example:8123: .*[^.]\.$/);
  expect(error.hint ?? "").toMatch(hint);
});

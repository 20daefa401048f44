import { describe, expect, test } from "vitest";
import { type ErrorContext, toSourceError } from "../src/errors.ts";
import { flavourOf, productOf } from "../src/flavour.ts";

const context = (given: Partial<ErrorContext> = {}): ErrorContext => ({
  server: "db.example:3306",
  username: "reader",
  connecting: false,
  withPassword: true,
  ...given,
});

describe("what a server's error means", () => {
  test.each([
    [1045, "28000", "Access denied for user 'reader'@'h' (using password: YES)", "signIn", /^Check the password/],
    [1698, "28000", "Access denied for user 'root'@'localhost'", "signIn", /Unix socket only/],
    [1130, "HY000", "Host '10.0.0.1' is not allowed to connect", "signIn", /create 'reader'@'%'/],
    [1820, "HY000", "You must reset your password", "signIn", /expired/],
    [3118, "HY000", "Access denied. Account is locked.", "signIn", /ACCOUNT UNLOCK/],
    [1142, "42000", "SELECT command denied to user", "denied", /headwater check/],
    [1227, "42000", "Access denied; you need PROCESS", "denied", /headwater check/],
    [1040, "08004", "Too many connections", "throttled", /--threads/],
    [1203, "42000", "User reader has more than 'max_user_connections'", "throttled", /--threads/],
    [1226, "42000", "User 'reader' has exceeded the 'max_user_connections' resource", "throttled", /--threads/],
    [1205, "HY000", "Lock wait timeout exceeded", "locked", undefined],
    [1213, "40001", "Deadlock found", "throttled", undefined],
    [3024, "HY000", "Query execution was interrupted, maximum statement execution time exceeded", "timeout", undefined],
    [1969, "70100", "Query execution was interrupted (max_statement_time exceeded)", "timeout", undefined],
    [1053, "08S01", "Server shutdown in progress", "unreachable", /try again/],
    [1927, "70100", "Connection was killed", "unreachable", undefined],
    [1152, "08S01", "Aborted connection", "unreachable", undefined],
    [1158, "08S01", "Got an error reading communication packets", "unreachable", undefined],
    [1146, "42S02", "Table 'x.y' doesn't exist", "refused", undefined],
    [1064, "42000", "You have an error in your SQL syntax", "refused", undefined],
  ])("%i %s %s", (errno, sqlState, message, expected, hint) => {
    const error = toSourceError({ errno, sqlState, message, code: "ER_SOMETHING" }, context());
    expect(error.code).toBe(expected);
    expect(error.sourceCode).toBe(`${errno}`);
    expect(error.message).toBe(`The server says: ${message.replace(/\.$/, "")}.`);
    expect(error.hint ?? "").toMatch(hint ?? /^$/);
  });
});

describe("what an error of the connection means", () => {
  test.each([
    ["ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:3306", /Is a server listening at db.example:3306/],
    ["ENOTFOUND", "getaddrinfo ENOTFOUND db.example", /No such host/],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN", /name server/],
    ["ENOENT", "connect ENOENT /run/mysqld.sock", /Unix socket/],
    ["ETIMEDOUT", "connect ETIMEDOUT", /firewalls/],
    ["ECONNRESET", "read ECONNRESET", /^$/],
    ["PROTOCOL_CONNECTION_LOST", "Connection lost: The server closed the connection", /^$/],
    ["HANDSHAKE_NO_SSL_SUPPORT", "Server does not support secure connection", /prefer or disable/],
    ["HANDSHAKE_SSL_ERROR", "self-signed certificate in certificate chain", /caCertificate/],
    [undefined, "Can't add new command when connection is in closed state", /^$/],
  ])("%s %s", (code, message, hint) => {
    const error = toSourceError({ message, ...(code === undefined ? {} : { code }) }, context({ connecting: true }));
    expect(error.code).toBe("unreachable");
    expect(error.message).toBe(`Cannot connect to db.example:3306: ${message}.`);
    expect(error.hint ?? "").toMatch(hint);
  });

  test("an error without words says that nothing answered", () => {
    const error = toSourceError({ message: "", code: "ECONNREFUSED" }, context({ connecting: true }));
    expect(error.message).toBe("Cannot connect to db.example:3306: no address of the host answers.");
  });
});

describe("which server it is", () => {
  test.each([
    ["8.0.15", { mariaDb: false, release: 80_015 }],
    ["9.7.4-2", { mariaDb: false, release: 90_704 }],
    ["8.0.11-TiDB-v7.5.1", { mariaDb: false, release: 80_011 }],
    ["10.11.18-MariaDB-0+deb12u1", { mariaDb: true, release: 101_118 }],
    ["5.5.5-10.6.4-MariaDB-log", { mariaDb: true, release: 100_604 }],
  ])("%s", (version, expected) => {
    expect(flavourOf(version)).toEqual(expected);
  });

  test.each([
    ["8.0.15", "MySQL 8.0.15"],
    ["10.11.18-MariaDB-0+deb12u1 from Debian", "MariaDB 10.11.18"],
    ["5.5.5-10.6.4-MariaDB-log", "MariaDB 10.6.4"],
  ])("%s is %s", (version, expected) => {
    expect(productOf(version)).toBe(expected);
    expect(flavourOf(productOf(version))).toEqual(flavourOf(version));
  });

  test.each([["5.7.44-log"], ["10.5.29-MariaDB"], ["5.5.5-10.3.39-MariaDB"]])(
    "%s is too old, and says so",
    (version) => {
      expect(() => flavourOf(version)).toThrow(/which is too old/);
    },
  );
});

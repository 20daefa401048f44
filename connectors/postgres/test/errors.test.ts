import { describe, expect, test } from "vitest";
import { type ErrorContext, toSourceError } from "../src/errors.ts";

const context = (given: Partial<ErrorContext> = {}): ErrorContext => ({
  server: "db.example:5432",
  username: "reader",
  database: "shop",
  connecting: false,
  found: false,
  ...given,
});

describe("what a server's error means", () => {
  test.each([
    ["28P01", 'password authentication failed for user "reader"', "signIn", /password of the role reader/],
    ["28000", "no pg_hba.conf entry for host", "signIn", /pg_hba\.conf.*sslMode/],
    ["3D000", 'database "shop" does not exist', "signIn", /case-sensitive/],
    ["42501", "permission denied for table pg_class", "denied", /GRANT SELECT ON pg_class TO reader/],
    [
      "42501",
      "permission denied for function pg_control_system",
      "denied",
      /GRANT EXECUTE ON FUNCTION pg_control_system/,
    ],
    ["42501", "keine Berechtigung für Tabelle pg_class", "denied", /headwater check/],
    ["53300", "sorry, too many clients already", "throttled", /--threads/],
    ["53200", "out of shared memory", "refused", /max_locks_per_transaction/],
    ["55P03", "canceling statement due to lock timeout", "locked", undefined],
    ["57014", "canceling statement due to statement timeout", "timeout", undefined],
    ["40001", "canceling statement due to conflict with recovery", "throttled", undefined],
    ["40P01", "deadlock detected", "throttled", undefined],
    ["57P01", "terminating connection due to administrator command", "unreachable", /try again/],
    ["57P03", "the database system is starting up", "unreachable", /try again/],
    ["25P03", "terminating connection due to idle-in-transaction timeout", "unreachable", undefined],
    ["08P01", "protocol violation", "unreachable", undefined],
    ["XX000", "cache lookup failed for relation 1234", "refused", undefined],
    ["42P01", 'relation "x" does not exist', "refused", undefined],
  ])("%s %s", (code, message, expected, hint) => {
    const error = toSourceError({ code, message, severity: "ERROR" }, context());
    expect(error.code).toBe(expected);
    expect(error.sourceCode).toBe(code);
    expect(error.message).toContain(message);
    expect(error.hint ?? "").toMatch(hint ?? /^$/);
  });
});

describe("what an error of the connection means", () => {
  test.each([
    ["ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:5432", /Is a server listening at db.example:5432/],
    ["ENOTFOUND", "getaddrinfo ENOTFOUND db.example", /No such host/],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN", /name server/],
    ["ENOENT", "connect ENOENT /run/.s.PGSQL.5432", /Unix socket/],
    ["ECONNRESET", "read ECONNRESET", /^$/],
    ["SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain", /caCertificate/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames", /host name/],
    [undefined, "Connection terminated unexpectedly", /^$/],
    [undefined, "timeout expired", /^$/],
    [undefined, "The server does not support SSL connections", /prefer or disable/],
  ])("%s %s", (code, message, hint) => {
    const error = toSourceError({ message, ...(code === undefined ? {} : { code }) }, context({ connecting: true }));
    expect(error.code).toBe("unreachable");
    expect(error.message).toBe(`Cannot connect to db.example:5432: ${message}.`);
    expect(error.hint ?? "").toMatch(hint);
  });

  test("an error without words says that nothing answered", () => {
    const error = toSourceError({ message: "", code: "ECONNREFUSED" }, context({ connecting: true }));
    expect(error.message).toBe("Cannot connect to db.example:5432: no address of the host answers.");
  });

  test.each(["28000", "28P01", "3D000", "42501", "55000"])(
    "%s of a database a run found does not end the run",
    (code) => {
      const found = context({ connecting: true, found: true, database: 'a"b' });
      const error = toSourceError({ code, message: "no", severity: "FATAL" }, found);
      expect(error.code).toBe("denied");
      const named = toSourceError({ code, message: "no", severity: "FATAL" }, context({ connecting: true }));
      expect(named.code).toBe({ "42501": "denied", "55000": "refused" }[code] ?? "signIn");
    },
  );

  test("a missing CONNECT names the grant", () => {
    const found = context({ connecting: true, found: true, database: 'a"b' });
    const error = toSourceError({ code: "42501", message: "permission denied for database", severity: "FATAL" }, found);
    expect(error.hint).toContain('GRANT CONNECT ON DATABASE "a""b" TO reader;');
  });
});

import { expect, test } from "vitest";
import { redactCredentials } from "../../src/index.ts";

test.each([
  ["CREATE USER a PASSWORD 'hunter2'", "CREATE USER a PASSWORD '***'"],
  ["CREATE USER a IDENTIFIED BY 'hunter2'", "CREATE USER a IDENTIFIED BY '***'"],
  ["ALTER USER a IDENTIFIED BY hunter2 ACCOUNT LOCK", "ALTER USER a IDENTIFIED BY '***' ACCOUNT LOCK"],
  [
    "CREATE USER a IDENTIFIED WITH sha256_password BY 'hunter2'",
    "CREATE USER a IDENTIFIED WITH sha256_password BY '***'",
  ],
  ["COPY t FROM 's3://b' CREDENTIALS 'aws_secret=hunter2'", "COPY t FROM 's3://b' CREDENTIALS '***'"],
  [
    "CREDENTIALS = (AWS_KEY_ID='AKIAIOSFODNN7EXAMPLE' AWS_SECRET_KEY='hunter2')",
    "CREDENTIALS = (AWS_KEY_ID='***' AWS_SECRET_KEY='***')",
  ],
  [
    "COPY INTO t FROM 's3://b' CREDENTIALS=(AWS_KEY_ID='hunter1' AWS_SECRET_KEY='hunter2')",
    "COPY INTO t FROM 's3://b' CREDENTIALS=(AWS_KEY_ID='hunter1' AWS_SECRET_KEY='***')",
  ],
  ["ALTER USER u ENCRYPTED PASSWORD $$hunter2$$;", "ALTER USER u ENCRYPTED PASSWORD $$***$$;"],
  ["ALTER USER u PASSWORD $a1$hun$$ter2$a1$;", "ALTER USER u PASSWORD $a1$***$a1$;"],
  ["-- the password: hunter2\nSELECT 1", "-- the password: ***\nSELECT 1"],
  ["-- api token: hunter2\nSELECT v:token", "-- api token: ***\nSELECT v:token"],
  ["/* secret: hunter2 */ SELECT token: a", "/* secret: *** */ SELECT token: a"],
  ["select dblink('host=h user=u password=hunter2 dbname=d')", "select dblink('host=h user=u password=*** dbname=d')"],
  ["select dblink('postgres://u:hunter2@h/d')", "select dblink('postgres://u:***@h/d')"],
  ["OPTIONS (user 'u', password 'it''s hunter2')", "OPTIONS (user 'u', password '***')"],
  ["EXECUTE 'ALTER USER u PASSWORD ''hunter2''' ", "EXECUTE 'ALTER USER u PASSWORD ''***''' "],
  ["'aws_secret_access_key=hunter2&x'", "'aws_secret_access_key=***&x'"],
  ["'Authorization: Bearer hunter2.x-y'", "'Authorization: Bearer ***'"],
  ['{"Authorization": "Basic hunter2=="}', '{"Authorization": "Basic ***"}'],
  ["api_key := E'hun\\'ter2'; x", "api_key := '***'; x"],
  ["'DefaultEndpointsProtocol=https;AccountKey=hunter2==;x=1'", "'DefaultEndpointsProtocol=https;AccountKey=***;x=1'"],
  ['{"password": "hunter2"}', '{"password": "***"}'],
  ["https://h/c?sv=1&sig=hunter2&x", "https://h/c?sv=1&sig=***&x"],
])("hides what is secret in %s", (text, expected) => {
  const redacted = redactCredentials(text);
  expect(redacted).toBe(expected);
  expect(redactCredentials(redacted)).toBe(redacted);
});

test.each([
  "SELECT password, token FROM users WHERE id = 1",
  "CREATE TABLE users (password varchar(40) NOT NULL, secret text)",
  "SELECT 'https://example.com/a:b' AS url",
  "SELECT authorization FROM basic, bearer",
  "SELECT password::text, v:token::text, $$password$$ AS a, $$x$$ AS b FROM t",
  "CREATE FUNCTION get_token() RETURNS text LANGUAGE sql AS $$ SELECT 1 $$",
  "SELECT a.key, b.primary_key FROM a JOIN b USING (key)",
])("leaves %s as it is", (text) => {
  expect(redactCredentials(text)).toBe(text);
});

test("takes time in proportion to the text, whatever it is", () => {
  for (const piece of [
    "a.",
    "password",
    "a://",
    "secret=",
    "identified by ",
    "'password'",
    "password $$",
    "password: ",
    "-- token",
    "/* token: ",
    "-----BEGIN PRIVATE KEY-----",
  ]) {
    const started = performance.now();
    redactCredentials(`${piece.repeat(200_000)} password`);
    expect(performance.now() - started).toBeLessThan(2_000);
  }
});

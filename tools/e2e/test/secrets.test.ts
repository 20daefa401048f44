import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createDatabase, freePort, postgresUrl, runSql, type TestDatabase } from "@headwater/test-servers";
import { describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Project } from "@headwater/test-project";
import { newProject } from "../src/project.ts";

/** A password no file and no output may hold, with what must be escaped in URLs, YAML and pgpass files. */
const CANARY = "canary-Zq7/x@93:é%y";
const SOAK = process.env["HEADWATER_SOAK"] === "1";
const KEY = "canary-key-4711";

/** Every place of a project, but for what it was given, and everything that was printed, that holds a canary in any of its forms. */
function leaks(project: Project, printed: string, given: readonly string[]): string[] {
  const forms = [
    CANARY,
    encodeURIComponent(CANARY),
    encodeURI(CANARY),
    CANARY.replaceAll(/[:@]/g, String.raw`\$&`),
    KEY,
  ];
  forms.push("canary-Zq7", Buffer.from(CANARY).toString("base64"), JSON.stringify(CANARY).slice(1, -1));
  const found = forms.some((form) => printed.includes(form)) ? [`printed: ${printed}`] : [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (name === "node_modules" || given.includes(file)) continue;
      if (statSync(file).isDirectory()) walk(file);
      // SQLite keeps text as UTF-8, whole or in pieces of a page.
      else if (forms.some((form) => readFileSync(file).includes(form))) found.push(file);
    }
  };
  walk(project.folder);
  return found;
}

const OUTPUTS = ["--report", "report.json", "--events", "events.jsonl"];
/** What else is tried, and asked of the catalog afterwards, for these ways of the password. */
const VIEWED = new Set(["in the URL", "in a variable the file names"]);
const VIEWS = [["runs", "show", "1", "--json"], ["export"], ["log", "--json"], ["show", "shop", "--json"]];

await describeWith(
  "PostgreSQL 18 and a secret",
  () => sharedPostgres(18),
  (server) => {
    const role = "e2e_secret";
    let source: TestDatabase;
    beforeAll(async () => {
      await runSql(postgresUrl(server.port), `DROP ROLE IF EXISTS ${role}`);
      await runSql(postgresUrl(server.port), `CREATE ROLE ${role} LOGIN PASSWORD '${CANARY}'`);
      source = await createDatabase(server, {
        sql: "CREATE TABLE t (id integer); CREATE VIEW v AS SELECT * FROM t; REVOKE SELECT ON pg_proc FROM PUBLIC",
      });
    });
    afterAll(async () => {
      await source.drop();
      await runSql(postgresUrl(server.port), `DROP ROLE ${role}`);
    });

    /** Ingests, and does `calls` after it where the way the secret took may matter. Returns the exit code and the leaks. */
    const look = async (
      project: Project,
      words: string[],
      given: string[],
      calls: string[][] = [],
    ): Promise<[exit: number | null, leaks: string[]]> => {
      const first = await project.run("ingest", ...words, ...OUTPUTS);
      const others = await Promise.all(calls.map((call) => project.run(...call)));
      return [first.code, [first, ...others].flatMap(({ stdout, stderr }) => leaks(project, stdout + stderr, given))];
    };
    const yaml = (where: { port: number; database: string }, password: string, more: string = ""): string => `
source:
  type: postgres
  serviceName: shop
  serviceConnection:
    config:
      type: Postgres
      username: ${role}
      ${password}
      hostPort: 127.0.0.1:${where.port}
      database: ${where.database}
      ${more}
  sourceConfig: { config: { type: DatabaseMetadata } }
`;

    const WAYS: [
      string,
      (project: Project, where: { port: number; database: string }) => { words: string[]; given: string[] },
    ][] = [
      [
        "in the URL",
        (_, { port, database }) => ({
          words: [postgresUrl(port, database, { user: role, password: CANARY }), "--service", "shop"],
          given: [],
        }),
      ],
      [
        "in the URL's query",
        (_, { port, database }) => ({
          words: [
            `postgres://127.0.0.1:${port}/${database}?user=${role}&password=${encodeURIComponent(CANARY)}`,
            "--service",
            "shop",
          ],
          given: [],
        }),
      ],
      [
        "in the file",
        (project, where) => {
          const file = project.write("w.yaml", yaml(where, `authType: { password: '${CANARY}' }`));
          return { words: ["-c", "w.yaml"], given: [file] };
        },
      ],
      [
        "in a variable the file names",
        (project, where) => {
          project.env["SHOP_WORD"] = CANARY;
          project.write("w.yaml", yaml(where, "authType: { password: '${SHOP_WORD}' }"));
          return { words: ["-c", "w.yaml"], given: [] };
        },
      ],
      [
        "in a file the file names",
        (project, where) => {
          const word = project.write("word.txt", CANARY);
          project.write("w.yaml", yaml(where, "authType: { password: '${file:word.txt}' }"));
          return { words: ["-c", "w.yaml"], given: [word] };
        },
      ],
      [
        "in PGPASSWORD",
        (project, where) => {
          project.env["PGPASSWORD"] = CANARY;
          project.write("w.yaml", yaml(where, ""));
          return { words: ["-c", "w.yaml"], given: [] };
        },
      ],
      [
        "in pgpass",
        (project, where) => {
          const word = project.write(".pgpass", `*:*:*:${role}:${CANARY.replaceAll(/[:\\]/g, String.raw`\$&`)}\n`);
          chmodSync(word, 0o600);
          project.write("w.yaml", yaml(where, ""));
          return { words: ["-c", "w.yaml"], given: [word] };
        },
      ],
    ];

    test.each(WAYS)("a password %s shows nowhere", async (name, way) => {
      const project = newProject();
      const { words, given } = way(project, { port: server.port, database: source.name });
      // One catalog table is closed: the routines cannot be listed. A password that did not arrive would end with 3.
      const calls = [
        ["ingest", ...words, "--dry-run", "--json"],
        ["check", ...words],
        ["validate", ...words],
        ...VIEWS,
      ];
      // The same code looks at a password, whatever way it took.
      expect(await look(project, words, given, VIEWED.has(name) || SOAK ? calls : [])).toEqual([4, []]);
    });

    test.each([
      ["there is no such database", async () => ({ port: server.port, database: "nowhere" })],
      ["nobody answers", async () => ({ port: await freePort(), database: source.name })],
    ])("nor when %s", async (_, where) => {
      for (const [, way] of SOAK ? WAYS : WAYS.filter(([name]) => VIEWED.has(name))) {
        const project = newProject();
        const { words, given } = way(project, await where());
        expect(await look(project, words, given)).toEqual([3, []]);
      }
    });

    test.each(WAYS.slice(1, 3))("a wrong password %s shows nowhere", async (_, way) => {
      const project = newProject();
      await runSql(postgresUrl(server.port), `ALTER ROLE ${role} PASSWORD 'another'`);
      try {
        const { words, given } = way(project, { port: server.port, database: source.name });
        expect(await look(project, words, given)).toEqual([3, []]);
      } finally {
        await runSql(postgresUrl(server.port), `ALTER ROLE ${role} PASSWORD '${CANARY}'`);
      }
    });

    test("a TLS key that is no key shows nowhere", async () => {
      const where = { port: server.port, database: source.name };
      const key = `-----BEGIN PRIVATE KEY-----\\n${KEY}\\n-----END PRIVATE KEY-----`;
      for (const more of [
        `sslMode: verify-full\n      sslConfig: { caCertificate: nowhere.pem, sslCertificate: nowhere.pem, sslKey: "${key}" }`,
        `sslMode: require\n      sslConfig: { sslCertificate: "-----BEGIN CERTIFICATE-----\\nxx\\n-----END CERTIFICATE-----", sslKey: "${key}" }`,
      ]) {
        const project = newProject();
        const file = project.write("w.yaml", yaml(where, `authType: { password: '${CANARY}' }`, more));
        expect(await look(project, ["-c", "w.yaml"], [file])).toEqual([3, []]);
      }
    });

    test("nor does it show where the file is wrong around it", async () => {
      const where = { port: server.port, database: source.name };
      for (const line of [
        `authType: { pasword: '${CANARY}' }`,
        `password: '${CANARY}'`,
        `authType: '${CANARY}'`,
        `authType: [ '${CANARY}' ]`,
        `authType: { password: "${CANARY} }`,
        `authType: { password: { is: '${CANARY}' } }`,
        `authType: { password: '\${NO_SUCH_${KEY}}${CANARY}' }`,
      ]) {
        const project = newProject();
        const file = project.write("w.yaml", yaml(where, line));
        // One of them is how older files of OpenMetadata have it.
        const exit = line.startsWith("password:") ? 4 : 2;
        expect(await look(project, ["-c", "w.yaml"], [file])).toEqual([exit, []]);
      }
    });

    test("nor does a password somebody wrote into a definition, a default, a check or an option", async () => {
      const careless = await createDatabase(server, {
        sql: `CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
          CREATE FOREIGN TABLE ft (a integer) SERVER files OPTIONS (program 'psql postgres://u:${KEY}@h/d');
          CREATE TABLE t (dsn text DEFAULT 'host=db password=${KEY}' CHECK (dsn <> 'postgres://u:${KEY}@h/d'),
            made text GENERATED ALWAYS AS ('password=${KEY}') STORED);
          CREATE VIEW v AS SELECT 'https://u:${KEY}@h/x?token=${KEY}' AS url;
          CREATE MATERIALIZED VIEW m AS SELECT 'aws_secret_access_key=${KEY}'::text AS key;
          CREATE FUNCTION f(a text DEFAULT 'password=${KEY}') RETURNS text LANGUAGE plpgsql AS $$
            begin execute 'ALTER USER x PASSWORD ''${KEY}'''; return 'Authorization: Bearer ${KEY}'; end $$;`,
      });
      const project = newProject();
      await project.succeed("ingest", careless.url, "--service", "shop", ...OUTPUTS);
      expect(leaks(project, await project.succeed("export"), [])).toEqual([]);
      const shown = await Promise.all(
        ["public.t", "public.v", "public.m"].map((name) => project.succeed("show", name)),
      );
      expect(shown.filter((text) => !text.includes("***"))).toEqual([]);
      await careless.drop();
    });
  },
);

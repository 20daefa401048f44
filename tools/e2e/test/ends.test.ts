import {
  createDatabase,
  type FaultProxy,
  freePort,
  postgresUrl,
  startFaultProxy,
  type TestDatabase,
} from "@headwater/test-servers";
import { describePostgres, describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { differences, exported } from "../src/entities.ts";
import { BEFORE } from "../src/odd-week.ts";
import { anyMajor } from "../src/majors.ts";
import type { Project } from "@headwater/test-project";
import { newProject } from "../src/project.ts";

await describeWith(
  "each end of the command",
  () => sharedPostgres(18),
  (server) => {
    const project = newProject();
    let source: TestDatabase;
    let before: string;
    beforeAll(async () => {
      source = await createDatabase(server, { sql: "CREATE TABLE t (id integer); CREATE VIEW v AS SELECT * FROM t" });
      await project.succeed("ingest", source.url, "--service", "shop");
      before = exported(project.catalog);
    });
    afterAll(() => source.drop());

    /** What a call says on standard error, without the catalog's path; it must leave the catalog as it is. */
    const said = async (code: number, ...args: string[]): Promise<string[]> => {
      const ran = await project.run(...args);
      expect([ran.code, ran.stdout]).toEqual([code, ""]);
      expect(differences(exported(project.catalog), before)).toEqual([]);
      return ran.stderr.split("\n").filter((line) => line !== "" && !/^(Catalog: |▸ )/.test(line));
    };
    const yaml = (name: string, change: (text: string) => string): string => {
      const text = `source:
  type: postgres
  serviceName: shop
  serviceConnection:
    config:
      type: Postgres
      username: postgres
      authType: { password: headwater-test }
      hostPort: 127.0.0.1:${server.port}
      database: ${source.name}
  sourceConfig:
    config: { type: DatabaseMetadata }
`;
      project.write(name, change(text));
      return name;
    };
    const problems = (lines: string[]): string[] => lines.filter((line) => line.startsWith("✗"));

    test("a wrong password: 3", async () => {
      const url = postgresUrl(server.port, source.name, { user: "postgres", password: "wrong" });
      const lines = await said(3, "ingest", url, "--service", "shop");
      expect(problems(lines)).toHaveLength(1);
      expect(lines[0]).toMatch(/password/);
    });

    test("an unknown host, and one where nobody listens: 3", async () => {
      const unknown = await said(3, "ingest", "postgres://u:p@no-such-host.invalid/d", "--service", "shop");
      expect(unknown.join("\n")).toContain("no-such-host.invalid");
      const port = await freePort();
      const closed = await said(3, "ingest", `postgres://u:p@127.0.0.1:${port}/d`, "--service", "shop");
      expect(closed.join("\n")).toContain(`127.0.0.1:${port}`);
    });

    test("a connector that is not installed: 2", async () => {
      const file = yaml("mysql.yaml", (text) => text.replace("type: postgres", "type: mysql"));
      const lines = await said(2, "ingest", "-c", file);
      expect(problems(lines)).toHaveLength(1);
      expect(lines.join("\n")).toMatch(/mysql\.yaml:2:\d+: No installed connector serves the type "mysql"/);
      const bare = newProject({});
      const { code, stderr } = await bare.run("ingest", source.url);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/postgres/)]);
    });

    test("a misspelt key: 2", async () => {
      const file = yaml("misspelt.yaml", (text) => text.replace("hostPort", "hostport"));
      const lines = await said(2, "ingest", "-c", file);
      expect(problems(lines)).toHaveLength(1);
      expect(lines.join("\n")).toMatch(/misspelt\.yaml:9:\d+: .*hostport.*\n.*hostPort/);
    });
  },
);

await describePostgres((server) => {
  let proxy: FaultProxy;
  let source: TestDatabase;
  let args: string[];
  let project: Project;
  let expected: string;
  beforeAll(async () => {
    proxy = await startFaultProxy(server);
    source = await createDatabase(server, { sql: BEFORE });
    const url = `${postgresUrl(proxy.port, source.name)}?sslmode=disable`;
    args = ["ingest", url, "--service", "shop"];
    const undisturbed = newProject();
    await undisturbed.succeed(...args);
    expected = exported(undisturbed.catalog);
  });
  afterAll(async () => {
    await proxy.stop();
    await source.drop();
  });
  beforeEach(() => {
    proxy.delay(0);
    project = newProject();
  });

  test("two runs of one service at once: one is told, the other is undisturbed", async () => {
    proxy.delay(30);
    const first = project.start(...args);
    await first.said("connected");
    // Every further answer takes so long that the others are done before the first run.
    proxy.delay(2_000);
    const second = await project.run(...args);
    expect([second.code, second.stdout]).toEqual([8, ""]);
    expect(second.stderr).toContain(`Another run of the service shop is under way: process ${first.child.pid}`);
    // Readers and another service wait for nobody.
    const [ls, other] = await Promise.all([project.run("ls"), project.run("ingest", source.url, "--service", "other")]);
    expect([ls.code, other.code]).toEqual([0, 0]);
    expect(first.child.exitCode).toBeNull();
    proxy.delay(0);
    expect((await first.ended).code).toBe(0);
    await project.succeed("delete", "other", "--yes", "other");
    expect(differences(exported(project.catalog), expected)).toEqual([]);
  });

  test("many that start at once: one runs, none harms it", async () => {
    proxy.delay(10);
    const ended = await Promise.all(Array.from({ length: 4 }, () => project.start(...args).ended));
    const codes = ended.map(({ code }) => code);
    expect(codes.filter((code) => code !== 0 && code !== 8)).toEqual([]);
    expect(codes).toContain(0);
    expect(differences(exported(project.catalog), expected)).toEqual([]);
  });

  test("Ctrl-C writes a checkpoint and says how to go on; the next run does", async () => {
    proxy.delay(40);
    const run = project.start(...args, "--report", "report.json");
    await run.said("connected");
    run.child.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("Ctrl-C again stops at once");
    expect(stderr).toContain("The same command goes on from here");
    expect(JSON.parse(project.read("report.json"))).toMatchObject({
      exit: 130,
      runs: [{ result: { state: "interrupted" } }],
    });
    proxy.delay(0);
    await project.succeed(...args);
    expect(differences(exported(project.catalog), expected)).toEqual([]);
    const runs = JSON.parse(await project.succeed("runs", "--json")) as { pipeline: string; state: string }[];
    expect(runs.filter(({ pipeline }) => pipeline === "shop.metadata").map(({ state }) => state)).toEqual(["success"]);
  });

  test("Ctrl-C twice ends at once, even while the server says nothing, and loses nothing", async () => {
    proxy.delay(3_000);
    const run = project.start(...args);
    await run.said("▸ shop.metadata");
    run.child.kill("SIGINT");
    await run.said("Ctrl-C again");
    const began = performance.now();
    run.child.kill("SIGINT");
    // The first one may have ended everything by then.
    expect([130, null]).toContain((await run.ended).code);
    expect(performance.now() - began).toBeLessThan(2_500);
    proxy.delay(0);
    await project.succeed(...args);
    expect(differences(exported(project.catalog), expected)).toEqual([]);
  });
}, anyMajor());

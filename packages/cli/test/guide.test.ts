import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BIN } from "./headwater.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const GUIDE = readFileSync(join(ROOT, "docs", "connector-guide", "README.md"), "utf8");

/** The titled blocks of the guide, by title. */
const blocks = new Map(
  [...GUIDE.matchAll(/^```\w+ title="([^"]+)"\n(.*?)^```$/gms)].map(([, title = "", text = ""]) => [title, text]),
);
const block = (title: string): string => {
  const text = blocks.get(title);
  if (text === undefined) throw new Error(`The guide has no block called ${title}.`);
  return text;
};

const folder = mkdtempSync(join(tmpdir(), "headwater-guide-"));
const [connector, project] = [join(folder, "headwater-connector-library"), join(folder, "my-catalog")];
let library: ChildProcess;
let url = "";
afterAll(() => {
  library?.kill();
  rmSync(folder, { recursive: true });
});

/** What `npm install` would do, with the packages of this repository. */
function link(into: string, packages: { [name: string]: string }): void {
  for (const [name, target] of Object.entries(packages)) {
    const path = join(into, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, "dir");
  }
}

beforeAll(async () => {
  for (const [title, text] of blocks) {
    if (!title.includes(".")) continue;
    const file =
      title === "library.mjs"
        ? join(folder, title)
        : title.startsWith("my-catalog/")
          ? join(folder, title)
          : join(connector, title);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const resolve = createRequire(join(ROOT, "packages", "core", "package.json")).resolve;
  link(connector, {
    "@headwater/core": join(ROOT, "packages", "core"),
    "@types/node": join(ROOT, "node_modules", "@types", "node"),
  });
  link(project, { "headwater-connector-library": connector });
  const tsc = spawnSync(
    process.execPath,
    [join(dirname(resolve("typescript/package.json")), "bin", "tsc"), "-p", connector],
    {
      encoding: "utf8",
    },
  );
  if (tsc.status !== 0) throw new Error(`The guide does not compile:\n${tsc.stdout}`);
  library = spawn(process.execPath, [join(folder, "library.mjs")], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  url = await new Promise((found) => library.stdout?.once("data", (data: Buffer) => found(data.toString().trim())));
}, 60_000);

/** Runs the built `headwater` in the guide's project. */
function headwater(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: project,
    env: { PATH: process.env["PATH"], HOME: folder, TZ: "UTC", LIBRARY_URL: url, LIBRARY_TOKEN: "open sesame", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (said.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (said.stderr += data.toString()));
  return new Promise((ended) => child.on("close", (code) => ended({ code, ...said })));
}

test("the connector of the guide compiles, is found, connects and ingests", async () => {
  expect((await headwater(["connectors"])).stdout).toContain("library");
  const check = await headwater(["check", "-c", "library.yaml"]);
  expect([check.code, check.stdout]).toEqual([0, expect.stringContaining("List the datasets  3 datasets")]);
  const first = await headwater(["ingest", "-c", "library.yaml", "--json"]);
  expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining("✗")]);
  const counts = (text: string): unknown =>
    (JSON.parse(text) as { runs: { result: { counts: unknown } }[] }).runs[0]?.result.counts;
  expect(counts(first.stdout)).toMatchObject({ databaseSchema: { created: 2 }, table: { created: 3 } });

  const shown = await headwater(block("run").trim().split(" ").slice(2));
  const anyTime = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "TIME").trimEnd();
  expect(anyTime(shown.stdout)).toBe(anyTime(block("shows")));

  // What did not change is not read again, and no more is asked than the manifest allows.
  const second = JSON.parse((await headwater(["ingest", "-c", "library.yaml", "--json"])).stdout) as {
    runs: { queries: { total: number; bound: number }; result: { counts: unknown } }[];
  };
  const [run] = second.runs;
  expect(run?.result.counts).toMatchObject({ table: { unchanged: 3, updated: 0 } });
  expect(run?.queries.total).toBe(3);
  expect(run?.queries.total).toBeLessThanOrEqual(run?.queries.bound ?? 0);
});

test("its errors are told as the guide says, and the token is not", async () => {
  const refused = await headwater(["ingest", "-c", "library.yaml"], { LIBRARY_TOKEN: "canary" });
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("The library refused the token.")]);
  expect(refused.stdout + refused.stderr).not.toContain("canary");
  const gone = await headwater(["check", "-c", "library.yaml"], { LIBRARY_URL: "http://127.0.0.1:1" });
  expect([gone.code, gone.stdout]).toEqual([3, expect.stringContaining("Nothing answers at http://127.0.0.1:1.")]);
});

test("it goes through the proxy of the environment, and past it where NO_PROXY says so", async () => {
  const asked: string[] = [];
  // A request for http:// is handed to a proxy with the whole address in its first line.
  const proxy: Server = createServer((incoming, response) => {
    const target = new URL(incoming.url ?? "", "http://nobody");
    asked.push(target.host);
    const { "proxy-connection": _hop, ...headers } = incoming.headers;
    const outgoing = request(target, { method: incoming.method ?? "GET", headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.writeHead(502).end());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    const through = await headwater(["check", "-c", "library.yaml"], { HTTP_PROXY });
    expect([through.code, asked.length > 0]).toEqual([0, true]);
    expect(new Set(asked)).toEqual(new Set([new URL(url).host]));
    asked.length = 0;
    const past = await headwater(["check", "-c", "library.yaml"], { HTTP_PROXY, NO_PROXY: "127.0.0.1" });
    expect([past.code, asked]).toEqual([0, []]);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run, Unavailable } from "./binaries.ts";
import { cacheFolder } from "./cache.ts";
import { note } from "./notes.ts";
import { freePort } from "./postgres.ts";

/** What is fetched from PyPI: moto's server for Glue alone (its extra `server` is for every service, and four times as large). */
const MOTO = ["moto[glue]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];

/** What moto does not do by itself and AWS does, for the calls that list. */
export interface MotoManners {
  /** Objects of a page. */
  pageSize: number;
  /** Which calls are throttled, counted from 0 since the manners were told. */
  throttled: (call: number) => boolean;
  /** Objects of a page that the page before had too, as when the source changes meanwhile. */
  overlap: number;
}

/** AWS's Glue, as moto imitates it, behind a proxy with AWS's manners. */
export interface MotoServer {
  /** For the `endpoint` of AWS's clients. */
  endpoint: string;
  /** Listing calls since the manners were told, throttled ones too. */
  readonly calls: number;
  manners(manners: Partial<MotoManners>): void;
  stop(): Promise<void>;
}

const LISTS: Readonly<Record<string, string>> = {
  "AWSGlue.GetDatabases": "DatabaseList",
  "AWSGlue.GetTables": "TableList",
};

/** Starts moto on a free port. Throws {@link Unavailable} when it cannot be had here. */
export async function startMoto(): Promise<MotoServer> {
  const began = performance.now();
  const python = await motoPython();
  const port = await freePort();
  const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const end = (): void => void child.kill("SIGKILL");
  process.on("exit", end);
  await answers(child, port);
  let manners: MotoManners = { pageSize: 100, throttled: () => false, overlap: 0 };
  let calls = 0;
  const proxy = createServer((request, response) => {
    pass(request, response, port, () => ({ ...manners, throttle: manners.throttled(calls++) })).catch(
      (error: unknown) => {
        response.writeHead(500).end(String(error));
      },
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const startMs = Math.round(performance.now() - began);
  await note({ server: "moto 5.2.5 (Glue)", ran: true, startMs, pid: child.pid ?? 0, folder: "" });
  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as { port: number }).port}`,
    get calls() {
      return calls;
    },
    manners: (change) => {
      manners = { ...manners, ...change };
      calls = 0;
    },
    stop: async () => {
      process.off("exit", end);
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      const ended = new Promise((resolve) => child.once("exit", resolve));
      end();
      await ended;
    },
  };
}

/** A Python with moto in it, made in the cache folder when it is not there yet (110 MB). */
async function motoPython(): Promise<string> {
  const folder = join(cacheFolder("moto"), "5.2.5");
  const python = join(folder, "bin", "python");
  if (existsSync(python)) return python;
  // Built beside its place and moved there, so that two processes at once do no harm and half a copy is never used.
  const work = mkdtempSync(join(cacheFolder("moto"), "fetching-"));
  try {
    try {
      await run("python3", ["-m", "venv", work], work);
      const install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile", ...MOTO];
      await run(join(work, "bin", "python"), install, work);
    } catch (error) {
      throw new Unavailable(`moto cannot be fetched from PyPI (${(error as Error).message})`);
    }
    try {
      renameSync(work, folder);
    } catch (error) {
      if (!existsSync(python)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return python;
}

async function answers(child: ChildProcess, port: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode}.`);
    const response = await fetch(`http://127.0.0.1:${port}/moto-api/`).catch(() => null);
    if (response !== null) return;
    await sleep(50);
  }
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  listing: () => MotoManners & { throttle: boolean },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const target = request.headers["x-amz-target"]?.toString() ?? "";
  const list = LISTS[target];
  const asked = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
  const { NextToken: token, MaxResults: _max, ...rest } = asked;
  const manners = list === undefined ? null : listing();
  response.setHeader("content-type", "application/x-amz-json-1.1");
  if (manners?.throttle === true)
    return void response.writeHead(400).end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const authorization = request.headers.authorization ?? "";
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { ...headers, authorization },
    body: JSON.stringify(rest),
  });
  response.statusCode = answer.status;
  if (list === undefined || manners === null || !answer.ok) return void response.end(await answer.text());
  const body = (await answer.json()) as Record<string, unknown[]>;
  const all = body[list] ?? [];
  const from = typeof token === "string" ? Number(token) : 0;
  const page = all.slice(Math.max(0, from - manners.overlap), from + manners.pageSize);
  const next = from + manners.pageSize;
  response.end(JSON.stringify({ [list]: page, ...(next < all.length ? { NextToken: String(next) } : {}) }));
}

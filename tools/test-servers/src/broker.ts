/**
 * The broker lives in vitest's main process and lends servers to test files: one per version, started when the first
 * file asks and shared by all packages, stopped at the end of the run.
 */
import { existsSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { PostgresMajor } from "./binaries.ts";
import { Unavailable } from "./binaries.ts";
import { BROKER_VARIABLE, type ServerNote } from "./notes.ts";
import { type MysqlAddress, startMysql } from "./mysql.ts";
import type { MysqlRelease } from "./mysql-binaries.ts";
import { type PostgresAddress, startPostgres } from "./postgres.ts";

/** Which server is asked for. */
export type Wanted = { postgres: PostgresMajor } | { mysql: MysqlRelease };

/** What the broker answers: where the server is, or why there is none. */
export type Lent<Address> = { address: Address } | { unavailable: string };

type Shared = { address: PostgresAddress | MysqlAddress; stop: () => Promise<void> };

interface Broker {
  http: Server;
  users: number;
  notes: ServerNote[];
  /** By what was asked for, as JSON. */
  servers: Map<string, Promise<Shared>>;
}

// Vitest loads a set-up file once per project, each time as a module of its own; the broker must be one for all.
const holder = globalThis as { [key: symbol]: Broker | undefined };
const KEY = Symbol.for("headwater.testServers");

/** Everything tests asked for in this run so far. */
export function notes(): readonly ServerNote[] {
  return holder[KEY]?.notes ?? [];
}

/** Starts the broker, or joins the one that runs. */
export async function openBroker(): Promise<void> {
  const running = holder[KEY];
  if (running !== undefined) {
    running.users += 1;
    if (running.http.listening) return;
  }
  const broker: Broker = {
    http: createServer((request, response) => {
      answer(broker, request).then(
        (body) => response.end(JSON.stringify(body)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    }),
    users: 1,
    notes: running?.notes ?? [],
    servers: new Map(),
  };
  holder[KEY] = broker;
  await new Promise<void>((resolve) => broker.http.listen(0, "127.0.0.1", resolve));
  broker.http.unref();
  process.env[BROKER_VARIABLE] = `http://127.0.0.1:${(broker.http.address() as { port: number }).port}`;
}

/** Leaves the broker; the last one out stops every server. */
export async function closeBroker(): Promise<void> {
  const broker = holder[KEY];
  if (broker === undefined) return;
  broker.users -= 1;
  if (broker.users > 0) return;
  const servers = await Promise.allSettled(broker.servers.values());
  for (const server of servers) if (server.status === "fulfilled") await server.value.stop();
  for (const one of broker.notes) if (one.ran) endLeftOver(one.pid, one.folder);
  broker.http.closeAllConnections();
  await new Promise((resolve) => broker.http.close(resolve));
  delete process.env[BROKER_VARIABLE];
}

/** Ends a server that its test file could not end itself, because its worker was stopped. */
function endLeftOver(pid: number, folder: string): void {
  // A server that ended as it should has taken its folder with it, and its pid may be somebody else's by now.
  if (!existsSync(folder)) return;
  try {
    if (pid > 0) process.kill(pid, "SIGQUIT");
  } catch {
    // It ended without its folder.
  }
  rmSync(folder, { recursive: true, force: true });
}

async function answer(broker: Broker, request: IncomingMessage): Promise<Lent<Shared["address"]> | null> {
  let body = "";
  for await (const text of request.setEncoding("utf8")) body += text as string;
  if (request.url === "/notes") {
    broker.notes.push(JSON.parse(body) as ServerNote);
    return null;
  }
  let starting = broker.servers.get(body);
  if (starting === undefined) {
    starting = start(JSON.parse(body) as Wanted);
    broker.servers.set(body, starting);
  }
  try {
    return { address: (await starting).address };
  } catch (error) {
    if (error instanceof Unavailable) return { unavailable: error.message };
    throw error;
  }
}

async function start(wanted: Wanted): Promise<Shared> {
  if ("mysql" in wanted) {
    const server = await startMysql({ release: wanted.mysql });
    const { release, version, isMariaDb, host, port, socket, dataFolder, pid } = server;
    return {
      address: { release, version, isMariaDb, host, port, socket, dataFolder, pid },
      stop: () => server.stop(),
    };
  }
  const server = await startPostgres({ major: wanted.postgres });
  const { version, major, host, port, socketFolder, dataFolder, pid } = server;
  return { address: { version, major, host, port, socketFolder, dataFolder, pid }, stop: () => server.stop() };
}

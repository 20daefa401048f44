import { connect, createServer, type Socket } from "node:net";

/** Where a connection is cut, counted over all connections of the proxy since it was started or last told. */
export interface Cut {
  /** `toServer`: what the client says; `toClient`: what the server says. */
  direction: "toServer" | "toClient";
  /** Cut before this byte (from 0), or before this message (from 0) of PostgreSQL's protocol without TLS. */
  at: { byte: number } | { message: number };
}

/** What a proxy has passed on. Messages are those of PostgreSQL's protocol; with TLS their count means nothing. */
export interface Passed {
  bytes: number;
  messages: number;
}

/** A TCP proxy that can be told to misbehave. */
export interface FaultProxy {
  host: string;
  port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  readonly toServer: Readonly<Passed>;
  readonly toClient: Readonly<Passed>;
  /** Cuts one connection at this point; the others and later ones work. Counting begins anew. `null` cuts nothing. */
  cut(cut: Cut | null): void;
  /** Refuses new connections, as a server that is down does. */
  refuse(refuse: boolean): void;
  /** Holds back everything the server says by this many milliseconds. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

/** Starts a proxy before a server on a free port of this machine. */
export async function startFaultProxy(server: { host: string; port: number }): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const passed = { toServer: { bytes: 0, messages: 0 }, toClient: { bytes: 0, messages: 0 } };
  let planned: Cut | null = null;
  let refusing = false;
  let delayMs = 0;
  let connections = 0;

  const listener = createServer((client) => {
    if (refusing) return void client.resetAndDestroy();
    connections += 1;
    const upstream = connect(server);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const pass = (direction: Cut["direction"], from: Socket, to: Socket): void => {
      const count = passed[direction];
      const frames = new Frames(direction === "toServer");
      // What is held back for less time must not overtake what is held back for longer.
      let before: Promise<void> = Promise.resolve();
      let waiting = 0;
      const inTurn = (ms: number, work: () => void): void => {
        if (ms === 0 && waiting === 0) return work();
        waiting += 1;
        const due = new Promise<void>((resolve) => setTimeout(resolve, ms));
        before = Promise.all([before, due]).then(() => {
          waiting -= 1;
          return work();
        });
      };
      from.on("data", (chunk: Buffer) => {
        let end = chunk.length;
        let cutting = false;
        const at = planned?.direction === direction ? planned.at : null;
        const starts = frames.startsIn(chunk);
        if (at !== null && "byte" in at && count.bytes + chunk.length > at.byte) {
          end = Math.max(0, at.byte - count.bytes);
          cutting = true;
        } else if (at !== null && "message" in at && count.messages + starts.length > at.message) {
          end = starts[at.message - count.messages] ?? 0;
          cutting = true;
        }
        count.bytes += end;
        count.messages += starts.filter((start) => start < end).length;
        const send = (): void => {
          if (to.destroyed) return;
          to.write(chunk.subarray(0, end));
          if (!cutting) return;
          client.destroySoon();
          upstream.destroySoon();
        };
        if (cutting) planned = null;
        inTurn(direction === "toClient" ? delayMs : 0, send);
      });
      from.on("end", () => inTurn(0, () => void to.end()));
    };
    pass("toServer", client, upstream);
    pass("toClient", upstream, client);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));

  return {
    host: "127.0.0.1",
    port: (listener.address() as { port: number }).port,
    get connections() {
      return connections;
    },
    toServer: passed.toServer,
    toClient: passed.toClient,
    cut: (cut) => {
      planned = cut;
      for (const count of Object.values(passed)) Object.assign(count, { bytes: 0, messages: 0 });
    },
    refuse: (refuse) => (refusing = refuse),
    delay: (ms) => (delayMs = ms),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}

/** Finds where messages begin in a stream: a type byte and a length, but for the client's first, which has no type. */
class Frames {
  #untyped: boolean;
  /** Bytes of the current message still to come; negative while its header is incomplete. */
  #left = 0;
  #header = Buffer.alloc(0);

  constructor(client: boolean) {
    this.#untyped = client;
  }

  startsIn(chunk: Buffer): number[] {
    const starts: number[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      if (this.#header.length === 0) starts.push(at);
      const size = this.#untyped ? 4 : 5;
      const missing = size - this.#header.length;
      this.#header = Buffer.concat([this.#header, chunk.subarray(at, at + missing)]);
      at += Math.min(missing, chunk.length - at);
      if (this.#header.length < size) break;
      this.#left = this.#header.readInt32BE(size - 4) - 4;
      this.#header = Buffer.alloc(0);
      this.#untyped = false;
    }
    return starts;
  }
}

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

/** One request as it came in, its body unpacked. */
export interface FakeRequest {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a fake answers with. */
export interface FakeAnswer {
  status?: number;
  json: unknown;
}

/** A server that speaks a vendor's protocol over HTTP. */
export interface HttpFake {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Every answer takes this long, in milliseconds. */
  latencyMs: number;
  stop(): Promise<void>;
}

/** Starts a server on a free port of this machine. What `answer` throws is answered with 500, and kept for {@link HttpFake.stop} to throw. */
export async function startHttpFake(answer: (request: FakeRequest) => Promise<FakeAnswer>): Promise<HttpFake> {
  const broken: unknown[] = [];
  const server = createServer((incoming, outgoing) => {
    const respond = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const packed = Buffer.concat(chunks);
      const body = incoming.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed;
      const { method = "GET", headers } = incoming;
      const url = new URL(incoming.url ?? "/", "http://fake");
      if (fake.latencyMs > 0) await wait(fake.latencyMs);
      const { status = 200, json } = await answer({ method, url, headers, body: body.toString("utf8") });
      outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    };
    respond().catch((error: unknown) => {
      broken.push(error);
      outgoing.writeHead(500).end(String(error instanceof Error ? error.stack : error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const fake: HttpFake = {
    host: "127.0.0.1",
    port,
    url: `http://127.0.0.1:${port}`,
    latencyMs: 0,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (broken.length > 0) throw new AggregateError(broken, "The fake itself failed.");
    },
  };
  return fake;
}

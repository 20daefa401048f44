import { afterAll, expect, test } from "vitest";
import { type FaultProxy, postgresUrl, runSql, startFaultProxy } from "../src/index.ts";
import { describeWith, sharedPostgres } from "../src/vitest.ts";

await describeWith(
  "a fault proxy",
  async () => startFaultProxy(await sharedPostgres()),
  (proxy: FaultProxy) => {
    const ask = (): Promise<unknown[]> => runSql(postgresUrl(proxy.port), "SELECT 1 AS one");
    afterAll(() => proxy.stop());

    test("passes everything on and counts it", async () => {
      proxy.cut(null);
      expect(await ask()).toEqual([{ one: 1 }]);
      // Start-up, two for SCRAM, one simple query, goodbye.
      expect(proxy.toServer.messages).toBe(5);
      expect(proxy.toClient.messages).toBeGreaterThan(10);
      expect(proxy.toClient.bytes).toBeGreaterThan(300);
    });

    test("cuts before any message of either side, once", async () => {
      proxy.cut(null);
      await ask();
      const { toServer, toClient } = structuredClone({ toServer: proxy.toServer, toClient: proxy.toClient });
      for (const [direction, { messages }] of Object.entries({ toServer, toClient }) as [
        "toServer" | "toClient",
        typeof toServer,
      ][])
        for (let message = 0; message < messages - 1; message += 1) {
          proxy.cut({ direction, at: { message } });
          await expect(ask(), `${direction} ${message}`).rejects.toThrow(/terminated|ECONNRESET|closed/);
          expect(proxy[direction].messages).toBe(message);
        }
      expect(await ask()).toEqual([{ one: 1 }]);
    });

    test("cuts within a message", async () => {
      proxy.cut({ direction: "toClient", at: { byte: 40 } });
      await expect(ask()).rejects.toThrow(/terminated|ECONNRESET|closed/);
      expect(proxy.toClient.bytes).toBe(40);
    });

    test("refuses and delays", async () => {
      proxy.refuse(true);
      await expect(ask()).rejects.toThrow(/ECONNRESET|terminated/);
      proxy.refuse(false);
      proxy.delay(30);
      const began = performance.now();
      await ask();
      expect(performance.now() - began).toBeGreaterThan(100);
      proxy.delay(0);
    });
  },
);

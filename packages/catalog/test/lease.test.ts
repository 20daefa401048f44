import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { leases } from "../src/lease.ts";
import { memoryCatalog } from "./ingest.ts";

test.skipIf(process.platform !== "linux")(
  "a holder that has ended holds nothing, though nobody has asked how it ended (told on Linux alone)",
  async () => {
    // A process that is another one's child by the time it ends, which never asks.
    const parent = spawn("sh", ["-c", "cat <&3 & echo $!; exec sleep 300"], {
      stdio: ["ignore", "pipe", "inherit", "pipe"],
    });
    onTestFinished(() => {
      parent.kill("SIGKILL");
    });
    const [said] = (await once(parent.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const pid = Number(said.toString());
    const stat = (): string[] => {
      const text = readFileSync(`/proc/${pid}/stat`, "latin1");
      return text.slice(text.lastIndexOf(")") + 2).split(" ");
    };
    const db = memoryCatalog();
    db.run(
      "INSERT INTO lease(service, fence, holder, beat_at) VALUES ('shop', 1, ?, ?)",
      JSON.stringify({ host: hostname(), pid, started: stat()[19] }),
      Date.now(),
    );
    expect(leases(db)).toMatchObject([{ service: "shop", alive: true }]);
    process.kill(pid, "SIGKILL");
    while (stat()[0] !== "Z") await wait(10);
    expect(leases(db)).toMatchObject([{ service: "shop", alive: false }]);
  },
);

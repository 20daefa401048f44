import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase } from "@headwater/catalog";
import { expect, test } from "vitest";
import { timeLookUps } from "../src/look-ups.ts";
import { measure } from "../src/measure.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

/** Tables of 10 columns; `npm run soak` asks for a million columns. */
const TABLES = process.env["HEADWATER_SOAK"] === "1" ? 100_000 : 2_000;
const MOST_MB = 300;
const MOST_MS = 100;

test(
  `a catalog of ${TABLES} tables is filled within ${MOST_MB} MB and answers within ${MOST_MS} ms`,
  { timeout: 600_000 },
  async () => {
    const file = join(temporaryFolder(), "load.db");
    const fill = fileURLToPath(new URL("../src/programs/fill-catalog.ts", import.meta.url));
    const run = (): Promise<{ rssMb: number }> =>
      measure(fill, [file, String(TABLES), "10"], { nodeOptions: "--max-semi-space-size=4" });
    const [first, unchanged] = [await run(), await run()];
    expect(Math.max(first.rssMb, unchanged.rssMb)).toBeLessThanOrEqual(MOST_MB);
    const db = openDatabase(file, { mustExist: true });
    expect(db.get("SELECT count(*) AS n FROM entity WHERE type = 'table'")).toEqual({ n: TABLES });
    const slow = Object.entries(timeLookUps(db, TABLES)).filter(([, { median }]) => median >= MOST_MS);
    db.close();
    expect(slow).toEqual([]);
  },
);

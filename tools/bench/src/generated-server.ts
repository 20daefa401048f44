import { createHash } from "node:crypto";
import { createDatabase, type PostgresServer, runSql } from "@headwater/test-servers";
import { startKept } from "./kept-server.ts";
import { type Layout, relatedScript, schemasScript, STATISTICS, tablesScript } from "./tables.ts";

const CONNECTIONS = 2;

/**
 * A PostgreSQL 18 server with one generated database for each layout, named by the layout's key. The first time takes about a
 * minute for 25,000 tables; later ones start in seconds from the cache folder.
 */
export async function startGenerated(layouts: Readonly<Record<string, Layout>>): Promise<PostgresServer> {
  const scripts = Object.entries(layouts).map(([database, layout]) => ({
    database,
    layout,
    parallel: Array.from({ length: CONNECTIONS }, (_, part) => tablesScript(layout, part, CONNECTIONS)),
  }));
  const digest = createHash("sha256");
  for (const { layout, parallel } of scripts)
    digest.update(schemasScript(layout) + parallel.join("") + relatedScript(layout) + STATISTICS.join(""));
  const sizes = scripts.map(({ database, layout }) => `${database}-${layout.tables}`).join("-");

  return startKept(`postgres-18-${sizes}-${digest.digest("hex").slice(0, 8)}`, async (server) => {
    for (const { database, layout, parallel } of scripts) {
      console.error(`Making ${layout.tables.toLocaleString("en")} tables, once; they are kept for later runs…`);
      const { url } = await createDatabase(server, { name: database, sql: schemasScript(layout) });
      await Promise.all(parallel.map((script) => runSql(url, script)));
      await runSql(url, relatedScript(layout));
      for (const statement of STATISTICS) await runSql(url, statement);
    }
    await runSql(server.url(), "CHECKPOINT");
  });
}

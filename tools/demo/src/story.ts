import { join } from "node:path";
import { applyWeekLater, loadSampleDatabase } from "@headwater/sample-database";
import { type PostgresServer, runSql } from "@headwater/test-servers";
import { Client } from "pg";
import { headwater, ROOT, say } from "./screen.ts";

/** Where the demo's catalog lies from the root of the repository; git ignores the folder. */
const CATALOG = "tools/demo/.headwater/catalog.db";

/** The folder of the demo's catalog. The next demo begins with a new one. */
export const CATALOG_FOLDER: string = join(ROOT, "tools/demo/.headwater");

const DATABASE = "production";
/** Reading metadata needs no right but to connect. */
const READER = { user: "metadata_reader", password: "reader-of-the-demo" };

/** Tells the whole story on a server that has just been started. Throws when `signal` is aborted. */
export async function tellStory(server: PostgresServer, signal: AbortSignal): Promise<void> {
  const url = server.url(DATABASE, { user: READER.user });
  const run = (...args: string[]): Promise<void> =>
    headwater(args, { signal, env: { HEADWATER_CATALOG: CATALOG, PGPASSWORD: READER.password } });
  const ingest = (): Promise<void> => run("ingest", url, "--service", "fernhill");

  await runSql(server.url(), `CREATE DATABASE ${DATABASE}`);
  await runSql(server.url(), `CREATE ROLE ${READER.user} LOGIN PASSWORD '${READER.password}'`);
  await withDatabase(server, loadSampleDatabase);
  say("It holds the database of Fernhill, a coffee roaster: web shop, two warehouses, finance, analytics.");

  say("\nRead its metadata, as a role that may connect and nothing else, into a catalog in one file:");
  await ingest();
  say("\nLook around.");
  await run("ls", `fernhill.${DATABASE}`);
  await run("show", `fernhill.${DATABASE}.shop.orders`);
  say("\nWhich table was it that recalls go by?");
  await run("search", "recalls");
  say("\nWhere do the figures of a report come from? Views and routines were read along:");
  await run("lineage", `fernhill.${DATABASE}.analytics.sales_by_channel`, "--down", "0");
  await run("lineage", `fernhill.${DATABASE}.analytics.fact_sales.revenue_eur`);
  say("\nWhat would break if the shop changed how a line's total is computed?");
  await run("impact", `fernhill.${DATABASE}.shop.order_line.line_total`);
  say("\nPeople know things the database does not. What they set is a layer of its own, which no ingest overwrites:");
  await run(
    "set",
    `fernhill.${DATABASE}.analytics.customer_segment`,
    "description=Segments the newsletter is sent by. Ask the CRM team before you use them elsewhere.",
    "owners+=team:crm",
  );

  say(`
A week passes. The shop made a release: a column came, one went, one was renamed, one has another type, and gift
cards are sold. The warehouse renamed a table. The data team dropped one, changed what counts as revenue, and built the
customer segments anew beside the old table and swapped them in. Read it again:`);
  await withDatabase(server, applyWeekLater);
  await ingest();
  say("\nWhat changed, the latest first:");
  await run("log", "--limit", "17");
  say("\nWhat exactly changed in a table, and in a view:");
  await run("diff", `fernhill.${DATABASE}.shop.customer`);
  await run("diff", `fernhill.${DATABASE}.analytics.sales_by_channel`);
  say("\nThe definition of revenue changed, and with it what it is made of:");
  await run(
    "lineage",
    "explain",
    `fernhill.${DATABASE}.analytics.sales`,
    `fernhill.${DATABASE}.analytics.sales_by_channel`,
  );
  say("\nThe segments are another table now, under the old name. What people had set is still there:");
  await run("show", `fernhill.${DATABASE}.analytics.customer_segment`);
  say("\nA renamed table keeps its history:");
  await run("log", `fernhill.${DATABASE}.inventory.delivery_partner`);
}

/** What to try once the server has ended. */
export function sayWhatIsNext(): void {
  say(`
That was a real server. It has ended, and nothing is left running. Its catalog is still there to look at:
  HEADWATER_CATALOG=${CATALOG} npx headwater search invoice
Your own database is next:
  npx headwater ingest postgres://USER@HOST/DATABASE`);
}

async function withDatabase(server: PostgresServer, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: server.url(DATABASE) });
  await client.connect();
  await work(client).finally(() => client.end());
}

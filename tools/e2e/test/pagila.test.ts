import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectionOf, createDatabase, splitStatements, Unavailable } from "@headwater/test-servers";
import { describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { expect, test } from "vitest";
import { differences, entities, exported } from "../src/entities.ts";
import { newProject } from "../src/project.ts";

const SHARED = process.env["HEADWATER_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const SCHEMA = join(SHARED, "data/databases/pagila/schema.sql");

// It needs what only version 18 has: uuidv7().
await describeWith(
  "PostgreSQL 18 with the Pagila sample and the command",
  async () => {
    if (!existsSync(SCHEMA))
      throw new Unavailable(`there is no data/databases/pagila in ${SHARED} (set HEADWATER_SHARED)`);
    return sharedPostgres(18);
  },
  (server) => {
    test("is ingested, browsed, and unchanged the second time", async () => {
      const source = await createDatabase(server);
      const client = new Client(connectionOf(source.url));
      await client.connect();
      const failed: string[] = [];
      // The extension `vector` may be missing, and one table needs it.
      for (const statement of splitStatements(readFileSync(SCHEMA, "utf8")))
        await client.query(statement).catch(() => failed.push(statement));
      await client.end();
      expect(failed.filter((statement) => !/vector|film_embedding/.test(statement))).toEqual([]);

      const project = newProject();
      await project.succeed("ingest", source.url, "--service", "rental");
      const before = exported(project.catalog);
      const film = entities(project.catalog).get(`rental.${source.name}.public.film`);
      expect(JSON.stringify(film?.["tableConstraints"])).toContain("language.language_id");
      const shown = await project.succeed("show", "public.film");
      expect(shown).toContain("special_features");
      expect(await project.succeed("search", "actor", "info")).toContain("actor_info");
      const second = await project.succeed("ingest", source.url, "--service", "rental", "--json");
      const [run] = (JSON.parse(second) as { runs: { queries: { total: number; bound: number } }[] }).runs;
      expect(run?.queries.total).toBeLessThanOrEqual(run?.queries.bound ?? 0);
      expect(differences(exported(project.catalog), before)).toEqual([]);
      await source.drop();
    });
  },
);

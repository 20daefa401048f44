import { join } from "node:path";
import { openDatabase } from "@headwater/catalog";
import type { RunOptions } from "@headwater/core";
import { type Connectors, Project } from "@headwater/test-project";
import type { MemorySource } from "@headwater/testkit";
import { fill } from "./sample-shop.ts";

const COMMAND = join(import.meta.dirname, "..");
/** The bin as it is committed; it runs what was built. */
export const BIN: string = join(COMMAND, "bin", "headwater.js");

/** The connector that reads a shelf: a file of JSON. */
export const SHELF: Connectors = {
  "headwater-connector-shelf": join(import.meta.dirname, "fixtures", "connector-shelf"),
};
/** The connector for query logs in files. */
export const QUERY_LOG: Connectors = {
  "@headwater/connector-query-log": join(import.meta.dirname, "../../../connectors/query-log"),
};

/** A project of its own in which the built `headwater` can be called. */
export const newProject = (connectors: Connectors = SHELF): Project => new Project(COMMAND, connectors);

/** Fills a project's catalog as a run would. */
export async function fillCatalog(
  project: Project,
  source: MemorySource,
  options: Partial<RunOptions> = {},
): Promise<void> {
  const db = openDatabase(project.catalog);
  try {
    await fill(db, source, options);
  } finally {
    db.close();
  }
}

/** Writes a source as the shelf connector reads it. Returns the file. */
export function writeShelf(
  project: Project,
  source: MemorySource,
  more: object = {},
  name: string = "shelf.json",
): string {
  const nodes = ["database", "databaseSchema", "table", "storedProcedure"] as const;
  const objects = nodes.flatMap((node) => source.objects(node).map((object) => ({ node, ...object })));
  return project.write(name, JSON.stringify({ objects, ...more }));
}

/** Writes a workflow file that reads the shelf as the service `shop`. */
export function writeWorkflow(
  project: Project,
  name: string = "shop.yaml",
  connection: string = `file: ${project.path("shelf.json")}`,
  more: string = "",
): string {
  return project.write(
    name,
    `source:
  type: shelf
  serviceName: shop
  serviceConnection:
    config:
      type: Shelf
      ${connection.replaceAll("\n", "\n      ")}
  sourceConfig:
    config:
      type: DatabaseMetadata
${more}`,
  );
}

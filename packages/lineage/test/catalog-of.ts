/** Catalogs in memory, filled from a few lines: what lineage is derived from in these tests. */
import { CatalogStore, type Database, openDatabase } from "@headwater/catalog";
import { type Clock, defaultRunOptions, runMetadata } from "@headwater/core";
import { memoryConnector, MemorySource } from "@headwater/testkit";
import { type LineageResult, type LineageRun, runLineage } from "../src/index.ts";

/** A clock that ticks by itself and can be set. */
export class TestClock implements Clock {
  at: number = Date.UTC(2026, 0, 1);
  now(): number {
    return (this.at += 1_000);
  }
  async sleep(): Promise<void> {}
}

/** A catalog with a source that can be changed and read again. */
export class TestCatalog {
  readonly db: Database;
  readonly clock: TestClock = new TestClock();
  readonly source: MemorySource = new MemorySource()
    .put("database", { path: ["d"], kind: "Database", facts: {} })
    .put("databaseSchema", { path: ["d", "s"], kind: "Schema", facts: {} });

  constructor(file: string = ":memory:") {
    this.db = openDatabase(file);
  }

  table(name: string, ...columns: string[]): this {
    const facts = { tableType: "Regular" as const, columns: columns.map(columnOf) };
    this.source.put("table", { path: ["d", "s", name], kind: "Regular", facts });
    return this;
  }

  /** A table with rules, given as the statements that create them, by name. */
  ruled(name: string, columns: string[], rules: Readonly<Record<string, string>>, disabled = false): this {
    const kept = Object.entries(rules).map(([rule, definition]) => ({
      name: rule,
      definition,
      ...(disabled ? { disabled } : {}),
    }));
    const facts = { tableType: "Regular" as const, columns: columns.map(columnOf), source: { rules: kept } };
    this.source.put("table", { path: ["d", "s", name], kind: "Regular", facts });
    return this;
  }

  /** A table with partitions, which are no tables of their own in the catalog. */
  partitioned(name: string, columns: string[], partitions: readonly string[]): this {
    const source = { partitions: partitions.map((partition) => ({ schema: "s", name: partition, bounds: "DEFAULT" })) };
    const facts = { tableType: "Partitioned" as const, columns: columns.map(columnOf), source };
    this.source.put("table", { path: ["d", "s", name], kind: "Partitioned", facts });
    return this;
  }

  view(name: string, columns: string[], schemaDefinition: string): this {
    const facts = { tableType: "View" as const, columns: columns.map(columnOf), schemaDefinition };
    this.source.put("table", { path: ["d", "s", name], kind: "View", facts });
    return this;
  }

  routine(name: string, code: string): this {
    const facts = { storedProcedureCode: { language: "SQL" as const, code } };
    this.source.put("storedProcedure", { path: ["d", "s", name], kind: "StoredProcedure", facts });
    return this;
  }

  /** Reads the source's metadata, then derives lineage from it. */
  async read(more: Partial<LineageRun> = {}): Promise<LineageResult> {
    await runMetadata({
      connector: memoryConnector(this.source),
      connectorVersion: "1.0.0",
      config: {},
      service: "svc",
      serviceFacts: { serviceType: "CustomDatabase" },
      pipelineName: "metadata",
      pipelineFacts: { pipelineType: "metadata" },
      options: defaultRunOptions(),
      fresh: false,
      allowEmpty: true,
      store: new CatalogStore(this.db),
      clock: this.clock,
      signal: new AbortController().signal,
      emit: () => undefined,
    });
    return this.derive(more);
  }

  /** Derives lineage. */
  async derive(more: Partial<LineageRun> = {}): Promise<LineageResult> {
    return runLineage({
      db: this.db,
      service: "svc",
      otherServices: [],
      pipelineName: "lineage",
      pipelineFacts: { pipelineType: "lineage" },
      serviceFacts: { serviceType: "CustomDatabase" },
      connector: "memory@1.0.0",
      dialect: "postgres",
      searchPath: ["s"],
      views: true,
      procedures: true,
      covers: () => true,
      complete: true,
      log: null,
      forgetAfterDays: 30,
      all: false,
      allowEmpty: false,
      clock: this.clock,
      signal: new AbortController().signal,
      emit: () => undefined,
      ...more,
    });
  }

  /** Every live edge as a line: `a.x > b.y`, `a > b` for tables, `a.x > b` for what decides about rows. */
  edges(): string[] {
    const short = (fqn: string): string => fqn.replace(/^svc\.d\.s\./, "");
    return this.db
      .all<{ source: string; from: string; target: string; to: string }>(
        `SELECT DISTINCT s.fqn AS source, c.source_column AS "from", t.fqn AS target, c.target_column AS "to"
         FROM claim c JOIN statement x ON x.id = c.statement AND x.ended IS NULL
         JOIN place s ON s.id = c.source JOIN place t ON t.id = c.target`,
      )
      .map(({ source, from, target, to }) => {
        const end = (fqn: string, column: string): string => (column === "" ? short(fqn) : `${short(fqn)}.${column}`);
        return `${end(source, from)} > ${end(target, to)}`;
      })
      .toSorted();
  }
}

const columnOf = (name: string): { name: string; dataType: "INT" } => ({ name, dataType: "INT" });

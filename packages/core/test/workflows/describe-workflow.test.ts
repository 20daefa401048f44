import { describe, expect, test } from "vitest";
import { describeWorkflow, formatDescription, workflowFromUrl } from "../../src/workflows/index.ts";
import { postgres } from "./connectors.ts";
import { read, workflowText } from "./reading.ts";

test("a file, in words", () => {
  const workflow = read(
    workflowText({
      connection: "password: hunter2\nclassificationName: tags",
      config: `includeViews: false
includeOwners: true
useFqnForFiltering: true
schemaFilterPattern: {includes: ['^sales$', ^crm], excludes: [tmp]}
databaseFilterPattern: {excludes: [test]}
markDeletedTables: false`,
      workflowConfig: "openMetadataServerConfig: {hostPort: 'http://om/api'}\nconfig: {headwater: {maxDelete: 50%}}",
      root: "ingestionPipelineFQN: shop.nightly",
    }),
  );
  const description = describeWorkflow(workflow);
  expect(description).toEqual({
    from: "conf/pg.yaml",
    kind: "metadata",
    service: "shop",
    serviceType: "Postgres",
    pipeline: "shop.nightly",
    connector: { id: "postgres", title: "postgres", version: "1.2.3" },
    connection: "its own",
    reads: [
      "Databases: all; never those that match test.",
      "Schemas: those that match ^sales$, ^crm; never those that match tmp.",
      "Tables, and no views: all.",
      "Routines: all.",
      "Patterns are matched against FQNs, not names.",
      "Not read, and left as they are: the DDL of tables.",
      "Marked as deleted when the source no longer has them: routines.",
      "Kept when the source no longer has them: databases, schemas, tables.",
    ],
    options: [
      { path: "source.sourceConfig.config.useFqnForFiltering", value: true, default: false },
      { path: "source.sourceConfig.config.includeViews", value: false, default: true },
      { path: "source.sourceConfig.config.includeOwners", value: true, default: false },
      { path: "source.sourceConfig.config.markDeletedTables", value: false, default: true },
      { path: "workflowConfig.config.headwater.maxDelete", value: { percent: 50 }, default: "default" },
    ],
    notHonoured: [expect.objectContaining({ path: "source.serviceConnection.config.classificationName" }) as unknown],
    refusal: {
      message: expect.stringContaining("http://om/api") as string,
      hint: expect.stringContaining("--store catalog") as string,
    },
  });
  const text = formatDescription(description);
  expect(text).not.toContain("hunter2");
  expect(text).toContain("conf/pg.yaml: a metadata workflow\n  service    shop (Postgres)\n");
  expect(text).toContain('    workflowConfig.config.headwater.maxDelete: {"percent":50} (default "default")\n');
  expect(text).toContain(
    "  not honoured\n    conf/pg.yaml:10:7: warning: source.serviceConnection.config.classificationName is not honoured",
  );
  expect(text).toContain("  would be refused: conf/pg.yaml:");
});

describe("what is left out", () => {
  const reads = (config: string): string[] => describeWorkflow(read(workflowText({ config }))).reads;
  test("views only, nothing at all, and everything", () => {
    expect(reads("includeTables: false\ntableFilterPattern: {includes: [v]}")).toContain(
      "Views, and no tables: those that match v.",
    );
    expect(reads("includeTables: false\nincludeViews: false\nincludeStoredProcedures: false")).toEqual(
      expect.arrayContaining(["Tables: none, and no views.", "Routines: none."]) as string[],
    );
    const everything = describeWorkflow(
      workflowFromUrl(new URL("postgres://u:hunter2@h/d"), { connector: postgres, version: "1" }),
    );
    expect(everything).toMatchObject({ connection: "its own", options: [], notHonoured: [], refusal: null });
    expect(everything.reads).toEqual([
      "Databases: all that the connection covers.",
      "Schemas: all.",
      "Tables: all.",
      "Routines: all.",
      "Marked as deleted when the source no longer has them: databases, schemas, tables, routines.",
    ]);
  });

  test("a connection that is not in the file", () => {
    const workflow = read("source: {type: kafka, serviceName: s}");
    expect(describeWorkflow(workflow)).toMatchObject({ connection: "kept with the service", pipeline: "s.metadata" });
    expect(describeWorkflow(workflow).reads[0]).toBe("Topics: all.");
  });
});

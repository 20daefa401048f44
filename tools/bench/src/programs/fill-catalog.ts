// Ingests a generated source into a catalog: fill-catalog.ts FILE TABLES COLUMNS
import { CatalogStore, openDatabase } from "@headwater/catalog";
import { defaultRunOptions, runMetadata, systemClock } from "@headwater/core";
import { generatedConnector } from "../generated-source.ts";

const [file = "", tables = "", columns = ""] = process.argv.slice(2);
const db = openDatabase(file);
const { state, message } = await runMetadata({
  connector: generatedConnector({ tables: Number(tables), columns: Number(columns) }),
  connectorVersion: "1.0.0",
  config: {},
  service: "generated",
  serviceFacts: { serviceType: "CustomDatabase" },
  pipelineName: "metadata",
  pipelineFacts: { pipelineType: "metadata" },
  options: defaultRunOptions(),
  fresh: false,
  allowEmpty: false,
  store: new CatalogStore(db),
  clock: systemClock,
  signal: new AbortController().signal,
  emit: () => undefined,
});
db.close();
if (state !== "success") throw new Error(message);

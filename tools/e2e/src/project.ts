import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Connectors, Project } from "@headwater/test-project";

const packageFolder = (name: string): string => dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)));

const POSTGRES: Connectors = { "@headwater/connector-postgres": packageFolder("@headwater/connector-postgres") };

/** A project of its own in which the built `headwater` can be called. */
export const newProject = (connectors: Connectors = POSTGRES): Project =>
  new Project(packageFolder("headwater"), connectors);

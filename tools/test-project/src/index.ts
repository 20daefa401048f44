/** A folder of its own in which tests call the built command. */
export type { Ran } from "./ran.ts";
export { type Connectors, Project } from "./project.ts";
export type { Running } from "./running.ts";

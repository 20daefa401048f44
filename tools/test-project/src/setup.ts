/** Named in a package's vitest.config.ts: after each file of tests, the projects it made are removed. */
import { afterAll } from "vitest";
import { removeProjects } from "./project.ts";

afterAll(removeProjects);

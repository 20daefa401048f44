import { rmSync } from "node:fs";
import { afterAll } from "vitest";
import { conformance } from "../src/vitest.ts";
import { shelfConnector } from "./shelf/connector.ts";
import { shelfFixture } from "./shelf/fixture.ts";
import { writePackage } from "./shelf/package.ts";

const folder = writePackage();
afterAll(() => rmSync(folder, { recursive: true }));

// A connector that does everything right passes every rule, and none is skipped.
conformance(shelfConnector(), { ...shelfFixture, package: folder });

import { conformance } from "@headwater/testkit/vitest";
import { acmeConnector } from "../src/index.ts";
import { fixture } from "./fixture.ts";

conformance(acmeConnector, fixture);

import { fileURLToPath } from "node:url";

/** Where data for tests may be that does not belong to the repository; tests that need it are skipped without it. */
export const sharedFolder: string =
  process.env["HEADWATER_SHARED"] ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));

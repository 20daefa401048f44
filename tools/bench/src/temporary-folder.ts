import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder: string | null = null;

/** The one folder this process keeps its temporary files in; removed with all in it when the process ends. */
export function temporaryFolder(): string {
  if (folder === null) {
    const made = mkdtempSync(join(tmpdir(), "headwater-bench-"));
    process.on("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

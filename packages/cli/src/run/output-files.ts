/** Files a run writes beside the catalog. They are opened before it begins: a run of an hour must not end at a wrong path. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { RunEvent } from "@headwater/core";
import { HeadwaterError } from "@headwater/core";
import { safeJson } from "../screen/safe-text.ts";

/** Where events go as lines of JSON. */
export interface EventSink {
  write(event: RunEvent): void;
  close(): void;
}

/** Opens what `--events` names: a file, or `stdout` for `-`. */
export function openEvents(
  target: string | undefined,
  stdout: NodeJS.WritableStream,
  onFailure: (message: string) => void,
): EventSink {
  if (target === undefined) return { write: () => undefined, close: () => undefined };
  if (target === "-") return { write: (event) => void stdout.write(`${safeJson(event)}\n`), close: () => undefined };
  const handle = open(target, "--events");
  let broken = false;
  return {
    write: (event) => {
      if (broken) return;
      try {
        writeSync(handle, `${safeJson(event)}\n`);
      } catch (error) {
        // The run is worth more than its events.
        broken = true;
        onFailure(`Events can no longer be written to ${target}: ${(error as Error).message}.`);
      }
    },
    close: () => closeSync(handle),
  };
}

/** Opens what `--report` names. The returned function writes the report and closes the file. */
export function openReport(target: string | undefined): (report: unknown) => void {
  if (target === undefined) return () => undefined;
  const handle = open(target, "--report");
  return (report) => {
    try {
      writeSync(handle, `${safeJson(report, 2)}\n`);
    } catch (error) {
      throw new HeadwaterError("usage", `The report cannot be written to ${target}: ${(error as Error).message}.`, {
        hint: "The run itself is over, and what it read is kept: headwater runs shows it.",
        cause: error,
      });
    } finally {
      closeSync(handle);
    }
  };
}

function open(file: string, option: string): number {
  try {
    return openSync(file, "w");
  } catch (error) {
    throw new HeadwaterError("usage", `${option} ${file} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

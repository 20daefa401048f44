/** Files that have the same records in two forms, as a server's csvlog and jsonlog: each record is to be counted once, and none is to be lost. */
import type { LogFile } from "@headwater/core";

/** A file to be read. */
export interface ChosenFile {
  file: LogFile;
  /** Since then its twin has what it has, which is read before it; `null` where it has no twin that is read. */
  twinSince: number | null;
  /** What of it its twin's pieces account for is left out. */
  isRest: boolean;
}

/** Which of some files are read, in which order. */
export interface FileChoice {
  files: ChosenFile[];
  /** Each with the one that is read instead. */
  leftOut: [file: LogFile, instead: LogFile][];
  /** Each with the one that most of it is read from. */
  partly: [file: LogFile, instead: LogFile][];
}

/** A file that nothing was added to for so long, while something was to its twin, is not written to any more. */
const ENDED_MS = 3_600_000;

/**
 * Chooses one of two twins, and of the other what goes beyond it: nothing for most. It is the one that was read before; else the one
 * that begins earlier, for whatever it has later the other one has too; else the first by name.
 */
export function chooseTwins(files: readonly LogFile[], wasRead: (file: LogFile) => boolean, now: number): FileChoice {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const choice: FileChoice = { files: [], leftOut: [], partly: [] };
  const rests: ChosenFile[] = [];
  for (const file of files) {
    const twin = file.twin === undefined ? undefined : byPath.get(file.twin);
    if (twin === undefined || twin.twin !== file.path) {
      choice.files.push({ file, twinSince: null, isRest: file.twin !== undefined });
      continue;
    }
    if (isFirst(file, twin, wasRead)) {
      choice.files.push({ file, twinSince: null, isRest: false });
      continue;
    }
    const begins = isBefore(file.span?.from, twin.span?.from);
    const [last, twinLast] = [lastOf(file), lastOf(twin)];
    const goesOn = isBefore(twinLast, last) && isBefore(twinLast, now - ENDED_MS);
    if (begins || goesOn) {
      rests.push({ file, twinSince: goesOn ? null : (twin.span?.from ?? null), isRest: true });
      choice.partly.push([file, twin]);
    } else choice.leftOut.push([file, twin]);
  }
  choice.files.push(...rests);
  return choice;
}

function isFirst(file: LogFile, twin: LogFile, wasRead: (file: LogFile) => boolean): boolean {
  const [read, twinRead] = [wasRead(file), wasRead(twin)];
  if (read !== twinRead) return read;
  if (!read) {
    if (isBefore(file.span?.from, twin.span?.from)) return true;
    if (isBefore(twin.span?.from, file.span?.from)) return false;
  }
  return file.path < twin.path;
}

/** Twins have the same times in their records: what is later by nothing but a millisecond is another record. */
const isBefore = (one: number | null | undefined, other: number | null | undefined): boolean =>
  typeof one === "number" && typeof other === "number" && one < other;

const lastOf = ({ span, changedAt }: LogFile): number | null => span?.to ?? changedAt ?? null;

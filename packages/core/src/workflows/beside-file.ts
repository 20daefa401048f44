import { posix, win32 } from "node:path";

/** A path as a workflow file writes it, from that file's folder. */
export function besideFile(file: string, path: string): string {
  if (posix.isAbsolute(path) || win32.isAbsolute(path)) return path;
  // A share (\\server) would lose one of its slashes otherwise.
  if (/^(?:[A-Za-z]:|\\\\)/.test(file)) return win32.join(win32.dirname(file), path);
  return posix.join(posix.dirname(file.replaceAll("\\", "/")), path);
}

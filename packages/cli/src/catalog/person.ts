import { userInfo } from "node:os";

/** Who changes something at the command line, for the history. */
export function person(): string {
  try {
    return userInfo().username;
  } catch (error) {
    // A container may run under a number that no name belongs to.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" && (error as Error).name !== "SystemError") throw error;
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

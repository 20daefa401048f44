import type { FileLog } from "@headwater/core/connector";
import { toLogPages } from "@headwater/log-records";
import type { Requests } from "./requests.ts";

/** The log of any source, in files. */
export const fileLog: FileLog<Requests> = {
  files: (session, path) => session.all("files", { path }),
  read: (session, { path }, { cursor, pageRows }) =>
    toLogPages(cursor, (place) => session.pages("queries", { path, pageRows, ...place })),
};

import type { FileLog } from "@headwater/core/connector";
import { toLogPages } from "@headwater/log-records";
import type { Requests } from "./requests.ts";

/** The log of any source, in files. */
export const fileLog: FileLog<Requests> = {
  files: async (session, path) =>
    (await session.all("files", { path })).map(({ twin, first, last, ...file }) => ({
      ...file,
      ...(twin === null ? {} : { twin, span: { from: first, to: last } }),
    })),
  read: (session, { path }, { cursor, pageRows }) =>
    toLogPages(cursor, (place) => session.pages("queries", { path, pageRows, ...place })),
};

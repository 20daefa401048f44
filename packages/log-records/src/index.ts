export { formatOf, isSlowLog } from "./format.ts";
export { BEGINNING_BYTES, hasHead, identityOf } from "./identity.ts";
export { type GeneralRow, type MysqlThread, MysqlThreads } from "./mysql-threads.ts";
export { isOwn } from "./own.ts";
export { type LogText, readPages, type RecordPage } from "./pages.ts";
export { firstTime, lastTime, textBeside, twinOf } from "./server-log.ts";
export { QUERY_COLUMNS, type QueryColumns, queryRows, toLogPages } from "./rows.ts";

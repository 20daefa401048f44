/** Real servers for the tests of all packages. */
export { POSTGRES_MAJORS, type PostgresMajor, Unavailable } from "./binaries.ts";
export { cacheFolder } from "./cache.ts";
export { type Certificate, type Certificates, makeCertificates } from "./certificates.ts";
export { CLICKHOUSE_PASSWORD, type ClickHouseOptions, type ClickHouseServer, startClickHouse } from "./clickhouse.ts";
export type { Asked, BridgeControl, Fault } from "./clickhouse-bridge.ts";
export { createDatabase, runSql, splitStatements, type TestDatabase } from "./database.ts";
export { type Cut, type FaultProxy, type Passed, startFaultProxy } from "./fault-proxy.ts";
export { type MysqlAddress, type MysqlOptions, type MysqlServer, startMysql } from "./mysql.ts";
export { MYSQL_RELEASES, type MysqlRelease } from "./mysql-binaries.ts";
export {
  createSchema,
  MYSQL_PASSWORD,
  mysqlConnection,
  mysqlUrl,
  runMysql,
  type TestSchema,
} from "./mysql-database.ts";
export { type MotoManners, type MotoServer, startMoto } from "./moto.ts";
export { type PgBouncer, startPgBouncer } from "./pgbouncer.ts";
export {
  freePort,
  type PostgresAddress,
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
} from "./postgres.ts";
export { connectionOf, POSTGRES_PASSWORD, postgresUrl } from "./url.ts";
export { npmPackages } from "./npm-packages.ts";

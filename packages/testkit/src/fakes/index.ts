/** Servers that speak a vendor's protocol and answer from what they hold: `import { … } from "@headwater/testkit/fakes"`. */
export { FakeClock } from "./clock.ts";
export { type FakeAnswer, type FakeRequest, type HttpFake, startHttpFake } from "./http-fake.ts";
export { formOf, type StatementForm, UnknownStatement } from "./statements.ts";
export {
  type SnowflakeFake,
  type SnowflakeFakeOptions,
  type SnowflakeUser,
  startSnowflakeFake,
} from "./snowflake/snowflake-fake.ts";
export { UNCONFIRMED as SNOWFLAKE_UNCONFIRMED } from "./snowflake/unconfirmed.ts";
export { LATENCY_MINUTES as SNOWFLAKE_LATENCY_MINUTES } from "./snowflake/views.ts";
export type { DuckDb } from "./snowflake/sql.ts";
export { ACCOUNTADMIN, type SnowflakeAccount } from "./snowflake/state.ts";

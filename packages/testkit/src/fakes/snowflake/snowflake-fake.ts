import { FakeClock } from "../clock.ts";
import { type FakeAnswer, type FakeRequest, type HttpFake, startHttpFake } from "../http-fake.ts";
import { formOf, type StatementForm, UnknownStatement } from "../statements.ts";
import type { Answer } from "./answer.ts";
import { DEFINITIONS } from "./definitions.ts";
import { SnowflakeError } from "./error.ts";
import { answered, refusal, signedIn } from "./protocol.ts";
import { SnowflakeSession } from "./session.ts";
import { SHOWS } from "./show.ts";
import { type DuckDb, select } from "./sql.ts";
import { ACCOUNTADMIN, SnowflakeAccount } from "./state.ts";

/** Somebody who may sign in. */
export interface SnowflakeUser {
  password: string;
  /** The role of a session that names none. */
  role: string;
}

/** What a fake account is made of. */
export interface SnowflakeFakeOptions {
  /** The package `@duckdb/node-api`, the engine behind SELECT. */
  duckDb: DuckDb;
  /** Default: `admin` with the password `admin` and the role ACCOUNTADMIN. */
  users?: Readonly<Record<string, SnowflakeUser>>;
}

/** An account that speaks Snowflake's protocol and answers from what it holds. */
export interface SnowflakeFake extends HttpFake {
  /** Stands still until it is moved: account_usage is behind it. */
  readonly clock: FakeClock;
  readonly account: SnowflakeAccount;
  /** Statements it did not know. A test that is done looks here. */
  readonly refused: readonly string[];
  /** Runs statements as somebody, as a script would: to seed the account. */
  run(statements: readonly string[], role?: string): Promise<void>;
  /** Lets every session end: its token is not valid any more. */
  expireSessions(): void;
}

/** The vendor's number of a token that is not valid any more. */
const SESSION_EXPIRED = "390112";
/** The vendor's number of a session that cannot be renewed. */
const TOKEN_EXPIRED = "390114";
/** The vendor's number of a sign-in that is refused. */
const WRONG_PASSWORD = "390100";

/** Starts a fake account on a free port of this machine. */
export async function startSnowflakeFake(options: SnowflakeFakeOptions): Promise<SnowflakeFake> {
  const users = options.users ?? { admin: { password: "admin", role: ACCOUNTADMIN } };
  const clock = new FakeClock();
  const account = new SnowflakeAccount(clock);
  const sessions = new Map<string, SnowflakeSession>();
  const refused: string[] = [];
  let tokens = 0;

  const signIn = ({ url, body }: FakeRequest): unknown => {
    const { data } = JSON.parse(body) as { data: { LOGIN_NAME: string; PASSWORD: string } };
    const user = users[data.LOGIN_NAME];
    if (user === undefined || user.password !== data.PASSWORD)
      return refusal(WRONG_PASSWORD, "Incorrect username or password was specified.", "08001");
    const named = (name: string): string | null => url.searchParams.get(name);
    const role = named("roleName") ?? user.role;
    const session = new SnowflakeSession(account, data.LOGIN_NAME, role, named("databaseName"), named("schemaName"));
    const token = `token-${(tokens += 1)}`;
    sessions.set(token, session);
    return signedIn(token, session);
  };

  const answerQuery = async (session: SnowflakeSession, text: string, binds: (string | null)[]): Promise<unknown> => {
    const id = `01fake-${account.queries.length + 1}`;
    const past = {
      id,
      text,
      user: session.user,
      role: session.role,
      database: session.database,
      schema: session.schema,
      tag: session.parameters.get("QUERY_TAG") ?? "",
      start: clock.now(),
      failed: false,
    };
    account.queries.push(past);
    try {
      return answered(id, await execute(session, text, binds), session);
    } catch (error) {
      past.failed = true;
      if (error instanceof SnowflakeError) return refusal(error.code, error.message, error.sqlState);
      if (!(error instanceof UnknownStatement)) throw error;
      refused.push(text);
      return refusal("HW0001", error.message, "HW000");
    }
  };

  const execute = async (session: SnowflakeSession, text: string, binds: (string | null)[]): Promise<Answer> => {
    const { form, groups } = formOf("Snowflake", formsWith(options.duckDb, text, binds), text);
    return form.run(groups, session);
  };

  const respond = async (request: FakeRequest): Promise<FakeAnswer> => {
    const { pathname } = request.url;
    if (pathname === "/session/v1/login-request") return { json: signIn(request) };
    if (pathname === "/session/token-request")
      return { json: refusal(TOKEN_EXPIRED, "Authentication token has expired. The user must authenticate again.") };
    // The driver tells how it is used; nobody listens.
    if (pathname === "/telemetry/send") return { json: { success: true } };
    const [, token = ""] = /Token="([^"]*)"/.exec(request.headers.authorization ?? "") ?? [];
    const session = sessions.get(token);
    if (pathname === "/session") {
      sessions.delete(token);
      return { json: { success: true } };
    }
    if (session === undefined)
      return { json: refusal(SESSION_EXPIRED, "Your session has expired. Please login again.", "08001") };
    if (pathname === "/queries/v1/query-request") {
      const { sqlText, bindings = {} } = JSON.parse(request.body) as {
        sqlText: string;
        bindings?: Record<string, { value: string | null }>;
      };
      const binds = Object.keys(bindings)
        .toSorted((a, b) => Number(a) - Number(b))
        .map((at) => bindings[at]?.value ?? null);
      return { json: await answerQuery(session, sqlText, binds) };
    }
    refused.push(`${request.method} ${pathname}`);
    return {
      status: 501,
      json: { success: false, message: `The fake of Snowflake has no ${request.method} ${pathname}.` },
    };
  };

  const server = await startHttpFake(respond);
  return Object.assign(server, {
    clock,
    account,
    refused,
    async run(statements: readonly string[], role: string = ACCOUNTADMIN) {
      const session = new SnowflakeSession(account, "seed", role, null, null);
      for (const statement of statements) await execute(session, statement, []);
    },
    expireSessions: () => sessions.clear(),
  });
}

/** All forms; SELECT comes last, for GET_DDL is one too. */
function formsWith(
  duckDb: DuckDb,
  text: string,
  binds: readonly (string | null)[],
): readonly StatementForm<SnowflakeSession, Answer>[] {
  return [
    ...DEFINITIONS,
    ...SHOWS,
    {
      form: "SELECT over information_schema and account_usage",
      pattern: /^(?:SELECT|WITH)\s[^]*$/i,
      run: (_groups, session) => select(duckDb, session, text, binds),
    },
  ];
}

/**
 * ClickHouse's engine behind HTTP: a process of its own, because the engine is one per process and a query blocks it. Speaks as
 * much of ClickHouse's HTTP interface as its client for Node uses. Source: ClickHouse's manual, "HTTP interface".
 *
 * Started by clickhouse.ts with one argument, {@link BridgeOptions} as JSON; writes the port it listens on to standard output.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";

/** How the bridge is started. */
export interface BridgeOptions {
  /** The folder with `node_modules/chdb`. */
  modules: string;
  /** Where data and configuration are kept. */
  folder: string;
  /** Who may sign in, with which password. */
  users: Record<string, string>;
  tls: { cert: string; key: string } | null;
}

/** What can be changed while it runs. Every part that is named is replaced. */
export interface BridgeControl {
  /** GRANT and REVOKE statements, without `TO user`: all that the user has. `null` gives back every right. */
  grants?: readonly string[] | null;
  /** The grants of roles that can be granted. */
  roles?: Readonly<Record<string, readonly string[]>>;
  /** `readonly` of the user's profile. */
  readonly?: 0 | 1 | 2;
  /** What goes wrong, for queries that match. */
  faults?: readonly Fault[];
}

/** Something that goes wrong with the next queries that match. */
export interface Fault {
  /** A regular expression that the query's text, followed by the values of its parameters, must match. */
  query: string;
  /** How often; default always. */
  times?: number;
  /**
   * `error`: the server answers with this exception. `late`: it answers 200 and some rows, then the exception stands in the body.
   * `cut`: the connection breaks after some rows. `hang`: there is never an answer.
   */
  does: { error: string } | { late: string } | { cut: true } | { hang: true };
}

/** A query as it came in. */
export interface Asked {
  queryId: string;
  user: string;
  userAgent: string;
  settings: Record<string, string>;
  query: string;
}

interface Engine {
  query(text: string, format?: string): string;
  close(): void;
}
type EngineClass = new (path: string, options: { connectionArgs: string[] }) => Engine;

/** Parameters of a request that are no settings. Source: ClickHouse's `HTTPHandler.cpp`. */
const NOT_SETTINGS =
  /^(?:query|query_id|user|password|database|default_format|session_\w+|role|wait_end_of_query|buffer_size|compress|decompress|quota_key|param_.*)$/;

/** HTTP's status for some errors, as the server has it; 500 for the others. */
const STATUS: Readonly<Record<string, number>> = { 516: 403, 497: 403, 60: 404, 81: 404, 47: 404, 62: 400, 164: 403 };

const options = JSON.parse(process.argv[2] as string) as BridgeOptions;
const { Session } = createRequire(join(options.modules, "package.json"))("chdb") as { Session: EngineClass };
const state: { grants: readonly string[] | null; roles: Record<string, readonly string[]>; readonly: number } = {
  grants: null,
  roles: {},
  readonly: 0,
};
let faults: Fault[] = [];
const asked: Asked[] = [];
mkdirSync(join(options.folder, "files"));
// Functions that are programs can only be configured.
writeFileSync(
  join(options.folder, "functions.xml"),
  `<functions><function><type>executable</type><name>shout</name><return_type>String</return_type>
  <argument><type>String</type></argument><argument><type>UInt8</type></argument>
  <format>TabSeparated</format><command>shout.sh --loud</command></function></functions>`,
);
let engine = restart();

function open(): Engine {
  return new Session(join(options.folder, "data"), {
    connectionArgs: [`--config-file=${join(options.folder, "config.xml")}`],
  });
}

/** The engine reads its users when it starts. */
function restart(): Engine {
  const queries = (grants: readonly string[]): string => grants.map((grant) => `<query>${grant}</query>`).join("");
  const rights =
    state.grants === null ? "<access_management>1</access_management>" : `<grants>${queries(state.grants)}</grants>`;
  const roles = Object.entries(state.roles).map(
    ([name, grants]) => `<${name}><grants>${queries(grants)}</grants></${name}>`,
  );
  writeFileSync(
    join(options.folder, "users.xml"),
    `<clickhouse><profiles><default/></profiles><quotas><default/></quotas><roles>${roles.join("")}</roles><users><default>
    <password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>${rights}</default></users></clickhouse>`,
  );
  const users = join(options.folder, "users.xml");
  // Nothing listens there: with a port of its own the engine knows that the only server of the cluster is itself.
  writeFileSync(
    join(options.folder, "config.xml"),
    `<clickhouse><user_files_path>${join(options.folder, "files")}</user_files_path>
    <user_scripts_path>${options.folder}</user_scripts_path>
    <user_defined_executable_functions_config>${join(options.folder, "functions.xml")}</user_defined_executable_functions_config><users_config>${users}</users_config><user_directories><users_xml><path>${users}</path></users_xml></user_directories>
    <tcp_port>9000</tcp_port><remote_servers><one><shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard></one></remote_servers></clickhouse>`,
  );
  return open();
}

const handle = (request: IncomingMessage, response: ServerResponse): void => {
  answer(request, response).catch((error: unknown) =>
    fail(response, error instanceof Error ? error.message : String(error)),
  );
};
const server = options.tls === null ? createServer(handle) : createTlsServer(options.tls, handle);
server.keepAliveTimeout = 10_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as { port: number }).port}\n`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://bridge");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (url.pathname === "/ping") return void response.end("Ok.\n");
  if (url.pathname === "/control") return control(JSON.parse(body.toString()) as BridgeControl, response);
  if (url.pathname === "/asked") return void response.end(JSON.stringify(asked));

  const user = signedIn(request);
  if (typeof user !== "string") return fail(response, user.refused);
  const parameters = new Map(url.searchParams);
  let text = body.toString();
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("multipart/form-data")) {
    const form = await new Response(body, { headers: { "content-type": type } }).formData();
    text = "";
    for (const [name, value] of form) parameters.set(name, value as string);
  }
  const query = [parameters.get("query"), text].filter((part) => part !== undefined && part !== "").join("\n");
  const settings = Object.fromEntries([...parameters].filter(([name]) => !NOT_SETTINGS.test(name)));
  const queryId = parameters.get("query_id") ?? "";
  asked.push({ queryId, user, userAgent: request.headers["user-agent"] ?? "", settings, query });
  response.setHeader("X-ClickHouse-Query-Id", queryId);

  const said = [query, ...parameters.values()].join("\n");
  const fault = faults.find((one) => new RegExp(one.query).test(said) && one.times !== 0);
  if (fault?.times !== undefined) fault.times -= 1;
  const does = fault?.does ?? null;
  if (does !== null && "hang" in does) return;
  if (does !== null && "error" in does) return fail(response, does.error);
  const rows = run(query, settings, parameters, url.searchParams.get("default_format"));
  if (does === null) return void response.end(rows);
  const half = rows.slice(0, Math.ceil(rows.length / 2));
  if ("cut" in does) return void response.write(half, () => request.socket.destroy());
  // Without wait_end_of_query a server has sent its status before it fails.
  response.end(`${half.slice(0, half.lastIndexOf("\n") + 1)}${does.late}\n`);
}

/** Who sends a request, or why nobody does. */
function signedIn({ headers }: IncomingMessage): string | { refused: string } {
  const [, basic = ""] = /^Basic (.*)$/.exec(headers.authorization ?? "") ?? [];
  const [name = "", ...rest] = Buffer.from(basic, "base64").toString().split(":");
  const user = headers["x-clickhouse-user"]?.toString() ?? (name === "" ? "default" : name);
  const password = headers["x-clickhouse-key"]?.toString() ?? rest.join(":");
  if (Object.hasOwn(options.users, user) && options.users[user] === password) return user;
  const why = "Authentication failed: password is incorrect, or there is no user with such name.";
  return { refused: `Code: 516. DB::Exception: ${user}: ${why} (AUTHENTICATION_FAILED)` };
}

/** Runs a query in a session of its own, so that its settings and parameters end with it. */
function run(
  query: string,
  settings: Record<string, string>,
  parameters: Map<string, string>,
  otherwise: string | null,
): string {
  const session = open();
  try {
    if (state.readonly > 0) session.query(`SET readonly = ${state.readonly}`);
    for (const [name, value] of parameters)
      if (name.startsWith("param_")) session.query(`SET ${name} = ${literal(value)}`);
    // The others cannot be set any more once the session is read-only.
    const ordered = Object.entries(settings).toSorted(
      ([a], [b]) => Number(a === "readonly") - Number(b === "readonly"),
    );
    for (const [name, value] of ordered) session.query(`SET ${name} = ${literal(value)}`);
    const [, text = query, format] = /^(.*?)\s+FORMAT\s+(\w+)\s*;?\s*$/s.exec(query) ?? [];
    return session.query(text, format ?? otherwise ?? "TabSeparated");
  } finally {
    session.close();
  }
}

const literal = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fail(response: ServerResponse, message: string): void {
  const text = message.replace(/^.*?(Code: )/s, "$1");
  const code = /Code: (\d+)/.exec(text)?.[1] ?? "1002";
  response.writeHead(STATUS[code] ?? 500, { "X-ClickHouse-Exception-Code": code });
  response.end(`${text} (version 26.7.2.1)\n`);
}

function control({ grants, roles, readonly, faults: wrong }: BridgeControl, response: ServerResponse): void {
  if (wrong !== undefined) faults = wrong.map((fault) => ({ ...fault }));
  if (readonly !== undefined) state.readonly = readonly;
  if (roles !== undefined) state.roles = roles;
  if (grants !== undefined) state.grants = grants;
  if (grants !== undefined || roles !== undefined) {
    engine.close();
    engine = restart();
  }
  response.end("done");
}

import type { Dialect } from "./dialect.ts";
import { type DialectName, dialects } from "./dialects/index.ts";
import type { Name } from "./ir.ts";
import { type Script, readScript } from "./parser/script.ts";
import { StatementResolver } from "./resolver/statement.ts";
import { type Defaults, type SessionState, Tables, completions, sessionKey, trimmed } from "./resolver/tables.ts";
import type { ScriptLineage, StatementLineage } from "./result.ts";
import type { SchemaProvider, TableRequest, TableSchema } from "./schema.ts";

/** How a text is to be read. */
export interface AnalyzeOptions {
  /** The dialect, by name, or a table of your own. */
  readonly dialect: DialectName | Dialect;
  /** Knows the tables' columns. Without one, what depends on them is `star`, `ambiguous`, or taken from the text. */
  readonly schema?: SchemaProvider;
  /** What names without a catalog or schema mean. */
  readonly defaults?: Defaults;
  /**
   * The database session the text runs in: temporary and newly created tables, USE and search paths carry over from one call
   * to the next. Without one the text is a session of its own.
   */
  readonly session?: Session;
}

/** A database session. Make one with `newSession` for statements that run in the same connection. */
export interface Session {
  readonly state: SessionState;
}

/** A session in which nothing has happened yet. */
export function newSession(defaults: Defaults = {}): Session {
  return { state: { defaults, tables: new Map() } };
}

/**
 * Reads SQL text and says, statement by statement, which tables and columns flow where, how sure that is, and what could not be
 * read. Any text is accepted: what is not understood is a gap. Only a schema provider that fails makes it fail.
 */
export async function analyze(text: string, options: AnalyzeOptions): Promise<ScriptLineage> {
  const dialect = typeof options.dialect === "string" ? dialectOf(options.dialect) : options.dialect;
  const session = options.session?.state ?? newSession(options.defaults ?? {}).state;
  const script = readScript(text, dialect);
  const provided = options.schema === undefined ? NOTHING : await askFor(script, session.defaults, options.schema);
  return resolveScript(script, text, dialect, session, provided);
}

const NOTHING: ReadonlyMap<string, readonly TableSchema[]> = new Map();

/** The dialect of a name. */
export function dialectOf(name: DialectName): Dialect {
  const dialect = dialects[name] as Dialect | undefined;
  if (dialect === undefined)
    throw new TypeError(
      `There is no dialect called ${JSON.stringify(name)}. Dialects: ${Object.keys(dialects).join(", ")}.`,
    );
  return dialect;
}

/** Resolves a script that was read. */
export function resolveScript(
  script: Script,
  text: string,
  dialect: Dialect,
  session: SessionState,
  provided: ReadonlyMap<string, readonly TableSchema[]>,
): ScriptLineage {
  const resolver = new StatementResolver(dialect, new Tables(dialect, session, provided), text, script.statements);
  const statements: StatementLineage[] = [];
  for (const parsed of script.statements) resolver.resolve(parsed, null, statements);
  return { dialect: dialect.name, statements };
}

/** What a provider has to be asked for a script: every name once, in every way it can be completed. */
export function requestsOf(names: readonly Name[], defaults: Defaults): TableRequest[] {
  const requests = new Map<string, TableRequest>();
  for (const { parts } of names) {
    for (const name of completions(trimmed(parts), defaults)) {
      const key = sessionKey(name);
      if (name.length > 0 && !requests.has(key)) requests.set(key, { name });
    }
  }
  return [...requests.values()];
}

async function askFor(
  script: Script,
  defaults: Defaults,
  schema: SchemaProvider,
): Promise<ReadonlyMap<string, readonly TableSchema[]>> {
  // USE and search paths inside the script change what names mean: ask for those meanings too.
  const all = [defaults, ...defaultsInside(script, defaults)];
  const requests = new Map(
    all.flatMap((one) => requestsOf(script.tableNames, one)).map((request) => [sessionKey(request.name), request]),
  );
  if (requests.size === 0) return NOTHING;
  const asked = [...requests.values()];
  const answers = await schema(asked);
  if (answers.length !== asked.length)
    throw new TypeError(
      `The schema provider was asked for ${asked.length} tables and gave ${answers.length} answers; it must give one array for each, in order.`,
    );
  return new Map(asked.map((request, i) => [sessionKey(request.name), answers[i]!]));
}

function defaultsInside(script: Script, defaults: Defaults): Defaults[] {
  const found: Defaults[] = [];
  let current = defaults;
  for (const { statement } of script.statements) {
    if (statement.kind !== "use") continue;
    current = {
      ...current,
      ...(statement.catalog === null ? {} : { catalog: statement.catalog }),
      ...(statement.schemas === null ? {} : { searchPath: statement.schemas }),
    };
    found.push(current);
  }
  return found;
}

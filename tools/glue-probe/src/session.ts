import {
  type Cell,
  type ConnectOptions,
  type Driver,
  type Json,
  type JsonObject,
  type Page,
  SourceError,
} from "@headwater/core/connector";
import type { GlueClient } from "@aws-sdk/client-glue";

/** The connection. */
export interface GlueConfig {
  endpoint?: string | undefined;
  region: string;
  /** Objects of a page. */
  pageSize: number;
}

/** Opens a session: a client, nothing more. */
export async function connect(config: GlueConfig, _options: ConnectOptions): Promise<Driver> {
  const { GlueClient: Client } = await import("@aws-sdk/client-glue");
  const client = new Client({
    region: config.region,
    // Core asks again, page by page; two who try again would multiply.
    maxAttempts: 1,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
  });
  return new GlueDriver(client, config.pageSize);
}

class GlueDriver implements Driver {
  readonly #client: GlueClient;
  readonly #pageSize: number;

  constructor(client: GlueClient, pageSize: number) {
    this.#client = client;
    this.#pageSize = pageSize;
  }

  async *request(name: string, args: Json, signal: AbortSignal, after?: Json): AsyncGenerator<Page> {
    let token = after as string | undefined;
    do {
      const { rows, next } = await this.#page(name, args as JsonObject, token, signal);
      token = next;
      yield { rows, ...(next === undefined ? {} : { next }) };
    } while (token !== undefined);
  }

  async #page(
    name: string,
    args: JsonObject,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<{ rows: Cell[][]; next: string | undefined }> {
    const { GetDatabasesCommand, GetTablesCommand } = await import("@aws-sdk/client-glue");
    const page = { MaxResults: this.#pageSize, ...(token === undefined ? {} : { NextToken: token }) };
    const options = { abortSignal: signal };
    try {
      if (name === "tables") {
        const input = { DatabaseName: args["database"] as string, ...page };
        const { TableList = [], NextToken } = await this.#client.send(new GetTablesCommand(input), options);
        return { rows: TableList.map(asRow), next: NextToken };
      }
      const { DatabaseList = [], NextToken } = await this.#client.send(new GetDatabasesCommand(page), options);
      if (name === "catalog") return { rows: [[DatabaseList[0]?.CatalogId ?? null]], next: undefined };
      return { rows: DatabaseList.map(asRow), next: NextToken };
    } catch (error) {
      throw toSourceError(error as Error & { $retryable?: unknown }, signal);
    }
  }

  async begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
  }

  async end(): Promise<void> {}

  async close(): Promise<void> {
    this.#client.destroy();
  }
}

/** Times of creation and update are the API's own business: they move when nothing did. */
const asRow = <T extends { Name?: string | undefined }>(object: T): Cell[] => {
  const {
    CreateTime: _created,
    UpdateTime: _updated,
    VersionId: _version,
    ...rows
  } = object as Record<string, unknown>;
  return [object.Name ?? "", JSON.parse(JSON.stringify(rows)) as Json];
};

function toSourceError(error: Error, signal: AbortSignal): SourceError {
  const details = { sourceCode: error.name, cause: error };
  if (signal.aborted) return new SourceError("interrupted", "The run was interrupted.", details);
  if (/Throttl|TooManyRequests/.test(error.name))
    return new SourceError("throttled", `Glue: ${error.message}.`, details);
  if (/AccessDenied/.test(error.name)) return new SourceError("denied", `Glue: ${error.message}.`, details);
  if (/Token|Credential|Signature/.test(error.name))
    return new SourceError("signIn", `Glue: ${error.message}.`, details);
  if ("$metadata" in error && "$fault" in error) return new SourceError("refused", `Glue: ${error.message}.`, details);
  return new SourceError("unreachable", `Glue cannot be reached: ${error.message}.`, details);
}

import type { ConnectOptions, Driver, Page } from "../connector/session.ts";
import { SourceError } from "../connector/source-error.ts";
import type { Json } from "../entities/json.ts";
import { HeadwaterError } from "../errors.ts";
import type { Connector } from "../connector/connector.ts";
import type { Decorator } from "./decorator.ts";
import { answerKey, CONNECT } from "./record.ts";
import { decodeRows } from "./recorded-cells.ts";
import type { AnswerError, PageLine, Recording } from "./recording-file.ts";

/**
 * Answers from a recording. The source is never asked and its driver never loaded. A question the recording has no answer to
 * stops the run with a `HeadwaterError` (`conflict`) that says which.
 */
export function replay(recording: Recording): Decorator {
  return (_connect, connector) => {
    const asked = new Map<string, number>();
    return async (_config, options) => {
      const refused = recording.answer(answerKey(options, "", CONNECT, null), 0)?.error;
      if (refused !== undefined && refused !== null) throw asSourceError(refused);
      return new ReplayDriver(recording, connector, options, asked);
    };
  };
}

class ReplayDriver implements Driver {
  readonly #recording: Recording;
  readonly #connector: Connector;
  readonly #options: ConnectOptions;
  /** How often each question was asked, over all sessions. */
  readonly #asked: Map<string, number>;
  #work = "";

  constructor(recording: Recording, connector: Connector, options: ConnectOptions, asked: Map<string, number>) {
    this.#recording = recording;
    this.#connector = connector;
    this.#options = options;
    this.#asked = asked;
  }

  async begin(signal: AbortSignal, work: string = ""): Promise<void> {
    signal.throwIfAborted();
    this.#work = work;
  }

  async end(): Promise<void> {}

  async close(): Promise<void> {}

  async *request(name: string, args: Json, signal: AbortSignal): AsyncGenerator<Page> {
    signal.throwIfAborted();
    const key = answerKey(this.#options, this.#work, name, args);
    const nth = this.#asked.get(key) ?? 0;
    this.#asked.set(key, nth + 1);
    const answer = this.#recording.answer(key, nth);
    const spec = this.#connector.requests[name];
    if (answer === undefined || spec === undefined) throw this.#missing(`the request ${name}`);
    for (const place of answer.pages) {
      signal.throwIfAborted();
      const { rows, bill } = this.#recording.line<PageLine>(place);
      yield { rows: decodeRows(spec, rows), ...(bill === undefined ? {} : { bill }) };
    }
    if (answer.error !== null) throw asSourceError(answer.error);
    if (!answer.whole) throw this.#missing(`the rest of the request ${name}`);
  }

  #missing(what: string): HeadwaterError {
    const { path, header } = this.#recording;
    return new HeadwaterError("conflict", `The recording ${path} has no answer to ${what}.`, {
      hint: `It was made with ${header.connector}. Another version of it, or other options, ask other questions: record again.`,
    });
  }
}

function asSourceError({ code, message, hint, sourceCode, retryAfterMs }: AnswerError): SourceError {
  return new SourceError(code, message, {
    hint: hint ?? undefined,
    sourceCode: sourceCode ?? undefined,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

import type { ConnectOptions } from "../connector/session.ts";
import { isSourceError, type SourceError } from "../connector/source-error.ts";
import { fingerprint } from "../entities/document.ts";
import { type Json, sortKeys } from "../entities/json.ts";
import { type Decorator, driverAround } from "./decorator.ts";
import { encodeRows } from "./recorded-cells.ts";
import type { AnswerError, AnswerPlace, PageLine, RecordingWriter } from "./recording-file.ts";

/** The request under which a refused connection is kept. */
export const CONNECT = "connect";

/**
 * Which question an answer belongs to: the unit that asked it and what it asked. Never when: so a recording replays the same
 * at any concurrency. Answers to the same question of one unit are told apart by their order, for a unit asks one thing at a time.
 */
export function answerKey(options: ConnectOptions, work: string, request: string, args: Json): string {
  return JSON.stringify([options.intent, options.group, work, request, fingerprint(JSON.stringify(sortKeys(args)))]);
}

/** Writes every request and answer into a recording; the caller finishes it. Literals are replaced unless they are to be kept. */
export function record(writer: RecordingWriter, literals: "kept" | "replaced"): Decorator {
  return (connect, connector) => async (config, options) => {
    const { group } = options;
    const driver = await connect(config, options).catch((error: unknown) => {
      // Whether a server is there at this moment is no property of the source; what it refuses to anybody who asks is.
      if (isSourceError(error) && (error.code === "denied" || error.code === "signIn"))
        writer.add({
          key: answerKey(options, "", CONNECT, null),
          group,
          request: CONNECT,
          pages: [],
          rows: 0,
          error: asData(error),
          whole: true,
        });
      throw error;
    });
    let work = "";
    return driverAround(driver, {
      async begin(signal, unit) {
        work = unit ?? "";
        await driver.begin(signal, unit);
      },
      async *request(name, args, signal, after) {
        const spec = connector.requests[name];
        if (spec === undefined) throw new Error(`The connector declares no request "${name}".`);
        const answer: AnswerPlace = {
          key: answerKey(options, work, name, args),
          group,
          request: name,
          pages: [],
          rows: 0,
          error: null,
          whole: false,
        };
        try {
          for await (const page of driver.request(name, args, signal, after)) {
            const line: PageLine = {
              ...(answer.pages.length === 0 ? { args } : {}),
              rows: encodeRows(spec, page.rows, literals),
              ...(page.bill === undefined ? {} : { bill: page.bill }),
            };
            answer.pages.push(writer.line(line));
            answer.rows += page.rows.length;
            yield page;
          }
          answer.whole = true;
        } catch (error) {
          if (!isSourceError(error)) throw error;
          answer.error = asData(error);
          throw error;
        } finally {
          // What we broke off ourselves is no answer of the source.
          if (answer.error?.code !== "interrupted") writer.add(answer);
        }
      },
    });
  };
}

function asData({ code, message, hint, sourceCode, retryAfterMs }: SourceError): AnswerError {
  return {
    code,
    message,
    hint: hint ?? null,
    sourceCode: sourceCode ?? null,
    retryAfterMs: retryAfterMs ?? null,
  };
}

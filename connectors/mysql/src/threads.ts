import type { RowOf } from "./requests.ts";

/** What a thread is about: which connection it serves, and which schema names without one mean there. */
interface Thread {
  session: string;
  schema: string | null;
}

/** The threads of mysql.general_log: a row has the number of its thread and nothing about its schema. */
export class Threads {
  readonly #threads = new Map<string, Thread>();

  /** Takes note of a row. Rows come in the order they were logged in. */
  see({ command, thread, text, time }: RowOf<"logRows">): void {
    if (command === "Connect") {
      // Numbers begin anew with the server.
      if (!text.startsWith("Access denied"))
        this.#threads.set(thread, { session: `${thread} ${time}`, schema: schemaIn(text) });
    } else if (command === "Quit") this.#threads.delete(thread);
    else if (command === "Change user") this.#at(thread, schemaIn(text));
    else if (command === "Init DB") this.#at(thread, text);
    else {
      const used = USE.exec(text);
      if (used !== null) this.#at(thread, used[1]?.replaceAll("``", "`") ?? used[2] ?? null);
    }
  }

  #at(thread: string, schema: string | null): void {
    this.#threads.set(thread, { session: this.#threads.get(thread)?.session ?? thread, schema });
  }

  /** What is known of the thread of a row. */
  of({ thread }: RowOf<"logRows">): Thread {
    return this.#threads.get(thread) ?? { session: thread, schema: null };
  }
}

const USE = /^use\s+(?:`((?:[^`]|``)+)`|([^\s;`]+))\s*;?\s*$/i;

/** The schema in `root@localhost on shop using TCP/IP`, or in `root@localhost on shop`; `null` where there is none. */
function schemaIn(text: string): string | null {
  const [, schema = ""] = /^.*? on (.*?)(?: using [^ ]+(?: as .*)?)?$/.exec(text) ?? [];
  return schema === "" ? null : schema;
}

/** What is known of a thread: which connection it serves, whose that is, and which schema names without one mean there. */
export interface MysqlThread {
  session: string;
  user: string | null;
  schema: string | null;
}

/** A row of the general log, in a file or a table. */
export interface GeneralRow {
  /** As the log writes it. */
  time: string;
  thread: string;
  /** `Connect`, `Query` … */
  command: string;
  argument: string;
}

/** Connections that are remembered at once; those that were quiet longest go first. */
const THREADS_KEPT = 5_000;

const USE = /^\s*use\s+(?:`((?:[^`]|``)+)`|([^\s;`]+))\s*;?\s*$/i;
/** `root@localhost on shop using TCP/IP`. */
const CONNECTED = /^(.*)@\S* on (.*?)(?: using \S+| as anonymous\b.*)*$/;

/** The threads of a general log of MySQL or MariaDB: a row has the number of its thread and nothing about its schema. */
export class MysqlThreads {
  readonly #threads: Map<string, MysqlThread>;

  /** `known` is what earlier rows said. */
  constructor(known: readonly (readonly [string, MysqlThread])[] = []) {
    this.#threads = new Map(known);
  }

  /** Takes note of a row. Rows come in the order they were logged in. */
  see({ time, thread, command, argument }: GeneralRow): void {
    // Numbers begin anew with the server, so that a session is known by when it began as well.
    if (command === "Connect") this.#connected(thread, `${thread} ${time}`, argument);
    else if (command === "Change user") this.#connected(thread, this.of(thread).session, argument);
    else if (command === "Quit") this.#threads.delete(thread);
    else if (command === "Init DB") this.#use(thread, argument);
    else if (command === "Query") {
      const used = USE.exec(argument);
      if (used !== null) this.#use(thread, used[1]?.replaceAll("``", "`") ?? used[2] ?? "");
    }
  }

  #connected(thread: string, session: string, argument: string): void {
    const [, user, schema = ""] = CONNECTED.exec(argument) ?? [];
    // Who was refused is logged as well.
    if (user === undefined || argument.startsWith("Access denied")) return;
    this.#keep(thread, { session, user: user === "" ? null : user, schema: schema === "" ? null : schema });
  }

  #use(thread: string, schema: string): void {
    this.#keep(thread, { ...this.of(thread), schema });
  }

  #keep(thread: string, known: MysqlThread): void {
    this.#threads.delete(thread);
    this.#threads.set(thread, known);
    if (this.#threads.size > THREADS_KEPT) this.#threads.delete(this.#threads.keys().next().value as string);
  }

  /** What is known of a thread. */
  of(thread: string): MysqlThread {
    return this.#threads.get(thread) ?? { session: thread, user: null, schema: null };
  }

  /** Forgets them all: the server was started anew. */
  clear(): void {
    this.#threads.clear();
  }

  /** All that is known, to go on with. */
  known(): [string, MysqlThread][] {
    return [...this.#threads];
  }
}

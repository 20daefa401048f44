/** What an account holds, as it is now and as it was: account_usage shows the past. */
import type { FakeClock } from "../clock.ts";

/** A column. */
export interface SnowflakeColumn {
  name: string;
  /** As it was declared: `NUMBER(38,0)`. */
  type: string;
  nullable: boolean;
  comment: string | null;
}

/** A table or a view. */
export interface SnowflakeTable {
  name: string;
  kind: "TABLE" | "VIEW";
  columns: SnowflakeColumn[];
  comment: string | null;
  owner: string;
  created: number;
  lastDdl: number;
  /** The statement that made a view. */
  text: string | null;
  primaryKey: string[];
}

/** A schema. */
export interface SnowflakeSchema {
  name: string;
  owner: string;
  comment: string | null;
  created: number;
  tables: Map<string, SnowflakeTable>;
}

/** A database. */
export interface SnowflakeDatabase {
  name: string;
  owner: string;
  comment: string | null;
  created: number;
  schemas: Map<string, SnowflakeSchema>;
}

/** What a tag is set on: a path of names below the account, and a column of it. */
export interface TagAssignment {
  tag: string[];
  value: string;
  domain: "DATABASE" | "SCHEMA" | "TABLE" | "COLUMN";
  path: string[];
  column: string | null;
}

/** A table that is no more. */
export interface DroppedTable {
  path: string[];
  table: SnowflakeTable;
  deleted: number;
}

/** Everything at one moment. */
export interface Snapshot {
  databases: Map<string, SnowflakeDatabase>;
  tags: TagAssignment[];
  dropped: DroppedTable[];
}

/** One statement somebody ran. */
export interface PastQuery {
  id: string;
  text: string;
  user: string;
  role: string;
  database: string | null;
  schema: string | null;
  tag: string;
  start: number;
  failed: boolean;
}

/** The role that may everything. */
export const ACCOUNTADMIN = "ACCOUNTADMIN";

/** An account: what it holds now, who may what, and how it was. */
export class SnowflakeAccount {
  readonly clock: FakeClock;
  readonly now: Snapshot = { databases: new Map(), tags: [], dropped: [] };
  readonly tagNames: Map<string, string[]> = new Map();
  /** Rights of each role, as `PRIVILEGE ON KIND PATH` with the path as JSON. */
  readonly roles: Map<string, Set<string>> = new Map([
    [ACCOUNTADMIN, new Set()],
    ["PUBLIC", new Set()],
  ]);
  readonly queries: PastQuery[] = [];
  readonly #past: { at: number; snapshot: Snapshot }[] = [];

  constructor(clock: FakeClock) {
    this.clock = clock;
    this.changed();
  }

  /** Remembers what is there now. Called after every change. */
  changed(): void {
    this.#past.push({ at: this.clock.now(), snapshot: structuredClone(this.now) });
  }

  /** What was there so many minutes ago. */
  ago(minutes: number): Snapshot {
    const at = this.clock.now() - minutes * 60_000;
    const then = this.#past.findLast((past) => past.at <= at)?.snapshot;
    return then ?? { databases: new Map(), tags: [], dropped: [] };
  }

  /** Whether a role may see something: it is the owner, or has any right on it. */
  sees(role: string, owner: string, kind: "DATABASE" | "SCHEMA" | "TABLE", path: readonly string[]): boolean {
    if (role === ACCOUNTADMIN || role === owner) return true;
    const rights = this.roles.get(role) ?? new Set();
    const suffix = ` ON ${kind} ${JSON.stringify(path)}`;
    return [...rights].some((right) => right.endsWith(suffix));
  }

  /** Whether a role may read account_usage. */
  readsAccountUsage(role: string): boolean {
    return (
      role === ACCOUNTADMIN || (this.roles.get(role)?.has(`IMPORTED PRIVILEGES ON DATABASE ["SNOWFLAKE"]`) ?? false)
    );
  }
}

import { type CheckStep, type Session, SourceError } from "@headwater/core/connector";
import { identifier } from "./escape.ts";
import { choose } from "./query-log.ts";
import type { Requests } from "./requests.ts";
import { statistics } from "./statement-counters.ts";

/** What a step of the check needs of the server's catalog. */
export interface Needs {
  name: string;
  required: boolean;
  loses: string;
  tables?: readonly string[];
  functions?: readonly string[];
}

/** Every role has these rights unless somebody took them away. */
export const NEEDS: readonly Needs[] = [
  {
    name: "Read schemas, tables and columns",
    required: true,
    loses: "tables and views cannot be read at all",
    tables: ["pg_namespace", "pg_class", "pg_attribute", "pg_attrdef", "pg_type", "pg_description", "pg_collation"],
    functions: ["format_type(oid, integer)", "pg_get_expr(pg_node_tree, oid)", "pg_get_userbyid(oid)"],
  },
  {
    name: "Read keys, constraints and inheritance",
    required: true,
    loses: "tables cannot be read, because their constraints are read with them",
    tables: ["pg_constraint", "pg_index", "pg_inherits", "pg_foreign_table", "pg_foreign_server"],
    functions: ["pg_get_constraintdef(oid)"],
  },
  {
    name: "Read enums, domains, composite types and ranges",
    required: true,
    loses: "tables with columns of such types cannot be read",
    tables: ["pg_enum", "pg_range"],
  },
  {
    name: "Read partitions",
    required: false,
    loses: "partitioned tables cannot be read",
    tables: ["pg_partitioned_table"],
    functions: ["pg_get_partkeydef(oid)"],
  },
  {
    name: "Read the definitions of views and rules",
    required: true,
    loses: "views, and tables with rules, cannot be read",
    tables: ["pg_rewrite"],
    functions: ["pg_get_viewdef(oid, boolean)", "pg_get_ruledef(oid, boolean)"],
  },
  {
    name: "Read triggers",
    required: true,
    loses: "tables and views cannot be read",
    tables: ["pg_trigger"],
    functions: ["pg_get_triggerdef(oid, boolean)", "pg_identify_object_as_address(oid, oid, integer)"],
  },
  {
    name: "Read routines",
    required: false,
    loses: "functions, procedures and aggregates cannot be read",
    tables: ["pg_proc", "pg_language", "pg_aggregate", "pg_depend"],
    functions: ["pg_get_functiondef(oid)", "pg_get_function_arguments(oid)", "pg_get_function_result(oid)"],
  },
  {
    name: "Read row level security policies",
    required: false,
    loses: "tables cannot be read while includeTags is true, because policies become their tags",
    tables: ["pg_policy"],
  },
  {
    name: "See which objects are locked",
    required: true,
    loses: "nothing can be read, because a locked object would have to be waited for",
    tables: ["pg_locks", "pg_depend"],
    functions: ["pg_lock_status()"],
  },
  {
    name: "Know the server again",
    required: false,
    loses: "the server is known by its address alone, so a move looks like another server",
    functions: ["pg_control_system()"],
  },
];

/** The steps of `headwater check`. */
export const check: readonly CheckStep<Requests>[] = [
  {
    name: "Sign in",
    required: true,
    loses: "nothing can be read",
    run: async ({ server }) => `PostgreSQL ${server.version}`,
  },
  {
    name: "List the databases",
    required: true,
    loses: "nothing can be read",
    run: async (session) => {
      const databases = (await session.all("databases")).filter(({ wanted, open }) => wanted && open);
      const denied = databases.filter(({ allowed }) => !allowed);
      const role = databases[0]?.role ?? "";
      if (denied.length > 0)
        throw new SourceError("denied", `No CONNECT on ${denied.map(({ name }) => name).join(", ")}.`, {
          hint: denied
            .map(({ name }) => `GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(role)};`)
            .join("\n"),
          sourceCode: "42501",
        });
      return `${databases.length} to read: ${databases.map(({ name }) => name).join(", ")}`;
    },
  },
  {
    name: "Read what queries were run",
    required: false,
    loses: "the lineage and usage of queries, unless files of the server's log are named with queryLogFilePath",
    run: async (session) => {
      const { log } = await choose(session);
      if (log.kind === "files") return "the server's log";
      const { seesAll, role } = await statistics(session);
      if (!seesAll)
        throw new SourceError("denied", "The role sees its own statements only.", {
          hint: `GRANT pg_read_all_stats TO ${identifier(role)};`,
          sourceCode: "42501",
        });
      return "pg_stat_statements";
    },
  },
  ...NEEDS.map(({ name, required, loses, ...needs }) => ({
    name,
    required,
    loses,
    run: (session: Session<Requests>) => haveRights(session, needs),
  })),
];

async function haveRights(session: Session<Requests>, needs: Pick<Needs, "tables" | "functions">): Promise<void> {
  const qualified = (names: readonly string[] = []): string[] => names.map((name) => `pg_catalog.${name}`);
  const missing = await session.all("missingRights", {
    tables: qualified(needs.tables),
    functions: qualified(needs.functions),
  });
  if (missing.length === 0) return;
  throw new SourceError("denied", `The role may not use ${missing.map(({ name }) => name).join(", ")}.`, {
    hint: missing
      .map(({ role, kind, name }) =>
        kind === "table"
          ? `GRANT SELECT ON ${name} TO ${identifier(role)};`
          : `GRANT EXECUTE ON FUNCTION ${name} TO ${identifier(role)};`,
      )
      .join("\n"),
    sourceCode: "42501",
  });
}

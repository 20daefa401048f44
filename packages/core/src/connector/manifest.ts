/**
 * The manifest: what a connector is and can do, as plain JSON that is read without loading its code or its driver.
 * `headwater connectors`, README tables, GRANT scripts and forms are made from it.
 */
import { z } from "zod";

/** The version of the connector contract this core speaks. */
export const CONTRACT_VERSION = 1;

/** What a connector can do. */
export const CAPABILITIES = ["metadata", "incremental", "lineage", "usage", "profiler", "quality", "reverse"] as const;

/** One thing a connector can do. */
export type Capability = (typeof CAPABILITIES)[number];

/** How many queries a metadata run asks, as a formula that runs are checked against. Transaction control is not counted. */
export interface QueryFormula {
  /** Queries per group (a database, a region), for listing. */
  perGroup: number;
  /** Queries per call that lists, where a node lists few parents at once (`listAtOnce`). Pages of one answer are one query. */
  perListing?: number;
  /** Queries per slice read. */
  perSlice: number;
  /** One more query per this many objects of these kinds. */
  perObjects?: { kinds: string[]; oneFor: number }[];
}

/** A right the connector needs. */
export interface Privilege {
  capability: Capability;
  /** In words: `CONNECT on every database read`. */
  privilege: string;
  /** What does not work without it. */
  loses: string;
  /** The statement that grants it; `{role}`, `{database}` and the like are filled in. */
  grant?: string;
  /** A right the run can do without, at the price of `loses`. */
  optional?: boolean;
}

/** How the SQL of a source is read. */
export interface SqlReading {
  /** The dialect, by the name `@headwater/sql-lineage` has for it. */
  dialect: string;
  /** Schemas that names without one are looked for in, behind the schema a text belongs to: `["public"]`. */
  searchPath: string[];
}

/** What a connector says about itself. */
export interface Manifest {
  /** Short, lower-case, unique: `postgres`. */
  id: string;
  /** As the vendor writes it: `PostgreSQL`. */
  title: string;
  /** The version of the contract it was written against. */
  contract: number;
  /** The kind of service it reads, which decides its topology. */
  service: "database" | "messaging" | "dashboard" | "pipeline";
  /** The `source.type`s it serves, each with OpenMetadata's service type: `{ "postgres": "Postgres" }`. */
  types: Record<string, string>;
  /** Schemes of URLs that `headwater ingest URL` hands to it. */
  urlSchemes?: string[];
  /** How the SQL of its views, routines and query log is read. Absent where it has none. */
  sql?: SqlReading;
  capabilities: Partial<Record<Capability, { limits?: string[]; queries?: QueryFormula }>>;
  privileges: Privilege[];
  /** The vendor's packages it loads, with the versions it is tested with. */
  sdks: Record<string, string>;
  /** Servers it was tested against, in words. */
  tested: string[];
  /** What no test could show, in words. */
  notProven?: string[];
  /** Keys of the connection that OpenMetadata knows and this connector does not honour. */
  ignoredConfig?: string[];
}

const words = z.string().min(1);

/** The schema of a manifest. Unknown keys are refused, so that a typing error is not a silent default. */
export const manifestSchema: z.ZodType<Manifest> = z.strictObject({
  $schema: z.string().optional(),
  id: z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and dashes"),
  title: words,
  contract: z.number().int().nonnegative(),
  service: z.enum(["database", "messaging", "dashboard", "pipeline"]),
  types: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/), words)
    .refine((types) => Object.keys(types).length > 0, "at least one type"),
  urlSchemes: z.array(z.string().regex(/^[a-z][a-z0-9+.-]*$/)).optional(),
  sql: z.strictObject({ dialect: words, searchPath: z.array(words) }).optional(),
  capabilities: z.partialRecord(
    z.enum(CAPABILITIES),
    z.strictObject({
      limits: z.array(words).optional(),
      queries: z
        .strictObject({
          perGroup: z.number().nonnegative(),
          perListing: z.number().nonnegative().optional(),
          perSlice: z.number().nonnegative(),
          perObjects: z.array(z.strictObject({ kinds: z.array(words), oneFor: z.number().positive() })).optional(),
        })
        .optional(),
    }),
  ),
  privileges: z.array(
    z.strictObject({
      capability: z.enum(CAPABILITIES),
      privilege: words,
      loses: words,
      grant: words.optional(),
      optional: z.boolean().optional(),
    }),
  ),
  sdks: z.record(z.string(), z.string()),
  tested: z.array(words),
  notProven: z.array(words).optional(),
  ignoredConfig: z.array(words).optional(),
}) as unknown as z.ZodType<Manifest>;

import { z } from "@headwater/core/connector";

/** The connection, as it stands below `serviceConnection.config` in a workflow file. Passwords and keys are `secret()`. */
export interface AcmeConfig {
  /** The folder that is read. */
  folder: string;
}

/** The schema of the connection. */
export const configSchema: z.ZodType<AcmeConfig> = z.strictObject({ folder: z.string().min(1) });

/** The connection that a URL stands for: `acme:///srv/data`. */
export function configFromUrl(url: URL): Record<string, unknown> {
  return { type: "CustomDatabase", folder: decodeURIComponent(url.pathname) };
}

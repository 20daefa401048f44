import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Secret, secret } from "./secret.ts";
import { SourceError } from "./source-error.ts";

/** OpenMetadata's `authType` of databases, as far as it is honoured. */
export interface AuthType {
  password?: Secret | undefined;
}

/**
 * The schema of OpenMetadata's `authType` with a password. The clouds' ways are refused by name; `instead` says what to do besides
 * giving a password: `leave it out and set PGPASSWORD`.
 */
export function passwordAuth(instead: string): z.ZodType<AuthType> {
  return z
    .strictObject({
      password: secret().optional(),
      awsConfig: z.unknown().optional(),
      azureConfig: z.unknown().optional(),
    })
    .superRefine((auth, context) => {
      for (const [key, name] of [
        ["awsConfig", "AWS IAM"],
        ["azureConfig", "Azure AD"],
      ] as const)
        if (auth[key] !== undefined)
          context.addIssue({
            code: "custom",
            path: [key],
            message: `Signing in with ${name} is not supported yet; give authType.password, or ${instead}.`,
          });
    });
}

/**
 * A certificate or key that is given as text, with line breaks or `\n`, or as the path of a file. `setting` is what people wrote it under.
 * Throws a `SourceError` (`signIn`) for a file that cannot be read.
 */
export function readPem(value: string | undefined, setting: string): string | undefined {
  if (value === undefined) return undefined;
  if (value.includes("-----BEGIN")) return value.replaceAll("\\n", "\n");
  try {
    return readFileSync(value, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    throw new SourceError("signIn", `The file of ${setting} cannot be read (${code}).`, {
      hint: "Give the certificate itself, or the path of a file that exists here.",
    });
  }
}

import { inspect } from "node:util";
import { z } from "zod";

const BRAND = Symbol.for("headwater.Secret");

/** A value that must never be printed. It shows as `***` in text, JSON, templates and `console.log`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    Object.defineProperty(this, BRAND, { value: true });
    Object.defineProperty(this, inspect.custom, { value: () => "***" });
  }

  /** The value itself, for the one place that hands it to a driver. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "***";
  }
  toJSON(): string {
    return "***";
  }
}

/** Whether a value is a {@link Secret}, of this copy of core or another. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** The schema of a secret in a connector's configuration: a string in the file, a {@link Secret} in the program. */
export function secret(): z.ZodType<Secret> {
  return z
    .union([z.string(), z.custom<Secret>(isSecret)])
    .transform((value) => (typeof value === "string" ? new Secret(value) : value))
    .meta({ secret: true });
}

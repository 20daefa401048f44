/** What a connector's schema accepts where: its keys, its types, its secrets. Read from the schema, never from a value. */
import { z } from "zod";

/** The part of JSON Schema that zod writes and that is looked at here. */
interface JsonSchema {
  type?: string | string[];
  properties?: { [key: string]: JsonSchema };
  additionalProperties?: boolean | JsonSchema;
  required?: string[];
  items?: JsonSchema | boolean;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: { [name: string]: JsonSchema };
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  /** Set by `secret()`. */
  secret?: boolean;
}

/** What may stand at one place of a connection: one of several forms. */
export class ConfigShape {
  readonly #root: JsonSchema;
  readonly #forms: readonly JsonSchema[];
  /** Whether what stands here is a secret. */
  readonly secret: boolean;
  /** Whether the schema names every key on the way here, so that it would have said if this were a secret. */
  readonly described: boolean;

  private constructor(root: JsonSchema, forms: readonly JsonSchema[], secret: boolean, described: boolean) {
    this.#root = root;
    this.#forms = forms;
    this.secret = secret;
    this.described = described && !this.opaque;
  }

  /** The shape of a connection by its connector's schema. */
  static of(schema: z.ZodType): ConfigShape {
    // The schema of the input: what a person writes, before defaults and transformations.
    const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
    return ConfigShape.#shape(root, [root], false, true);
  }

  static #shape(root: JsonSchema, schemas: readonly JsonSchema[], secret: boolean, described: boolean): ConfigShape {
    const forms: JsonSchema[] = [];
    let holdsSecret = secret;
    const pending = [...schemas];
    const seen = new Set<JsonSchema>();
    for (let schema = pending.pop(); schema !== undefined; schema = pending.pop()) {
      if (seen.has(schema)) continue;
      seen.add(schema);
      if (schema.secret === true) holdsSecret = true;
      const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
      const target = schema.$ref === undefined ? undefined : resolve(root, schema.$ref);
      if (target !== undefined) parts.push(target);
      if (parts.length === 0) forms.push(schema);
      else pending.push(...parts.toReversed());
    }
    return new ConfigShape(root, forms, holdsSecret, described);
  }

  /** Whether anything at all may stand here, so that nothing can be told from the schema. */
  get opaque(): boolean {
    return !this.secret && this.#forms.some((form) => FORM_WORDS.every((word) => form[word] === undefined));
  }

  /** Whether a value of this JSON type may stand here. */
  accepts(type: "string" | "number" | "boolean"): boolean {
    return this.#forms.some(({ type: own, enum: values, const: value }) => {
      if (own === undefined) return (values ?? [value]).some((candidate) => typeof candidate === type);
      return [own].flat().some((name) => name === type || (type === "number" && name === "integer"));
    });
  }

  /** The values that may stand here, where only some may; empty where any may. */
  get choices(): string[] {
    const values = this.#forms.map(({ enum: some, const: one }) => some ?? (one === undefined ? null : [one]));
    return values.some((some) => some === null) ? [] : [...new Set(values.flat().map(String))];
  }

  /** What stands here where the file says nothing, as the file would write it; `null` where there is nothing. */
  get fallback(): string | null {
    const value = this.#forms.map((form) => form.default).find((candidate) => candidate !== undefined);
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : null;
  }

  /** The keys a mapping may have here. */
  get keys(): string[] {
    return [...new Set(this.#forms.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  }

  /** The keys a mapping must have here, in every form. */
  get required(): string[] {
    const objects = this.#forms.filter(({ properties }) => properties !== undefined);
    const [first, ...others] = objects.map(({ required }) => required ?? []);
    return (first ?? []).filter((key) => others.every((other) => other.includes(key)));
  }

  /** Whether keys of the writer's own choosing are accepted. */
  get open(): boolean {
    return this.opaque || this.#forms.some(({ additionalProperties: more }) => more !== undefined && more !== false);
  }

  /** What may stand behind a key; `null` where the key is not accepted. */
  at(key: string): ConfigShape | null {
    const named = this.#forms.flatMap(({ properties }) =>
      properties !== undefined && Object.hasOwn(properties, key) ? [properties[key] as JsonSchema] : [],
    );
    if (named.length > 0) return ConfigShape.#shape(this.#root, named, this.secret, this.described);
    if (!this.open) return null;
    const others = this.#forms.flatMap(({ additionalProperties: more }) => (typeof more === "object" ? [more] : []));
    return ConfigShape.#shape(this.#root, others.length > 0 ? others : [{}], this.secret, false);
  }

  /** What may stand in a list. */
  get item(): ConfigShape {
    const items = this.#forms.flatMap(({ items: item, prefixItems = [] }) => [
      ...(typeof item === "object" ? [item] : []),
      ...prefixItems,
    ]);
    return ConfigShape.#shape(this.#root, items.length > 0 ? items : [{}], this.secret, this.described);
  }
}

/** What says anything about a value. */
const FORM_WORDS = ["type", "enum", "const", "properties"] as const;

function resolve(root: JsonSchema, ref: string): JsonSchema | undefined {
  if (ref === "#") return root;
  const name = /^#\/\$defs\/(.+)$/.exec(ref)?.[1];
  return name === undefined ? undefined : root.$defs?.[name];
}

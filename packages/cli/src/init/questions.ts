import type { ConfigShape } from "@headwater/core";

/** One thing a connection wants to know. */
export interface Question {
  /** Its keys in the connection: `["authType", "password"]`. */
  path: readonly string[];
  shape: ConfigShape;
  required: boolean;
}

const DEEPEST = 2;

/** What a connection can be asked for: single values, in the order of the connector's schema. */
export function questionsOf(connection: ConfigShape): Question[] {
  const found: Question[] = [];
  const walk = (shape: ConfigShape, above: readonly string[], required: boolean): void => {
    for (const key of shape.keys) {
      const inner = shape.at(key);
      if (inner === null || (above.length === 0 && key === "type")) continue;
      const path = [...above, key];
      const needed = required && shape.required.includes(key);
      if (isSingle(inner)) found.push({ path, shape: inner, required: needed });
      else if (path.length < DEEPEST) walk(inner, path, needed);
    }
  };
  walk(connection, [], true);
  return found;
}

const isSingle = (shape: ConfigShape): boolean =>
  shape.secret ||
  shape.choices.length > 0 ||
  (["string", "number", "boolean"] as const).some((type) => shape.accepts(type));

/** An answer as a file writes it: a number or a boolean where the connection wants one. */
export function valueOf({ shape }: Question, answer: string): string | number | boolean {
  if (shape.accepts("boolean") && !shape.accepts("string") && /^(true|false)$/.test(answer)) return answer === "true";
  const number = Number(answer);
  return shape.accepts("number") && !shape.accepts("string") && Number.isFinite(number) ? number : answer;
}

/** What is wrong with an answer, as far as the shape tells; `null` for nothing. */
export function wrongAnswer({ shape, required }: Question, answer: string): string | null {
  if (answer === "") return required ? "This is needed." : null;
  if (shape.choices.length > 0 && !shape.choices.includes(answer))
    return `It must be one of ${shape.choices.join(", ")}.`;
  const value = valueOf({ path: [], shape, required }, answer);
  if (shape.choices.length > 0 || shape.accepts(typeof value as "string" | "number" | "boolean")) return null;
  return shape.accepts("boolean") ? "It must be true or false." : "It must be a number.";
}

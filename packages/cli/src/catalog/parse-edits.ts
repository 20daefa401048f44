/** What `headwater set` was asked to do, as edits of the curated layer. */
import type { Edit } from "@headwater/catalog";
import { HeadwaterError, nearest, type Owner } from "@headwater/core";

const SCALARS = ["description", "displayName"] as const;
const SETS = ["owners", "tags"] as const;
const FIELDS = [...SCALARS, ...SETS];
const OWNERS = ["user", "team", "role"] as const;
const FORMS =
  "description=TEXT, displayName=TEXT, owners+=user:NAME, owners-=user:NAME, tags+=CLASSIFICATION.TAG, tags-=…";

/** Reads `FIELD=VALUE`, `FIELD+=VALUE`, `FIELD-=VALUE` and the fields of `--reset`. Throws a `HeadwaterError` (`usage`). */
export function parseEdits(words: readonly string[], resets: readonly string[]): Edit[] {
  const edits = [...words.map(parseEdit), ...resets.map(parseReset)];
  if (edits.length > 0) return edits;
  throw new HeadwaterError("usage", "Nothing to set was given.", { hint: `Fields: ${FORMS}` });
}

function parseEdit(word: string): Edit {
  const [, name, sign, value] = /^([A-Za-z_]+)(\+=|-=|=)(.*)$/s.exec(word) ?? [];
  if (name === undefined || sign === undefined || value === undefined)
    throw new HeadwaterError("usage", `"${word}" sets nothing.`, {
      hint: `Write one of: ${FORMS}. A value with blanks needs quotes.`,
    });
  const field = knownField(name);
  if (field === "description" || field === "displayName") {
    if (sign !== "=")
      throw new HeadwaterError("usage", `${field} is one text: ${field}=TEXT replaces it, ${field}= sets it to empty.`);
    return { field, value: value === "" ? null : value };
  }
  if (sign === "=" || value === "")
    throw new HeadwaterError("usage", `${field} are a set: ${field}+=… puts one in, ${field}-=… takes one out.`, {
      hint: `--reset ${field} goes back to what the source says.`,
    });
  if (field === "tags") return { field, ...(sign === "+=" ? { add: value } : { remove: value }) };
  const owner = parseOwner(value);
  return { field, ...(sign === "+=" ? { add: owner } : { remove: owner }) };
}

function parseReset(name: string): Edit {
  return { field: knownField(name), reset: true };
}

function knownField(name: string): (typeof FIELDS)[number] {
  const field = FIELDS.find((candidate) => candidate === name);
  if (field !== undefined) return field;
  const near = nearest(name, FIELDS);
  throw new HeadwaterError("usage", `There is no field ${name} to set.`, {
    hint: near === null ? `Fields: ${FORMS}` : `Did you mean ${near}?`,
  });
}

function parseOwner(text: string): Owner {
  const colon = text.indexOf(":");
  const type = OWNERS.find((candidate) => candidate === text.slice(0, colon));
  const name = text.slice(colon + 1);
  if (type !== undefined && name !== "") return { type, name };
  throw new HeadwaterError("usage", `"${text}" is no owner.`, { hint: `Write user:NAME, team:NAME or role:NAME.` });
}

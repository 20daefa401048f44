import type { Json } from "../entities/json.ts";
import type { RequestSpecs, Row } from "./request.ts";
import type { Session } from "./session.ts";

/** The row of a request that always has exactly one. Throws a plain error, a fault of the connector, where there is none. */
export async function onlyRow<R extends RequestSpecs, N extends keyof R & string>(
  session: Session<R>,
  name: N,
  args?: Json,
): Promise<Row<R[N]>> {
  const [row] = await session.all(name, args);
  if (row === undefined) throw new Error(`The request \`${name}\` has one row.`);
  return row;
}

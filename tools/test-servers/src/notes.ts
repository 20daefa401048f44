/** What became of a server a test asked for. */
export type ServerNote =
  | { server: string; ran: true; startMs: number; pid: number; folder: string }
  | { server: string; ran: false; reason: string };

/** Names the broker of the test run, see `broker.ts`. */
export const BROKER_VARIABLE = "HEADWATER_TEST_SERVERS";

/** Tells the test run which server ran or why it did not, so that its end can say so. Outside a test run it does nothing. */
export async function note(body: ServerNote): Promise<void> {
  const broker = process.env[BROKER_VARIABLE];
  if (broker === undefined) return;
  await fetch(`${broker}/notes`, { method: "POST", body: JSON.stringify(body) });
}

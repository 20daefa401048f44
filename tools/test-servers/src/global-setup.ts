import { closeBroker, openBroker } from "./broker.ts";

/** Vitest's `globalSetup` of every package whose tests use servers. */
export default async function setup(): Promise<() => Promise<void>> {
  await openBroker();
  return closeBroker;
}

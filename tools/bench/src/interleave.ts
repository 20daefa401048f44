/**
 * Calls every task `rounds` times, a round at a time, and returns what each returned. Every other round goes backwards, so that
 * a machine that slows down or speeds up meets all alike. Tasks that build on each other belong in one task.
 */
export async function interleave<Results extends Record<string, unknown>>(
  rounds: number,
  tasks: { readonly [Name in keyof Results]: () => Promise<Results[Name]> },
): Promise<{ [Name in keyof Results]: Results[Name][] }> {
  const names = Object.keys(tasks) as (keyof Results)[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as {
    [Name in keyof Results]: Results[Name][];
  };
  for (let round = 0; round < rounds; round += 1)
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name].push(await tasks[name]());
  return results;
}

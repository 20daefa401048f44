/** Where random samples begin. Another one is taken with `HEADWATER_SEED=7`. */
export const SEED: number = Number(process.env["HEADWATER_SEED"] ?? 20_240_601);

/** How many times the usual number of random samples is taken: 1, or what `HEADWATER_SOAK` says. */
export const SOAK: number = Number(process.env["HEADWATER_SOAK"] ?? 1);

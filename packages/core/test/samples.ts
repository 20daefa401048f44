/** Where random samples begin. Another one is taken with `HEADWATER_SEED=7`. */
export const SEED: number = Number(process.env["HEADWATER_SEED"] ?? 20_240_601);

/** How many times the usual number of random samples is taken: more in `npm run soak`. */
export const SOAK: number = process.env["HEADWATER_SOAK"] === "1" ? 25 : 1;

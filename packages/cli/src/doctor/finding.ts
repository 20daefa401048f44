/** One thing that was looked at. */
export interface Finding {
  /** `broken` is what a run would stumble over; `odd` is worth knowing. */
  verdict: "well" | "odd" | "broken";
  /** What was looked at: `node`, `connector postgres`, `catalog`. */
  about: string;
  /** What was found. */
  text: string;
  /** What mends it. */
  hint?: string;
}

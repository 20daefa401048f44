import type { CheckStep } from "@headwater/core/connector";
import type { Requests } from "./requests.ts";

/** The steps of `headwater check`, in the order a person would try them. */
export const check: readonly CheckStep<Requests>[] = [
  {
    name: "List the schemas",
    required: true,
    loses: "nothing can be read",
    run: async (session) => `${(await session.all("schemas")).length} schemas`,
  },
];

import { type Database, entitiesOf, prunable, prune, type PruneWhat } from "@headwater/catalog";
import { FqnError, parentFqn, splitFqn } from "@headwater/core";
import type { Call } from "../call.ts";
import { confirmName } from "../catalog/confirm.ts";
import { findService } from "../catalog/find-service.ts";
import { withCatalog } from "../catalog/open.ts";
import { person } from "../catalog/person.ts";
import { withoutId } from "../catalog/without-id.ts";
import { counted } from "../screen/numbers.ts";
import { outOfScopeLines } from "../views/out-of-scope.ts";
import { countKinds } from "../views/words.ts";

/** `headwater prune SERVICE` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const [json, dryRun] = [args.flag("json"), args.flag("dry-run")];
  await withCatalog(call, { mustExist: true }, async (db) => {
    const what = whatToPrune(db, args.words[0] ?? "");
    const { entities, coveredElsewhere } = prunable(db, what);
    const entityCount = entities.reduce((sum, { below }) => sum + 1 + below, 0);
    if (coveredElsewhere > 0) err.print(err.paint("dim", elsewhere(coveredElsewhere, what.service)));
    if (!json) out.print(...outOfScopeLines(entities, out));
    if (entities.length === 0 || dryRun) {
      if (json) out.json({ service: what.service, outOfScope: entities.map(withoutId), removed: 0 });
      else if (entities.length === 0) out.print(`Nothing of ${what.service} is out of scope.`);
      else out.print("", `${all(entityCount)} would be marked deleted; the catalog stays as it is.`);
      return;
    }
    const question = `This marks ${all(entityCount)} deleted; headwater restore NAME takes it back.`;
    await confirmName(call, what.service, question);
    const gone = prune(db, what, entities, { run: null, actor: person(), at: Date.now() });
    if (json) out.json({ service: what.service, outOfScope: entities.map(withoutId), removed: gone.length });
    else out.print(`Removed: ${countKinds(gone.map(({ type }) => ({ type, kind: null })))}`);
  });
  return 0;
}

const all = (entities: number): string => counted(entities, "entity", "entities");

const elsewhere = (entities: number, service: string): string =>
  `${all(entities)} left out by one pipeline of ${service} ${entities === 1 ? "is" : "are"} kept, because another may cover ${entities === 1 ? "it" : "them"}. headwater prune PIPELINE goes by that one alone.`;

/** A service by its name, or one of its pipelines by its FQN. */
function whatToPrune(db: Database, typed: string): PruneWhat {
  const pipeline = pipelineOf(db, typed);
  if (pipeline !== null) return { service: splitFqn(pipeline)[0] as string, pipeline };
  return { service: findService(db, typed).name, pipeline: null };
}

function pipelineOf(db: Database, typed: string): string | null {
  try {
    if (parentFqn(typed) === null) return null;
    return entitiesOf(db, typed).find(({ type }) => type === "ingestionPipeline")?.fqn ?? null;
  } catch (error) {
    if (error instanceof FqnError) return null;
    throw error;
  }
}

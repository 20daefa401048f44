// Run by changes.test.ts in a process of its own: writes into the catalog named by its first argument, beside others. Every
// third piece of work is given up half way.
import { CatalogStore, curate, entitiesOf, openDatabase } from "@headwater/catalog";

const [file, me, times] = process.argv.slice(2) as [string, string, string];
const db = openDatabase(file);
const store = new CatalogStore(db);
const [entity] = entitiesOf(db, `shop.db.s1.t${me}`);
if (entity === undefined) throw new Error("There is nothing to write on.");
for (let at = 0; at < Number(times); at += 1) {
  const lease = await store.lease(`writer ${me}`, Date.now());
  try {
    db.transaction(() => {
      const author = { run: null, actor: `writer ${me}`, at: Date.now() };
      curate(db, entity.id, null, [{ field: "description", value: `${at} a` }], author);
      curate(db, entity.id, null, [{ field: "description", value: `${at} b` }], author);
      if (at % 3 === 2) throw new RangeError("given up");
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  await lease.release();
}
db.close();

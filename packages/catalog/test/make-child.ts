// Makes one new catalog after the other in a folder, until it is killed.
import { join } from "node:path";
import { openDatabase } from "../src/index.ts";

const folder = process.argv[2] as string;
for (let number = 0; ; number += 1) {
  openDatabase(join(folder, `${number}.db`)).close();
  if (number === 0) process.stdout.write("on\n");
}

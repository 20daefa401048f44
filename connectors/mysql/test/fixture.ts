import { readFileSync } from "node:fs";
import type { MysqlAddress } from "@headwater/test-servers";

const text = (name: string): string => readFileSync(new URL(`fixtures/${name}.sql`, import.meta.url), "utf8");

/** Statements that make every kind of object this server knows. */
export function everything({ isMariaDb, release }: MysqlAddress): string {
  if (isMariaDb) return text("tables") + text("mariadb");
  return text("tables") + text("mysql") + (release === "MySQL 9" ? text("mysql-9") : "");
}

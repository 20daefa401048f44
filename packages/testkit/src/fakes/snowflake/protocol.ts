/** The part of Snowflake's HTTP protocol that its driver for Node speaks. Learned from snowflake-sdk 3.3. */
import type { Answer, AnswerCell, AnswerColumn } from "./answer.ts";
import type { SnowflakeSession } from "./session.ts";

/** What a sign-in answers. */
export function signedIn(token: string, { role, database, schema }: SnowflakeSession): unknown {
  return {
    success: true,
    code: null,
    message: null,
    data: {
      token,
      masterToken: `master-${token}`,
      validityInSeconds: 3_600,
      masterValidityInSeconds: 14_400,
      sessionId: 1,
      parameters: [{ name: "CLIENT_SESSION_KEEP_ALIVE", value: false }],
      sessionInfo: { databaseName: database, schemaName: schema, warehouseName: null, roleName: role },
    },
  };
}

/** A refusal. */
export function refusal(code: string, message: string, sqlState: string = "08001"): unknown {
  return { success: false, code, message, data: { errorCode: code, sqlState, queryId: null, line: -1, pos: -1 } };
}

/** The answer to a statement. */
export function answered(queryId: string, { columns, rows }: Answer, session: SnowflakeSession): unknown {
  return {
    success: true,
    code: null,
    message: null,
    data: {
      parameters: [...session.parameters].map(([name, value]) => ({ name, value })),
      rowtype: columns.map(rowType),
      rowset: rows.map((row) => row.map((cell, at) => cellText(cell, columns[at]))),
      total: rows.length,
      returned: rows.length,
      queryId,
      sqlState: "00000",
      statementTypeId: 4_096,
      version: 1,
      queryResultFormat: "json",
      finalDatabaseName: session.database,
      finalSchemaName: session.schema,
      finalRoleName: session.role,
    },
  };
}

function rowType({ name, type }: AnswerColumn): object {
  return {
    name,
    type,
    nullable: true,
    precision: type === "fixed" ? 38 : null,
    scale: type === "fixed" ? 0 : type === "timestamp_ltz" ? 9 : null,
    length: type === "text" ? 16_777_216 : null,
  };
}

/** Every value travels as text; a time as seconds since 1970 with nine decimals, a boolean as 1 or 0. */
function cellText(cell: AnswerCell, column: AnswerColumn | undefined): string | null {
  if (cell === null) return null;
  if (column?.type === "timestamp_ltz") return `${(Number(cell) / 1_000).toFixed(3)}000000`;
  if (typeof cell === "boolean") return cell ? "1" : "0";
  return String(cell);
}

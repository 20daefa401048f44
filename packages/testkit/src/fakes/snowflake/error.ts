/** An error as Snowflake gives it. */
export class SnowflakeError extends Error {
  /** `002003`: the vendor's own number. */
  readonly code: string;
  readonly sqlState: string;

  constructor(code: string, sqlState: string, message: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

/** What is not there and what may not be seen look alike. */
export function notThere(kind: string, name: string): SnowflakeError {
  return new SnowflakeError(
    "002003",
    "02000",
    `SQL compilation error:\n${kind} '${name}' does not exist or not authorized.`,
  );
}

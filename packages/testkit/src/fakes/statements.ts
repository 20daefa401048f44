/**
 * The frame of a fake that is spoken to in statements: a table of the forms it knows, and a loud refusal of all others. What a
 * fake does not know it must not answer, or a test proves nothing.
 */

/** One form of statement. `run` gets what the pattern's named groups caught. */
export interface StatementForm<Session, Answer> {
  /** What it does, for the list of what a fake knows: `SHOW TABLES IN …`. */
  form: string;
  pattern: RegExp;
  run(groups: Record<string, string | undefined>, session: Session): Answer | Promise<Answer>;
}

/** A statement no form matches. */
export class UnknownStatement extends Error {
  override name = "UnknownStatement";
  readonly statement: string;

  constructor(fake: string, statement: string, why: string) {
    super(`The fake of ${fake} does not know this statement: ${statement.trim()}\n${why}`);
    this.statement = statement;
  }
}

/** The first form that matches a statement. Blanks and a semicolon at its ends are nothing. Throws {@link UnknownStatement}. */
export function formOf<Session, Answer>(
  fake: string,
  forms: readonly StatementForm<Session, Answer>[],
  statement: string,
): { form: StatementForm<Session, Answer>; groups: Record<string, string | undefined> } {
  const text = statement.trim().replace(/;\s*$/, "");
  for (const form of forms) {
    const found = form.pattern.exec(text);
    if (found !== null) return { form, groups: { ...found.groups } };
  }
  const known = forms.map(({ form }) => form).join(" · ");
  throw new UnknownStatement(fake, statement, `It knows: ${known}`);
}

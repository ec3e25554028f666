/**
 * An answer that is not what its API promises, or that does not hold what the next question needs. It says
 * nothing of the source's health: the host takes a `SyntaxError` for a malformed answer.
 */
export class AnswerError extends SyntaxError {
  override readonly name = "AnswerError";
}

/** The answer was not ready in time. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly code = "deadline_exceeded";
}

/** `work`, unless it takes longer than `deadlineMs`: then it throws `DeadlineError`, and what becomes of it is ignored. */
export async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const fail = () => reject(new DeadlineError(`not ready after ${deadlineMs} ms`));
  // Of a deadline that is over already nothing is left.
  const timer = setTimeout(fail, Math.max(deadlineMs, 0));
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** @file Errors that pass, such as a full disk: their observer stays registered, and one report covers all of a cause. */

/** Registered, so that copies of layertap in one process share it. */
const TROUBLE = Symbol.for('layertap.trouble');

const reported = new WeakSet<object>();

/**
 * Marks an error that needs no retry: the values that could not be written are kept, or counted and reported. An
 * observer that throws it stays registered.
 * @param trouble the cause: the same object for all errors that one report covers
 */
export function markTrouble(error: Error, trouble: object): Error {
  return Object.defineProperty(error, TROUBLE, { value: trouble });
}

/** The cause that {@link markTrouble} gave an error; undefined for other errors. Never throws. */
export function troubleOf(error: unknown): object | undefined {
  try {
    return (error as { [TROUBLE]?: object } | null | undefined)?.[TROUBLE];
  } catch {
    return undefined;
  }
}

/** Whether this is the first report of a cause. Records it as reported. */
export function isNews(trouble: object): boolean {
  if (reported.has(trouble)) return false;
  reported.add(trouble);
  return true;
}

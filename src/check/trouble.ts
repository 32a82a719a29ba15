/** Registered, so that two copies of layertap in one process know each other's. */
const TROUBLE = Symbol.for('layertap.trouble');

const reported = new WeakSet<object>();

/**
 * Marks an error whose cause may pass, such as a full disk, and after which nothing needs to be done again: what could not be
 * written is kept, or counted and reported. An observer that meets it stays.
 * @param trouble the same object for all errors that one report is enough for
 */
export function markTrouble(error: Error, trouble: object): Error {
  return Object.defineProperty(error, TROUBLE, { value: trouble });
}

/** What {@link markTrouble} gave an error; undefined for any other. Never throws. */
export function troubleOf(error: unknown): object | undefined {
  try {
    return (error as { [TROUBLE]?: object } | null | undefined)?.[TROUBLE];
  } catch {
    return undefined;
  }
}

/** Whether nothing was reported of a trouble yet; from now on something was. */
export function isNews(trouble: object): boolean {
  if (reported.has(trouble)) return false;
  reported.add(trouble);
  return true;
}

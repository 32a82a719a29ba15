/** Registered, so that several copies of layertap in one process recognize each other's errors. */
const OUTAGE = Symbol.for('layertap.outage');

const reported = new WeakSet<object>();

/**
 * Marks an error whose cause may pass, such as a full disk, and that loses nothing: what could not be written is kept, or
 * counted and reported. Observers stay subscribed after such an error.
 * @param outage one object for all errors of the same cause: only the first of them is reported
 */
export function markOutage(error: Error, outage: object): Error {
  return Object.defineProperty(error, OUTAGE, { value: outage });
}

/** The outage that an error was marked with; undefined for any other value. Never throws. */
export function outageOf(error: unknown): object | undefined {
  try {
    return (error as { [OUTAGE]?: object } | null | undefined)?.[OUTAGE];
  } catch {
    return undefined;
  }
}

/** True for the first call with an outage: it is to be reported. */
export function isFirstReport(outage: object): boolean {
  if (reported.has(outage)) return false;
  reported.add(outage);
  return true;
}

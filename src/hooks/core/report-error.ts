/** @file Reporting errors that must not reach a forward, or that no caller can catch. */

import { check, describeError, FUNCTION, hasOtherCopies, isThenable } from '../../check/index.ts';

/** Gets the errors that must not reach a forward: what an observer threw, a value emitted too late. */
export type Reporter = (error: Error) => void;

/** Looks the console up at each report, so that a test or a page can replace it. */
const toConsole: Reporter = (error) => console.error(error);

let reporter: Reporter = toConsole;

/**
 * Sets the reporter of the process, which gets the errors that must not reach a forward. Without an argument:
 * `console.error`.
 * @throws TypeError for anything but a function
 */
export function setReporter(next: Reporter = toConsole): void {
  check('setReporter()', 'the reporter', next, FUNCTION);
  reporter = next;
}

/** Reports an error, by default to the reporter of the process. Never throws, even if the reporter does. */
export function report(error: Error, to: (error: Error) => unknown = reporter): void {
  // The message only: the reporter may have failed on the object itself.
  const failed = (cause: unknown) => {
    try {
      console.error(`layertap: the reporter failed (${describeError(cause)}) on: ${error.message}`);
    } catch {
      // A hook on console.error may throw.
    }
  };
  try {
    const result = to(error);
    if (isThenable(result)) result.then(undefined, failed);
  } catch (cause) {
    failed(cause);
  }
}

/** Warns the user on the console. */
export function warn(message: string): void {
  console.warn(`layertap: ${message}`);
}

const warned = new Set<string>();

/** Warns, once for each `what`, that a process-wide setting does not reach other copies of layertap. */
export function warnOfCopies(what: string): void {
  if (!hasOtherCopies() || warned.has(what)) return;
  warned.add(what);
  warn(`another copy of layertap is loaded in this process: ${what}. One copy is best: see npm ls layertap`);
}

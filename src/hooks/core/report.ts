/** @file Where layertap says what must not disturb a forward, and what no caller can catch. */

import { describeError, hasOtherCopies, isThenable } from '../../check/index.ts';
import { checkHook } from './check-hook.ts';

/** Is told of what went wrong beside a forward: what an observer threw, a value that came too late. */
export type Reporter = (error: Error) => void;

/** The console is looked up at each report, so that a test or a page may replace it. */
const toConsole: Reporter = (error) => console.error(error);

let reporter: Reporter = toConsole;

/**
 * Sets who is told of errors that must not reach the forward, for the whole process. Without an argument it is
 * `console.error` again.
 * @throws TypeError for anything but a function
 */
export function setReporter(next: Reporter = toConsole): void {
  checkHook('setReporter()', next, {}, []);
  reporter = next;
}

/** Tells an error to a reporter, by default the process's; one that throws or rejects itself must not do harm either. */
export function report(error: Error, to: (error: Error) => unknown = reporter): void {
  // Words only: what cannot be shown may be what the reporter failed on.
  const failed = (cause: unknown) =>
    console.error(`layertap: the reporter failed (${describeError(cause)}) on: ${error.message}`);
  try {
    const result = to(error);
    if (isThenable(result)) result.then(undefined, failed);
  } catch (cause) {
    failed(cause);
  }
}

/** Says something that the user should know and that is no error of a forward. */
export function warn(message: string): void {
  console.warn(`layertap: ${message}`);
}

const warned = new Set<string>();

/** Says, once for each `what`, that what is done for the whole process is not done for other copies of layertap. */
export function warnOfCopies(what: string): void {
  if (!hasOtherCopies() || warned.has(what)) return;
  warned.add(what);
  warn(`another copy of layertap is loaded in this process: ${what}. One copy is best: see npm ls layertap`);
}

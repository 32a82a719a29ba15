/** @file Where layertap says what must not disturb a forward, and what no caller can catch. */
import { checkHook } from './check-arguments.ts';

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

/** Tells an error to a reporter, by default the process's; one that throws itself must not do harm either. */
export function report(error: Error, to: Reporter = reporter): void {
  try {
    to(error);
  } catch (failed) {
    console.error('layertap: the reporter failed', failed, 'on', error);
  }
}

/** Says something that the user should know and that is no error of a forward. */
export function warn(message: string): void {
  console.warn(`layertap: ${message}`);
}

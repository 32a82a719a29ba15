/** @file Where layertap says what must not disturb a forward. The console is looked up at each report. */

/** Says something that the user should know but that no caller can catch. */
export function warn(message: string, cause?: unknown): void {
  if (cause === undefined) console.warn(`layertap: ${message}`);
  else console.warn(`layertap: ${message}`, cause);
}

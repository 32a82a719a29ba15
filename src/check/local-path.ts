import { describe } from './describe.ts';

/** What paths need of the machine: `node:url` and `node:os`. */
export interface PathTools {
  fileURLToPath(url: string): string;
  homedir(): string;
}

/** With at least two letters: `C:/logs` is a path. */
const SCHEME = /^([a-z][a-z0-9+.-]+):\//i;

/**
 * A path on this machine: of a `file:` URL its path, of `~` and what begins with `~/` a path in the home directory, as
 * TensorBoard reads it; anything else is taken as it is.
 * @param where names the call in messages, `what` the argument
 * @param elsewhere says what to do with what is elsewhere
 * @throws TypeError for other URLs, as `s3://bucket/runs`, and for what can be no path
 */
export function localPath(
  { where, what, elsewhere }: { where: string; what: string; elsewhere: string },
  given: unknown,
  tools: PathTools,
): string {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== 'string' || text.includes('\0')) {
    throw new TypeError(
      `${where}: ${what} is ${describe(given)}; expected a string that can be a path, or a file: URL`,
    );
  }
  const scheme =
    SCHEME.exec(text)?.[1]?.toLowerCase() ?? (given instanceof URL ? given.protocol.slice(0, -1) : undefined);
  if (scheme === 'file') {
    try {
      return tools.fileURLToPath(text);
    } catch (cause) {
      throw new TypeError(`${where}: ${what} is ${text}, which is no path here: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
  if (scheme !== undefined) {
    throw new TypeError(`${where}: ${what} is ${text}; ${scheme}: is no directory of this machine\n  ${elsewhere}`);
  }
  return /^~(?=$|[/\\])/.test(text) ? tools.homedir() + text.slice(1) : text;
}

import { mismatch } from './options.ts';

/** The functions of `node:url` and `node:os` that paths need. */
export interface PathTools {
  fileURLToPath(url: string): string;
  homedir(): string;
}

/** At least two letters, since `C:/logs` is a path. */
const SCHEME = /^([a-z][a-z0-9+.-]+):\//i;

/**
 * A path on this machine. `file:` URLs and paths that begin with `~` are resolved, the latter to the home directory, as
 * TensorBoard does; any other path is returned as it is.
 * @param where names the call in messages, `what` the argument
 * @param elsewhere tells the user what to do about data on another machine
 * @throws TypeError for other URLs, such as `s3://bucket/runs`, and for anything else
 */
export function localPath(
  { where, what, elsewhere }: { where: string; what: string; elsewhere: string },
  given: unknown,
  tools: PathTools,
): string {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== 'string' || text.includes('\0')) {
    throw mismatch(where, what, 'a path or a file: URL', given);
  }
  const scheme =
    SCHEME.exec(text)?.[1]?.toLowerCase() ?? (given instanceof URL ? given.protocol.slice(0, -1) : undefined);
  if (scheme === 'file') {
    try {
      return tools.fileURLToPath(text);
    } catch (cause) {
      const why = (cause as Error).message;
      throw new TypeError(`${where}: ${what} must be a path on this machine, got ${text}: ${why}`, { cause });
    }
  }
  if (scheme !== undefined) {
    throw new TypeError(`${where}: ${what} must be a path on this machine, got ${text}\n  ${elsewhere}`);
  }
  return /^~(?=$|[/\\])/.test(text) ? tools.homedir() + text.slice(1) : text;
}

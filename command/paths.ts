import { stat } from 'node:fs/promises';

/** The command cannot do what it was asked to do. The message is for the user. */
export class CommandError extends Error {}

/** What is at a path: 'directory', 'a file', or the error code if there is nothing. */
export const kindOf = (path: string): Promise<string> =>
  stat(path).then(
    (stats) => (stats.isDirectory() ? 'directory' : 'a file'),
    (error) => error.code,
  );

export const notADirectory = (path: string, found: string): CommandError =>
  new CommandError(`${path} is not a readable directory (${found})`);

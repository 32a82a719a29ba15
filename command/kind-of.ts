import { stat } from 'node:fs/promises';

/** What a path leads to: 'directory', 'a file', or the system's code where it leads to nothing. */
export const kindOf = (path: string): Promise<string> =>
  stat(path).then(
    (stats) => (stats.isDirectory() ? 'directory' : 'a file'),
    (error) => error.code,
  );

/** An event file that may be growing. */
export interface LogFile {
  /** Below the log directory, with '/' between names. */
  readonly path: string;
  /** In bytes, as of now. */
  readonly size: number;
  /**
   * Which directory the last link in the path leads to, if there is one, be it in the path of the log directory. Where that
   * changes the link was moved, and another run has taken the place of the one that was there.
   */
  readonly directory?: string;
  /** Which file it is, where the last name of the path is a link. As `directory`. */
  readonly target?: string;
  /** Its bytes from some place on, in pieces, up to the end as of now. */
  read(from: number): AsyncIterable<Uint8Array>;
}

/** Where event files are: a directory of runs, however it can be reached. */
export interface LogDirectory {
  /** Every event file that there is now. */
  list(): Promise<LogFile[]>;
}

/** TensorBoard's rule for what an event file is called. */
export const isEventFile = (name: string): boolean => name.includes('tfevents') && !name.endsWith('.profile-empty');

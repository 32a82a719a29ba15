/** Where event files are kept: on a disk, in memory, behind a stream. Whoever has another place implements this. */
export interface EventSink {
  /**
   * Begins a new file.
   * @param path of the file: log directory, run and name, with '/' between them
   * @throws an error whose `code` is 'EEXIST' where this file is there already: the next name is tried
   */
  create(path: string): EventOutput;
}

/** One event file that grows. */
export interface EventOutput {
  /**
   * Stores bytes behind those that are there: whole records. When it returns, or what it returned is fulfilled, they are
   * stored; when it fails, none of them is. It is not called again before the last call is settled.
   */
  append(bytes: Uint8Array): void | Promise<void>;
  /**
   * Whether {@link append} keeps none of the memory that it is given: then the same is used for the next call.
   * @default false
   */
  readonly copies?: boolean;
  /** Frees what it holds; nothing is appended afterwards. */
  close?(): void | Promise<void>;
}

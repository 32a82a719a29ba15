/** Creates event files: on a disk, in memory, in a stream. Implement it to write elsewhere. */
export interface EventSink {
  /**
   * Creates a file.
   * @param path log directory, run and name, with '/' between
   * @throws an error with the `code` 'EEXIST' if the file exists: then the next name is tried
   */
  create(path: string): EventOutput;
  /**
   * Stores a file whole, in place of one of the same path: the matrices, labels and images of `addEmbedding`. When it returns,
   * the file is stored. Without this method, `addEmbedding` is an error.
   */
  writeFile?(path: string, bytes: Uint8Array): void;
}

/** An event file that grows. */
export interface EventOutput {
  /**
   * Appends whole records. When it returns, or its promise is fulfilled, they are stored; if it fails, none of them is. It is
   * not called again before the last call has settled.
   */
  append(bytes: Uint8Array): void | Promise<void>;
  /** Whether {@link append} copies its bytes, so that their memory may be reused for the next call. Default false. */
  readonly copies?: boolean;
  /** Frees its resources. Nothing is appended afterwards. */
  close?(): void | Promise<void>;
}

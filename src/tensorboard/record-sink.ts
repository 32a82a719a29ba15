/** Where a writer's records go. It takes them encoded: a sink knows neither tags nor steps. */
export interface RecordSink {
  /** Takes one whole record over, to be stored now or by the next {@link flush}. */
  write(record: Uint8Array): void;
  /** Stores what was taken over so far. When that fails it rejects, and keeps what it could not store. */
  flush(): Promise<void>;
  /** Flushes, then frees what the sink holds. When flushing fails it rejects, and stays open. Twice is harmless. */
  close(): Promise<void>;
}

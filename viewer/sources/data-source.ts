import type { ViewerPoint } from '../data/points.ts';

/** How far a source is with what there is already. */
export interface Progress {
  /** Bytes read, and bytes there are, as of now. */
  readonly read: number;
  readonly total: number;
}

/** Is told what a source has. Everything is called from a task of its own, never from inside a forward. */
export interface SourceListener {
  /** The next points, in their order. Where it gives a promise, the source waits for it before it reads on. */
  points(points: readonly ViewerPoint[]): void | Promise<void>;
  progress(progress: Progress): void;
  /** Something that a person should know: a damaged file, a directory that vanished. The source goes on. */
  warning(message: string): void;
}

/** Where a viewer's data come from: a live selection, a worker, log files. */
export interface DataSource {
  /** Shown in the head of the page: the name of the directory, say. */
  readonly name: string;
  /** Begins to give points, until the function that is returned is called. */
  connect(listener: SourceListener): () => void;
}

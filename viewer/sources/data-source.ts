import type { ActivationListener } from '../activation/activations.ts';
import type { ViewerPoint } from '../data/points.ts';
import type { ScalarListener } from '../data/scalar-wants.ts';

/** How much a source has read of what exists so far. In bytes. */
export interface Progress {
  readonly read: number;
  readonly total: number;
}

/** Receives what a source gives. No method is called from inside a forward. */
export interface SourceListener {
  /** The next points, in order. If it returns a promise, the source waits for it before it reads on. */
  points(points: readonly ViewerPoint[]): void | Promise<void>;
  progress(progress: Progress): void;
  /** A sentence for the user: a file is damaged, a directory has gone. The source goes on. */
  warning(message: string): void;
  /** For sources that keep scalars, and give of them what cards show; undefined if scalars must come as points. */
  readonly scalars?: ScalarListener | undefined;
  /** For sources that can show single outputs; undefined if the listener shows none. */
  readonly activations?: ActivationListener;
}

/** Where a viewer gets its data: a live selection, a worker, log files. */
export interface DataSource {
  /** Shown in the toolbar: the name of the directory, for example. */
  readonly name: string;
  /** Starts to give points. @returns a function that disconnects */
  connect(listener: SourceListener): () => void;
}

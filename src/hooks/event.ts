import type { Hookable, InputsOf, OutputOf } from './hookable.ts';

/** One forward, as observers are told of it: after all hooks, what the caller gets. */
export interface ForwardEvent<M extends Hookable = Hookable> {
  readonly module: M;
  /** The module's qualified name under the root that it was selected from; '' for the module itself. */
  readonly path: string;
  /** What forward received. */
  readonly inputs: InputsOf<M>;
  readonly output: OutputOf<M>;
  /** Counts this module's calls from 0, since the observation began. */
  readonly call: number;
}

import type { InputsOf, ModuleLike, OutputOf } from './module-like.ts';
import type { TensorReader } from './reader.ts';

/** One call, as observers see it: after all hooks, with what the caller gets. */
export interface ForwardEvent<M extends ModuleLike = ModuleLike> {
  readonly module: M;
  /** The module's path under the root that it was selected from; '' for the root and for a module observed directly. */
  readonly path: string;
  /** The inputs of forward. */
  readonly inputs: InputsOf<M>;
  readonly output: OutputOf<M>;
  /**
   * The number of the call, the same in all its hooks and events. Calls are numbered from 0 as they start, while
   * anything is registered on the module or globally. Calls may overlap; one that throws has no event.
   */
  readonly call: number;
  /** The object that an attached method ran on; otherwise the module. */
  readonly receiver: unknown;
  /** Reads the module's tensors; undefined if the module has no reader. */
  readonly reader: TensorReader | undefined;
}

/**
 * What an observer reads of an output, inside the call: statistics of its tensors, or all of their values. It keeps no tensor
 * and looks at no input, so that its module may give it a stand-in for each tensor.
 */
export type Reads = 'statistics' | 'values';

/**
 * One call, for an observer with the option `reads`. `output` is the output, or has stand-ins in place of its tensors, which
 * `reader` reads: `shape` and `summarize`, and with `reads: 'values'` also `values`.
 */
export interface ReadingEvent<M extends ModuleLike = ModuleLike> extends Omit<ForwardEvent<M>, 'inputs' | 'output'> {
  readonly output: unknown;
}

/**
 * An event of `observe(chunks(…))`. If the output is a stream, there is an event for each chunk that the
 * caller reads, and one at the end; all have the `call`, the `inputs` and the `output` (a stand-in) of the call that
 * returned the stream. Otherwise there is the event of the call.
 */
export interface ChunkEvent<M extends ModuleLike = ModuleLike> extends ForwardEvent<M> {
  /**
   * Whether the caller read a chunk, reached the end, got an error, or cancelled. Undefined if the output is not a
   * stream.
   */
  readonly stream?: 'chunk' | 'end' | 'error' | 'cancel' | undefined;
  /** The chunk itself; copy it to keep it. Undefined in the last event. */
  readonly chunk?: unknown;
  /** In the last event: the return value of a generator, the error, or the reason of the cancellation. */
  readonly reason?: unknown;
}

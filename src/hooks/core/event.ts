import type { InputsOf, ModuleLike, OutputOf } from './module-like.ts';
import type { TensorReader } from './reader.ts';

/** One forward, as observers are told of it: after all hooks, what the caller gets. */
export interface ForwardEvent<M extends ModuleLike = ModuleLike> {
  readonly module: M;
  /** The module's qualified name under the root that it was selected from; '' for the module itself. */
  readonly path: string;
  /** What forward received. */
  readonly inputs: InputsOf<M>;
  readonly output: OutputOf<M>;
  /**
   * The number of the call, the same for all its hooks and events: calls are counted from 0 as they start, while
   * anything is registered on the module or globally. They may overlap, and one that throws has no event.
   */
  readonly call: number;
  /** The object that an attached method ran on; for any other call the module. */
  readonly receiver: unknown;
  /** How the module's outputs are read as tensors; undefined where nothing says so. */
  readonly reader: TensorReader | undefined;
}

/**
 * What an observer with `chunks: true` is told. Where the output is no stream, it is the event of the call. Where it is
 * one, there is an event for each chunk that the caller reads, and one at the end; all have the `call`, the `inputs` and
 * the `output` (a stand-in) of the call that gave the stream.
 */
export interface ChunkEvent<M extends ModuleLike = ModuleLike> extends ForwardEvent<M> {
  /**
   * What happened: the caller read a chunk, came to the end, met an error, or wanted no more. Undefined where the output is
   * no stream.
   */
  readonly stream?: 'chunk' | 'end' | 'error' | 'cancel' | undefined;
  /** What the caller read, live: copy what is to be kept. Undefined in the last event. */
  readonly chunk?: unknown;
  /** In the last event: what a generator returned, the error, or what the caller cancelled with. */
  readonly reason?: unknown;
}

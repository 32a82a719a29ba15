import { BOOLEAN, checkOptions, className, describeError, rule } from '../check/index.ts';
import { type Hookable, type Selector, select } from '../hooks/index.ts';
import { CallRecorder } from './call-recorder.ts';
import { joined } from './joined.ts';
import type { Recording, RowNorms } from './recording.ts';
import { encodeRecording } from './recording-file.ts';
import { checkTarget, type RecordingTarget, writeTo } from './recording-target.ts';
import { rowNormsOf } from './row-norms.ts';
import { checkIdle, checkRun, RUN_OPTIONS, type RunInputs, runWithHooks } from './run.ts';
import { TensorStore } from './tensor-store.ts';

/** Options of {@link record}. */
export interface RecordOptions {
  /** Also record the norms of the rows of the modules' weights, which make `compare` more exact. Default false. */
  parameters?: boolean;
  /** The modules to record, as for `select`. Default: the model and all below it. */
  select?: Selector;
  /**
   * How many bytes of values are kept. What would exceed it is kept as statistics and 4,096 samples. Default 1 GB (1e9).
   */
  limit?: number;
  /** Gives up waiting for an asynchronous model. */
  signal?: AbortSignal;
}

const OPTIONS = {
  ...RUN_OPTIONS,
  to: rule('a path, a file: URL or a WritableStream', () => true),
  parameters: BOOLEAN,
  select: rule('a selector', () => true),
};

/**
 * Records one run of a model: every call with its inputs and its output, as a .safetensors file that `compare` and
 * `layertap diff` read. Each distinct tensor is in it once, in its own type.
 *
 * @param inputs what the model is called with, or a function that runs it
 * @param options `to`: a path or a WritableStream that gets the file; without it the promise gives its bytes
 * @example
 * await record(net, [x], { to: 'browser.safetensors' });
 * @throws what the model throws. A file is written all the same, and says that it is not complete
 * @throws TypeError or RangeError for other arguments, before anything has run
 */
export async function record<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  options: RecordOptions & { to: RecordingTarget },
): Promise<undefined>;
export async function record<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  options?: RecordOptions,
): Promise<Uint8Array>;
export async function record<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  options: RecordOptions & { to?: RecordingTarget } = {},
): Promise<Uint8Array | undefined> {
  const where = 'record()';
  checkRun(where, model, inputs);
  checkOptions(where, options, OPTIONS);
  const { to, ...how } = options;
  if (to !== undefined) checkTarget(where, to);
  const { recording, failure } = await recordRun(where, model, inputs, how);
  if (to !== undefined) await writeTo(where, to, encodeRecording(recording));
  if (failure !== undefined) throw failure.error;
  if (to === undefined) return joined(encodeRecording(recording));
}

const LIMIT = 1e9;

/**
 * Runs a model and records it.
 * @param keep gets the output of each call, and the call's index
 * @returns the recording, and the error that ended the run, if one did
 * @throws TypeError for a selector that matches nothing, or tensors that cannot be read
 */
export async function recordRun<M extends Hookable>(
  where: string,
  model: M,
  inputs: RunInputs<M>,
  { limit = LIMIT, parameters = false, select: selector, signal }: RecordOptions = {},
  keep?: (index: number, output: unknown) => void,
): Promise<{ readonly recording: Recording; readonly failure: { readonly error: unknown } | undefined }> {
  checkIdle(where, model);
  const modules: (readonly [string, Hookable])[] =
    selector === undefined ? [...model.namedModules()] : [...select(model, selector)];
  const store = new TensorStore(where, limit);
  const recorder = new CallRecorder(store, keep);
  let failure: { readonly error: unknown } | undefined;
  try {
    await runWithHooks(where, model, inputs, () => recorder.register(modules), signal);
  } catch (error) {
    failure = { error };
  }
  const calls = await recorder.finish();
  const norms = parameters ? await rowNormsOf(where, modules, calls, store) : new Map<string, RowNorms>();
  const framework = `layertap, ${className(model)}`;
  const complete = failure === undefined;
  const error = failure && describeError(failure.error);
  return { recording: { framework, complete, error, calls, tensors: store.tensors, parameters: norms }, failure };
}

import { checkOptions, describe, describeError, mismatch, rule } from '../check/index.ts';
import { type Hookable, isHookable } from '../hooks/index.ts';
import type { PathMap } from './align.ts';
import { recordedErrors } from './call-errors.ts';
import type { Comparison } from './comparison.ts';
import { runLocked } from './lock.ts';
import { type Plan, planComparison } from './plan.ts';
import { recordRun } from './record.ts';
import { isTensorPart, type Recording, type StoredData, type TensorPart, type Tree } from './recording.ts';
import { decodeRecording, RecordingError } from './recording-file.ts';
import { checkRun, type RunInputs } from './run.ts';
import { unsteadiness } from './unsteady.ts';
import { conclude } from './verdict.ts';

/** Options of {@link compare}. */
export interface CompareOptions {
  /** Paths of b by those of a, for modules with other names: an object, or a function that may return undefined. */
  map?: PathMap;
  /** Accept differences of up to this many local tolerances. Default 1. */
  tolerance?: number;
  /** What messages call the recordings of a and of b: the names of their files. Default 'the first recording' and so on. */
  names?: readonly [ofA: string, ofB: string];
  /** Gives up waiting for an asynchronous model. */
  signal?: AbortSignal;
}

const OPTIONS = {
  map: rule('an object of paths, or a function', (value) => typeof value === 'object' || typeof value === 'function'),
  tolerance: rule('a number above 0', (value) => typeof value === 'number' && value > 0, RangeError),
  names: rule('two strings', (value) => Array.isArray(value) && value.length === 2),
  signal: rule('an AbortSignal', (value) => typeof (value as AbortSignal | null)?.throwIfAborted === 'function'),
};

/** The bytes of a recording. */
type RecordingBytes = Uint8Array | ArrayBuffer;

/** A tensor that a recorded model was called with. */
export interface RecordedInput {
  /** float16 and bfloat16 as bits, in a Uint16Array. */
  readonly data: StoredData;
  readonly shape: number[];
  /** As in safetensors: `F32`, `I64`. */
  readonly dtype: string;
  /** Its name, if the model was called with an object of tensors, or with keyword arguments. */
  readonly name?: string;
}

/** Runs a model with the inputs that another one was recorded with. */
export type RunRecorded<M extends Hookable> = (model: M, inputs: readonly RecordedInput[]) => unknown;

/**
 * Finds the first module of a model, b, that differs from the reference, a: another model, or a recording of one, made in Python
 * for instance. Two models come in this order, `compare(a, b, inputs)`; a recording comes after the model,
 * `compare(b, recordingOfA, inputs)`; of two recordings the first one is the reference.
 *
 * b runs twice: freely, to see which module is which; and locked: the inputs and the output of each module are compared, and then
 * replaced by those of a. So each module shows its own error alone.
 *
 * @param inputs what the models are called with, or a function that runs the model that it is given. With a recording the function
 *   also gets the recorded inputs, in their order
 * @returns the verdict; `String(comparison)` is a report
 * @example
 * const comparison = await compare(net, recording, (net, [x]) => net(tensor(x)));
 * console.log(comparison.verdict, comparison.first?.path);
 * @throws what the right model throws; TypeError or RangeError for other arguments
 */
export async function compare<A extends Hookable, B extends Hookable>(
  a: A,
  b: B,
  inputs: RunInputs<A | B>,
  options?: CompareOptions,
): Promise<Comparison>;
export async function compare<M extends Hookable>(
  b: M,
  recordingOfA: RecordingBytes,
  inputs: Readonly<Parameters<M['forward']>> | RunRecorded<M>,
  options?: CompareOptions,
): Promise<Comparison>;
/** Compares two recordings. Errors pass from module to module in them: faults that are small may be INCONCLUSIVE. */
export async function compare(a: RecordingBytes, b: RecordingBytes, options?: CompareOptions): Promise<Comparison>;
export async function compare(
  first: Hookable | RecordingBytes,
  second: Hookable | RecordingBytes,
  third?: unknown,
  fourth?: CompareOptions,
): Promise<Comparison> {
  const where = 'compare()';
  if (!isHookable(first)) {
    if (isHookable(second)) throw new TypeError(`${where}: ${ORDER}, got ${describe(first)} first`);
    if (!isBytes(first)) throw mismatch(where, 'the model', 'a module, or the bytes of a recording', first);
    const options = checked(where, (third ?? {}) as CompareOptions);
    return compareRecordings(where, first, second as RecordingBytes, options);
  }
  const options = checked(where, fourth ?? {});
  if (isHookable(second)) {
    checkRun(where, first, third);
    checkRun(where, second, third);
    const inputs = third as RunInputs;
    const record = async () => {
      const { recording, failure } = await recordRun(where, first, inputs, { ...options, parameters: true });
      if (failure !== undefined) throw failure.error;
      return recording;
    };
    return compareModel(where, await record(), second, inputs, options, record);
  }
  checkRun(where, first, third);
  let recording: Recording;
  try {
    recording = decodeRecording(where, second, options.names?.[0]);
  } catch (error) {
    if (error instanceof RecordingError) return unreadable(error);
    throw error;
  }
  const run = typeof third === 'function' ? recordedRun(recording, third as RunRecorded<Hookable>) : third;
  return compareModel(where, recording, first, run as RunInputs, options, undefined);
}

const ORDER = 'a model comes before the recording that it is compared with: compare(model, recording, inputs)';

const isBytes = (value: unknown) => value instanceof Uint8Array || value instanceof ArrayBuffer;

function checked(where: string, options: CompareOptions): CompareOptions {
  checkOptions(where, options, OPTIONS);
  return options;
}

function recordedRun<M extends Hookable>(recording: Recording, run: RunRecorded<M>): (model: M) => unknown {
  const root = recording.calls.find(({ path }) => path === '') ?? recording.calls[0];
  const inputs = namedParts(root?.inputs ?? []).map(([name, { tensor, shape }]): RecordedInput => {
    const { data, dtype } = recording.tensors.get(tensor)!;
    return { data, shape: [...shape], dtype, ...(name === undefined ? {} : { name }) };
  });
  return (model) => run(model, inputs);
}

/** The tensors of a tree, each with the key that it has in an object. */
function namedParts(tree: Tree, name?: string): (readonly [string | undefined, TensorPart])[] {
  if (isTensorPart(tree)) return [[name, tree]];
  if (Array.isArray(tree)) return (tree as readonly Tree[]).flatMap((one) => namedParts(one));
  return 'fields' in tree ? Object.entries(tree.fields).flatMap(([key, one]) => namedParts(one, key)) : [];
}

/** A locked run of b. @param recordAgain records a once more */
async function compareModel(
  where: string,
  a: Recording,
  model: Hookable,
  inputs: RunInputs,
  { map, tolerance = 1, signal }: CompareOptions,
  recordAgain: (() => Promise<Recording>) | undefined,
): Promise<Comparison> {
  const outputs = new Map<number, unknown>();
  const how = signal === undefined ? {} : { signal };
  const { recording: b, failure } = await recordRun(where, model, inputs, how, (index, output) =>
    outputs.set(index, output),
  );
  if (signal?.aborted) throw signal.reason;
  const plan = planComparison(a, b, map);
  const trouble = [
    ...troubleOf('a', a),
    ...(failure === undefined ? [] : [`b threw: ${describeError(failure.error)}`]),
  ];
  const { errors, failure: lockedFailure } = await runLocked(where, model, inputs, plan, outputs, signal);
  if (failure === undefined && lockedFailure !== undefined) {
    trouble.push(`b threw with the values of a: ${describeError(lockedFailure.error)}`);
  }
  const comparison = conclude(plan, errors, 'locked', { tolerance, trouble, advice: '' });
  if (comparison.verdict !== 'FAIL') return comparison;
  const next = async () => {
    const { recording } = await recordRun(where, model, inputs, how);
    if (signal?.aborted) throw signal.reason;
    return recording;
  };
  // Two more, since the locked run may have left the state that was there before.
  const second = await next();
  const unsteady =
    unsteadiness(b, second) ??
    unsteadiness(second, await next()) ??
    (recordAgain && unsteadiness(a, await recordAgain()));
  if (unsteady === undefined) return comparison;
  return conclude(plan, errors, 'locked', { tolerance, trouble, advice: '', unsteady });
}

function compareRecordings(
  where: string,
  first: RecordingBytes,
  second: RecordingBytes,
  { map, tolerance = 1, names = ['the first recording', 'the second recording'] }: CompareOptions,
): Comparison {
  let plan: Plan;
  try {
    plan = planComparison(decodeRecording(where, first, names[0]), decodeRecording(where, second, names[1]), map);
  } catch (error) {
    if (error instanceof RecordingError) return unreadable(error);
    throw error;
  }
  const trouble = [...troubleOf('a', plan.a), ...troubleOf('b', plan.b)];
  const advice = 'A locked run can: compare(model, recording, inputs), or layertap diff a.safetensors model.onnx';
  return conclude(plan, recordedErrors(plan), 'free', { tolerance, trouble, advice });
}

const troubleOf = (name: string, { complete, error }: Recording): string[] =>
  complete ? [] : [`the recording of ${name} is not complete: ${error ?? 'its run has not ended'}`];

const unreadable = (error: RecordingError): Comparison =>
  conclude(planComparison(EMPTY, EMPTY), [], 'free', { tolerance: 1, trouble: [error.message], advice: '' });

const EMPTY: Recording = { framework: '', complete: true, calls: [], tensors: new Map(), parameters: new Map() };

import {
  BOOLEAN,
  checkOptions,
  className,
  describeError,
  isThenable,
  type NumericArray,
  readNumbers,
  rule,
} from '../check/index.ts';
import {
  type Hookable,
  optionsOf,
  ownEntries,
  readerOf,
  type Selector,
  select,
  type TensorReader,
} from '../hooks/index.ts';
import type { RecordedCall, Recording, RowNorms, TensorPart, Tree } from './recording.ts';
import { encodeRecording } from './recording-file.ts';
import { checkTarget, type RecordingTarget, writeTo } from './recording-target.ts';
import { checkRun, kindOfModule, type RunInputs, runWithHooks } from './run.ts';
import { TensorStore } from './tensor-store.ts';
import { toTree } from './tree.ts';

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
  to: rule('a path, a file: URL or a WritableStream', () => true),
  parameters: BOOLEAN,
  select: rule('a selector', () => true),
  limit: rule('a number of bytes', (value) => typeof value === 'number' && value >= 0, RangeError),
  signal: rule('an AbortSignal', (value) => typeof (value as AbortSignal | null)?.throwIfAborted === 'function'),
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

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const LIMIT = 1e9;

/** A call while it is recorded. */
type OpenCall = { -readonly [K in keyof RecordedCall]: RecordedCall[K] } & { readonly index: number };

/**
 * Runs a model and records it.
 * @returns the recording, and the error that ended the run, if one did
 * @throws TypeError for a selector that matches nothing, or tensors that cannot be read
 */
export async function recordRun<M extends Hookable>(
  where: string,
  model: M,
  inputs: RunInputs<M>,
  { limit = LIMIT, parameters = false, select: selector, signal }: RecordOptions = {},
): Promise<{ readonly recording: Recording; readonly failure: { readonly error: unknown } | undefined }> {
  const modules: (readonly [string, Hookable])[] =
    selector === undefined ? [...model.namedModules()] : [...select(model, selector)];
  const store = new TensorStore(where, limit);
  const recorder = new CallRecorder(store);
  let failure: { readonly error: unknown } | undefined;
  try {
    await runWithHooks(model, inputs, () => recorder.register(modules), signal);
  } catch (error) {
    failure = { error };
  }
  const calls = await recorder.finish();
  const norms = parameters ? rowNorms(where, modules, store) : new Map<string, RowNorms>();
  const framework = `layertap, ${className(model)}`;
  const complete = failure === undefined;
  const error = failure && describeError(failure.error);
  return { recording: { framework, complete, error, calls, tensors: store.tensors, parameters: norms }, failure };
}

/** Records the calls of modules by their hooks. */
class CallRecorder {
  readonly #store: TensorStore;
  readonly #calls: OpenCall[] = [];
  /** Calls that have started and not ended, by module and the number that the hooks give them. */
  readonly #open: Map<Hookable, Map<number, OpenCall>> = new Map();
  /** The same calls in the order of their starts. */
  readonly #running: OpenCall[] = [];
  readonly #counts: Map<Hookable, number> = new Map();
  readonly #waiting: Promise<void>[] = [];
  #order = 0;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;

  constructor(store: TensorStore) {
    this.#store = store;
  }

  register(modules: readonly (readonly [string, Hookable])[]): void {
    for (const [path, module] of modules) {
      const unsupported = optionsOf(module).unsupported ?? {};
      // What cannot be observed, inside an ONNX If for instance, is not recorded.
      if (unsupported.observer !== undefined) continue;
      module.observe((event) => this.#end(path, module, event.inputs, event.output, event.call, event.reader));
      // Without pre-hooks a call starts when it ends, and its parent is found afterwards.
      if (unsupported['forward-pre'] !== undefined) continue;
      module.registerForwardPreHook((_module, _inputs, call) => this.#start(path, module, call));
    }
  }

  /** The calls, once all tensors have been read. @throws what reading them threw */
  async finish(): Promise<RecordedCall[]> {
    this.#isOver = true;
    await Promise.all(this.#waiting);
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#calls.map(({ index, ...call }) => ({
      ...call,
      parent: call.parent ?? enclosing(this.#calls, index) ?? null,
    }));
  }

  #start(path: string, module: Hookable, call: number): undefined {
    if (this.#isOver) return;
    const open = this.#begin(path, module);
    const ofModule = this.#open.get(module) ?? new Map<number, OpenCall>();
    ofModule.set(call, open);
    this.#open.set(module, ofModule);
    this.#running.push(open);
  }

  #begin(path: string, module: Hookable): OpenCall {
    const count = this.#counts.get(module) ?? 0;
    this.#counts.set(module, count + 1);
    const parent = this.#running.findLast((one) => isBelow(path, one.path));
    const begun: OpenCall = {
      path,
      kind: kindOfModule(module),
      call: count,
      parent: parent?.index ?? null,
      index: this.#calls.length,
      start: this.#order++,
      end: null,
      inputs: [],
      output: { value: null },
    };
    this.#calls.push(begun);
    return begun;
  }

  #end(
    path: string,
    module: Hookable,
    inputs: unknown,
    output: unknown,
    number: number,
    reader: TensorReader | undefined,
  ): void {
    if (this.#isOver) return;
    const ofModule = this.#open.get(module);
    let call = ofModule?.get(number);
    ofModule?.delete(number);
    if (call !== undefined) this.#running.splice(this.#running.indexOf(call), 1);
    else {
      call = this.#begin(path, module);
      call.parent = null;
    }
    call.end = this.#order++;
    try {
      call.inputs = this.#tree(inputs, reader);
      call.output = this.#tree(output, reader);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #tree(value: unknown, reader: TensorReader | undefined): Tree {
    return toTree(value, (one) => {
      if (reader?.is(one) !== true) return undefined;
      const shape = [...reader.shape(one)];
      const values = reader.values(one);
      if (values === undefined) return { value: `a tensor of shape [${shape.join(', ')}] without numbers` };
      if (!isThenable(values)) return this.#store.add(values, shape, one);
      // Filled in when the device has given the values.
      const part = {} as TensorPart;
      const fill = (read: NumericArray | undefined) =>
        void Object.assign(
          part,
          read === undefined ? { value: 'a tensor without numbers' } : this.#store.add(read, shape, one),
        );
      this.#waiting.push(
        Promise.resolve(values)
          .then(fill)
          .catch((error: unknown) => {
            this.#failure ??= { error };
          }),
      );
      return part;
    });
  }
}

/** Whether a path is inside another one, or the same: a module may call itself. */
const isBelow = (path: string, ancestor: string) =>
  ancestor === '' || path === ancestor || path.startsWith(`${ancestor}.`);

/** For a call whose start is unknown: the next one to end of a module around it. */
function enclosing(calls: readonly OpenCall[], index: number): number | undefined {
  const { path, end } = calls[index]!;
  if (path === '' || end === null) return undefined;
  let found: number | undefined;
  for (const [i, other] of calls.entries()) {
    if (other.path === path || !isBelow(path, other.path) || other.end === null || other.end < end) continue;
    if (found === undefined || other.end < calls[found]!.end!) found = i;
  }
  return found;
}

/** The norms of the rows of each module's first weight with rows. */
function rowNorms(
  where: string,
  modules: readonly (readonly [string, Hookable])[],
  store: TensorStore,
): Map<string, RowNorms> {
  const found = new Map<string, RowNorms>();
  for (const [path, module] of modules) {
    const reader = readerOf(module);
    if (reader === undefined) continue;
    for (const [, weight] of ownEntries(module, (value): value is object => reader.is(value))) {
      const [rows = 0, ...inside] = reader.shape(weight);
      const values = reader.values(weight);
      if (inside.length === 0 || values === undefined || isThenable(values)) continue;
      const length = inside.reduce((product, size) => product * size, 1);
      const numbers = readNumbers(where, `the weight of ${path}`, values, weight);
      const norms = Float32Array.from({ length: rows }, (_, row) => {
        let squares = 0;
        for (let i = row * length; i < (row + 1) * length; i++) squares += numbers[i]! ** 2;
        return Math.sqrt(squares);
      });
      found.set(path, { rows: store.add(norms, [rows]).tensor, length });
      break;
    }
  }
  return found;
}

/** @file Changing the outputs of modules: edits, noise, values of another run. */
import {
  BOOLEAN,
  checkOptions,
  describe,
  describeShape,
  isThenable,
  mismatch,
  type Numbers,
  type NumericArray,
  readNumbers,
  rule,
} from '../check/index.ts';
import {
  checkOneKey,
  EDIT_OPS,
  type Edit,
  editFunction,
  ForwardError,
  type Handle,
  type Hookable,
  handleOf,
  isHookable,
  optionsOf,
  registerEditAs,
  Selection,
  type TensorReader,
} from '../hooks/index.ts';
import { Captured } from './captured.ts';
import { normalNumbers } from './noise.ts';
import { partAt, withPart } from './parts.ts';
import { readerThatTells } from './run.ts';
import { sameShape, sizeOf } from './values.ts';

/** What becomes of a tensor in an output. Its shape and type stay the same. */
export type Patch<T = unknown> =
  | Edit<T>
  /**
   * Adds normal noise of this standard deviation. The same seed gives the same noise on every framework, another one for each
   * module of a selection, and another one in each call.
   */
  | { readonly noise: number; readonly seed: number }
  /**
   * Replaces the output by what `capture` kept of the same module: call by call, or by its only captured call in all calls. With
   * `axis` and `indices` only there: one token, one channel.
   */
  | { readonly from: Captured<T>; readonly axis?: number; readonly indices?: readonly number[] };

/** Options of {@link patch}. */
export interface PatchOptions {
  /**
   * Which tensor of an output that has several: the index in an array, or a path such as 'hidden_states.3'. Default: the output is
   * one tensor.
   */
  at?: number | string;
  /** Run before the other hooks of a module. Default false. */
  prepend?: boolean;
}

const WHERE = 'patch()';

const OPTIONS = {
  at: rule(
    "an index, or a path such as 'hidden_states.3'",
    (value) => (typeof value === 'string' && value !== '') || (Number.isSafeInteger(value) && (value as number) >= 0),
  ),
  prepend: BOOLEAN,
};

/**
 * Changes the outputs of a module, or of all modules of a selection, until the handle is removed. Several patches of a module run
 * one after the other, in the order of their registration. Edits are compiled into the graph where the adapter can do that.
 * @example
 * const clean = await capture(net, [x], 'encoder.*');
 * const output = withHooks(
 *   () => patch(select(net, 'encoder.2'), { from: clean }),
 *   () => net(corrupted),
 * );
 * @throws TypeError for what is no module, no selection or no patch, with nothing registered. A patch that does not fit an output
 *   is an error of the call
 */
export function patch<T>(target: Hookable | Selection, edit: Patch<T>, options: PatchOptions = {}): Handle {
  checkOneKey(WHERE, 'the patch', edit, [...EDIT_OPS, 'noise', 'from']);
  checkOptions(WHERE, options, OPTIONS);
  const { at, prepend } = options;
  return registerOnAll(target, (path, module, index) => {
    if (!isOwn(edit) && at === undefined) {
      return registerEditAs(`${WHERE} of ${path || 'the model'}`, module, edit as never, { prepend: prepend ?? false });
    }
    const reader = readerFor(WHERE, path, module);
    const change = isOwn(edit)
      ? ownPatch(edit, path, index, reader, optionsOf(module).memory !== undefined)
      : fixed(editFunction(WHERE, edit, reader));
    const next = change();
    return module.registerForwardHook(
      // A name for lists.
      function patched(_module, _inputs, output) {
        const apply = next();
        if (at === undefined) return apply(oneTensor(reader, output)) as never;
        const part = partAt(WHERE, output, at, (value) => reader.is(value));
        const changed = apply(part);
        return (
          isThenable(changed) ? changed.then((value) => withPart(output, at, value)) : withPart(output, at, changed)
        ) as never;
      },
      { prepend: prepend ?? false },
    );
  });
}

/**
 * Makes a module, or each one of a selection, give its first input, as if it were not there. It computes all the same, and its output
 * is dropped.
 * @example withHooks(() => skip(select(net, 'encoder.3')), () => net(x));
 * @throws as {@link patch}. An input of another shape than the output is an error of the call
 */
export function skip(target: Hookable | Selection): Handle {
  return registerOnAll(target, (path, module) => {
    const reader = readerFor('skip()', path, module);
    return module.registerForwardHook(function skipped(_module, inputs, output) {
      const [input] = inputs as unknown[];
      checkShape('skip()', reader, oneTensor(reader, output), input);
      return input as never;
    });
  });
}

type OwnPatch = Extract<Patch, { noise: number } | { from: unknown }>;

const isOwn = (edit: Patch): edit is OwnPatch => 'noise' in edit || 'from' in edit;

/** @throws TypeError, with nothing registered */
function registerOnAll(
  target: Hookable | Selection,
  register: (path: string, module: Hookable, index: number) => { remove(): void },
): Handle {
  const modules = isHookable(target) ? [['', target] as const] : target instanceof Selection ? [...target] : undefined;
  if (modules === undefined) throw mismatch(WHERE, 'the first argument', 'a module, or what select() gives', target);
  const handles: { remove(): void }[] = [];
  const remove = () => {
    for (const handle of handles.splice(0)) handle.remove();
  };
  try {
    for (const [index, [path, module]] of modules.entries()) handles.push(register(path, module, index));
  } catch (error) {
    remove();
    throw error;
  }
  return handleOf(remove);
}

function readerFor(where: string, path: string, module: Hookable): TensorReader {
  const why = optionsOf(module).unsupported?.forward;
  if (why !== undefined) throw new TypeError(why);
  return readerThatTells(where, path, module);
}

/** For one call, what changes its tensor. */
type Change = (tensor: unknown) => unknown;

const fixed = (change: Change) => () => () => change;

function ownPatch(
  edit: OwnPatch,
  path: string,
  index: number,
  reader: TensorReader,
  isFreed: boolean,
): () => () => Change {
  if ('noise' in edit) {
    checkOptions(WHERE, edit, { noise: STANDARD_DEVIATION, seed: SEED });
    if (edit.seed === undefined) throw mismatch(WHERE, 'seed', SEED.expected, edit.seed);
    needsValues(reader);
    // The golden ratio keeps the seeds of neighbours apart.
    const next = normalNumbers(edit.seed + Math.imul(index, 0x9e3779b9));
    return fixed((tensor) =>
      withNumbers(reader, tensor, (x) =>
        Float64Array.from(x as ArrayLike<number>, (value) => value + edit.noise * next()),
      ),
    );
  }
  const { from, axis, indices } = edit;
  if (!(from instanceof Captured)) throw mismatch(WHERE, 'from', 'what capture() gives', from);
  checkOptions(WHERE, { axis, indices }, { axis: WHOLE, indices: WHOLES });
  if ((axis === undefined) !== (indices === undefined)) throw new TypeError(`${WHERE}: axis and indices go together`);
  if (axis !== undefined) needsValues(reader);
  const calls = from.calls(path);
  if (calls.length === 0) throw new Error(`${WHERE}: nothing was captured of ${path || 'the model'}`);
  return () => {
    let count = 0;
    return () => {
      const call = count++;
      const found = calls.length === 1 ? calls[0] : calls.find((one) => one.call === call);
      return (tensor) => {
        if (found === undefined)
          throw new ForwardError(
            `patch() has no captured value`,
            `got: call ${call}`,
            `expected: the calls ${calls.map((one) => one.call).join(', ')}`,
          );
        checkShape(WHERE, reader, tensor, found.value);
        // Where hooks free what they replace, a replacement is the caller's.
        if (axis === undefined) return isFreed ? reader.keep(found.value) : found.value;
        const kept = reader.values(found.value);
        if (isThenable(kept))
          throw new ForwardError(
            'patch() must read captured values at once',
            'got: a promise',
            'expected: a tensor on the CPU',
          );
        const own = readNumbers(WHERE, 'values', kept, found.value);
        return withNumbers(reader, tensor, (x) => merged(x, own, reader.shape(tensor), axis, indices!));
      };
    };
  };
}

const STANDARD_DEVIATION = rule(
  'a number of at least 0',
  (value) => typeof value === 'number' && value >= 0,
  RangeError,
);
const SEED = rule('a whole number', Number.isSafeInteger);
const WHOLE = rule('a whole number', Number.isSafeInteger);
const WHOLES = rule('an array of whole numbers', (value) => Array.isArray(value) && value.every(Number.isSafeInteger));

function needsValues(reader: TensorReader): void {
  if (reader.withValues !== undefined) return;
  throw new TypeError(
    `${WHERE}: the module must have a TensorReader with withValues(), which makes tensors of numbers`,
  );
}

function withNumbers(reader: TensorReader, tensor: unknown, change: (x: Numbers) => Numbers): unknown {
  const apply = (given: NumericArray | undefined) =>
    reader.withValues!(tensor, change(readNumbers(WHERE, 'the output', given, tensor)));
  const values = reader.values(tensor);
  return isThenable(values) ? values.then(apply) : apply(values);
}

/** x with the values of another at some indices of an axis. */
function merged(
  x: Numbers,
  other: Numbers,
  shape: readonly number[],
  axis: number,
  indices: readonly number[],
): Numbers {
  const from = axis < 0 ? axis + shape.length : axis;
  const size = shape[from];
  if (size === undefined)
    throw new ForwardError(
      'patch() needs the axis',
      `got: ${describeShape(shape)}`,
      `expected: an output with axis ${axis}`,
    );
  const wrong = indices.find((index) => index < -size || index >= size);
  if (wrong !== undefined)
    throw new ForwardError('patch() needs the index', `got: index ${wrong}`, `expected: indices below ${size}`);
  const chosen = new Set(indices.map((index) => (index < 0 ? index + size : index)));
  const inner = sizeOf(shape.slice(from + 1));
  return Float64Array.from(x as ArrayLike<number>, (value, i) =>
    chosen.has(Math.floor(i / inner) % size) ? other[i]! : value,
  );
}

function oneTensor(reader: TensorReader, output: unknown): unknown {
  if (reader.is(output)) return output;
  throw new ForwardError(
    'a patch needs a tensor',
    `got: ${describe(output)}`,
    "expected: one tensor as the output, or the option at: 0 or 'hidden_states.3'",
  );
}

function checkShape(where: string, reader: TensorReader, output: unknown, other: unknown): void {
  const shape = reader.shape(output);
  if (reader.is(other) && sameShape(reader.shape(other), shape)) return;
  const came = reader.is(other) ? describeShape(reader.shape(other)) : describe(other);
  throw new ForwardError(`${where} must not change the shape`, `got: ${came}`, `expected: ${describeShape(shape)}`);
}

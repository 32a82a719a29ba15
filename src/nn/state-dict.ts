/** @file Loading parameters: all or nothing, with PyTorch's texts for everything that does not fit. */
import { BOOLEAN, checkOptions, className, describe, isPlainObject, readNumbers, typeName } from '../check/index.ts';
import { type Hookable, namedModules } from '../hooks/index.ts';
import { type Parameter, replaceValues } from './parameter.ts';
import { Tensor, type TensorLike, valuesOf } from './tensor.ts';

/**
 * A tensor to load. Values are rounded to float32. A `dtype` or `type` beside them may declare a Uint16Array as bits of
 * `float16` or `torch.bfloat16` or `F16`; types that the array cannot hold are refused.
 */
export interface StateDictTensor {
  readonly data:
    | TensorLike['data']
    | Float64Array
    | Int8Array
    | Int16Array
    | Int32Array
    | BigInt64Array
    | Uint8Array
    | Uint16Array
    | Uint32Array
    | BigUint64Array;
  readonly shape: readonly number[];
}

/** Tensors by the path of their parameter. Unexpected entries are not read. */
export type StateDict = ReadonlyMap<string, StateDictTensor> | Readonly<Record<string, StateDictTensor>>;

/** The keys in which a state dict and a module differ. */
export interface IncompatibleKeys {
  /** Paths of parameters that have no entry. */
  missingKeys: string[];
  /** Keys that have no parameter. */
  unexpectedKeys: string[];
}

/** The part of a Module that loading needs. */
interface HasParameters extends Hookable {
  namedParameters(options: { removeDuplicate: boolean }): Iterable<[string, Parameter]>;
}

export function loadStateDict(
  root: HasParameters,
  stateDict: StateDict,
  options: { strict?: boolean },
): IncompatibleKeys {
  checkOptions('loadStateDict()', options, { strict: BOOLEAN });
  const { strict = true } = options;
  const given = entriesOf(stateDict);
  for (const key of given.keys() as Iterable<unknown>) {
    if (typeof key === 'string') continue;
    throw new TypeError(`loadStateDict(): a key must be the path of a parameter, got ${describe(key)}`);
  }
  const parameters = new Map(root.namedParameters({ removeDuplicate: false }));
  const missingKeys = [...parameters.keys()].filter((key) => !given.has(key));
  const unexpectedKeys = inTreeOrder(
    root,
    [...given.keys()].filter((key) => !parameters.has(key)),
  );

  const problems: string[] = [];
  if (strict && missingKeys.length > 0) problems.push(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `);
  if (strict && unexpectedKeys.length > 0)
    problems.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `);
  const copies: [Parameter, Float32Array][] = [];
  for (const [key, parameter] of parameters) {
    if (!given.has(key)) continue;
    const value = given.get(key);
    const shape = shapeOf(value);
    if (shape === undefined) {
      problems.push(notTensor(key, value));
      continue;
    }
    // PyTorch 0.3 had no scalars and stored them with shape [1].
    const expected = parameter.shape.length === 0 && shape.length === 1 ? [1] : parameter.shape;
    if (shape.join() !== expected.join()) {
      problems.push(
        `size mismatch for ${key}: copying a param with shape ${size(shape)} from checkpoint, the shape in current model is ${size(parameter.shape)}.`,
      );
      continue;
    }
    try {
      // Copied before anything is assigned, so that even out of memory nothing has changed.
      const data = toFloat32(key, value as StateDictTensor);
      if (data === undefined) problems.push(notTensor(key, value));
      else if (data.length === parameter.size) copies.push([parameter, data]);
      else problems.push(`"${key}" must hold ${parameter.size} values for shape ${size(shape)}, got ${data.length}`);
    } catch (error) {
      problems.push(
        `While copying the parameter named "${key}", whose dimensions in the model are ${size(parameter.shape)} and whose dimensions in the checkpoint are ${size(shape)}, an exception occurred : ${(error as Error)?.message ?? error}.`,
      );
    }
  }
  if (problems.length > 0) {
    throw new Error(`Error(s) in loading state_dict for ${className(root)}:\n\t${problems.join('\n\t')}`);
  }
  for (const [parameter, data] of copies) replaceValues(parameter, data);
  return { missingKeys, unexpectedKeys };
}

function entriesOf(stateDict: StateDict): ReadonlyMap<string, unknown> {
  if (stateDict instanceof Map) return new Map(stateDict);
  if (isPlainObject(stateDict)) return new Map(Object.entries(stateDict));
  throw new TypeError(
    `Expected state_dict to be dict-like, got ${typeName(stateDict)}\n  expected: a Map or a plain object, such as readSafetensors(bytes) gives`,
  );
}

/** Read once, as the data are: a getter may return another value the next time. */
function shapeOf(value: unknown): readonly number[] | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { shape } = value as Partial<StateDictTensor>;
  return Array.isArray(shape) ? shape : undefined;
}

/** A copy of the values, each rounded once; undefined for anything but a typed array of numbers. */
function toFloat32(key: string, value: StateDictTensor): Float32Array | undefined {
  const data = value instanceof Tensor ? valuesOf(value) : value.data;
  if (!ArrayBuffer.isView(data) || data instanceof DataView) return undefined;
  const numbers = readNumbers('loadStateDict()', `the data of "${key}"`, data, value);
  if (typeof data[0] === 'bigint') return Float32Array.from(data as unknown as ArrayLike<bigint>, fromBigInt);
  return new Float32Array(numbers as ArrayLike<number>);
}

/** A float64 that rounds to the right float32: the low bits of a long integer become one sticky bit. */
function fromBigInt(value: bigint): number {
  if (value === BigInt.asIntN(53, value)) return Number(value);
  return Number((value >> 11n) | (value & 0x7ffn ? 1n : 0n)) * 2048;
}

const notTensor = (key: string, value: unknown): string =>
  `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${typeName(value)}`;

/** Keys in PyTorch's order: by the deepest module whose path they start with, in the order of the tree. */
function inTreeOrder(root: Hookable, keys: readonly string[]): string[] {
  const paths = [...namedModules(root, { removeDuplicate: false })].map(([path]) => path);
  const owner = (key: string) => {
    let [deepest, length] = [0, -1];
    paths.forEach((path, i) => {
      if (path.length > length && (path === '' || key.startsWith(`${path}.`))) [deepest, length] = [i, path.length];
    });
    return deepest;
  };
  const owners = new Map(keys.map((key) => [key, owner(key)]));
  return [...keys].sort((a, b) => owners.get(a)! - owners.get(b)!);
}

const quoted = (keys: readonly string[]) => keys.map((key) => `"${key}"`).join(', ');
const size = (shape: readonly number[]) => `torch.Size([${shape.join(', ')}])`;

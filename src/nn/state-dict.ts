/** @file Loading parameters: everything is checked first, in PyTorch's words, and only then is anything assigned. */
import { checkOptions, className, describe, namedModules, typeName } from '../hooks/index.ts';
import type { Module } from './module.ts';
import { type Parameter, replaceValues } from './parameter.ts';
import type { TensorLike } from './tensor.ts';

/** Tensors by the path of their parameter. */
export type StateDict = ReadonlyMap<string, TensorLike> | Readonly<Record<string, TensorLike>>;

export interface IncompatibleKeys {
  /** Parameters that the state dict does not have. */
  missingKeys: string[];
  /** Keys for which there is no parameter. */
  unexpectedKeys: string[];
}

export function loadStateDict(root: Module, stateDict: StateDict, options: { strict?: boolean }): IncompatibleKeys {
  checkOptions('loadStateDict()', options, ['strict']);
  const { strict = true } = options;
  if (typeof strict !== 'boolean') {
    throw new TypeError(`loadStateDict(): option "strict" must be true or false, got ${describe(strict)}`);
  }
  const given = entriesOf(stateDict);
  for (const key of given.keys() as Iterable<unknown>) {
    if (typeof key === 'string') continue;
    throw new TypeError(`loadStateDict(): the keys must be paths of parameters, got ${describe(key)}`);
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
    const value = tensorOf(given.get(key));
    if (value === undefined) {
      problems.push(
        `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${typeName(given.get(key))}`,
      );
    } else if (value.shape.join() !== parameter.shape.join()) {
      problems.push(
        `size mismatch for ${key}: copying a param with shape ${size(value.shape)} from checkpoint, the shape in current model is ${size(parameter.shape)}.`,
      );
    } else if (value.data.length !== parameter.size) {
      problems.push(`"${key}" has shape ${size(value.shape)}, but ${value.data.length} values`);
    } else {
      // Copied before anything is assigned: even where memory runs out, nothing has changed.
      copies.push([parameter, new Float32Array(value.data)]);
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
  const prototype = stateDict === null || typeof stateDict !== 'object' ? undefined : Object.getPrototypeOf(stateDict);
  if (prototype === Object.prototype || prototype === null) return new Map(Object.entries(stateDict));
  throw new TypeError(
    `Expected state_dict to be dict-like, got ${typeName(stateDict)}\n  expected: a Map or a plain object`,
  );
}

/** The parts of a tensor, each read once: a getter may give another answer the next time. */
function tensorOf(value: unknown): { data: Float32Array; shape: readonly number[] } | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { data, shape } = value as Partial<TensorLike>;
  return data instanceof Float32Array && Array.isArray(shape) ? { data, shape } : undefined;
}

/**
 * Keys that nobody expects, in PyTorch's order: each belongs to the deepest module whose path it starts with, and the
 * modules come in the order of the tree.
 */
function inTreeOrder(root: Module, keys: readonly string[]): string[] {
  const paths = [...namedModules(root, { removeDuplicate: false })].map(([path]) => path);
  const owner = (key: string) => {
    let [deepest, length] = [0, -1];
    paths.forEach((path, i) => {
      if (path.length > length && (path === '' || key.startsWith(`${path}.`))) [deepest, length] = [i, path.length];
    });
    return deepest;
  };
  return keys
    .map((key) => ({ key, owner: owner(key) }))
    .sort((a, b) => a.owner - b.owner)
    .map(({ key }) => key);
}

const quoted = (keys: readonly string[]) => keys.map((key) => `"${key}"`).join(', ');
const size = (shape: readonly number[]) => `torch.Size([${shape.join(', ')}])`;

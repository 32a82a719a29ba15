/** @file The values inside the inputs and outputs of calls: as trees that can be written, and with other tensors. */
import { describe, isPlainObject, quote } from '../check/index.ts';
import type { Tree } from './recording.ts';
import { DEEPEST_TREE } from './recording-file.ts';

const LONGEST_TEXT = 200;

/**
 * A value as a tree. Arrays, Maps, Sets and objects are searched for tensors; what else is in them is kept if JSON has it, or
 * described.
 * @param tensorTree gives the tree of a tensor; undefined for a value that is none
 */
export function toTree(value: unknown, tensorTree: (value: unknown) => Tree | undefined): Tree {
  const above = new Set<object>();
  const look = (one: unknown): Tree => {
    const tensor = tensorTree(one);
    if (tensor !== undefined) return tensor;
    if (!isContainer(one) || above.has(one) || above.size >= DEEPEST_TREE) return plainTree(one);
    above.add(one);
    try {
      if (Array.isArray(one) || one instanceof Set) return [...one].map(look);
      const fields = [...fieldsOf(one)].map(([key, part]) => [key, look(part)] as const);
      // An object of a class is described, unless it holds tensors.
      if (!isPlainObject(one) && !(one instanceof Map) && !fields.some(([, tree]) => hasTensor(tree))) {
        return plainTree(one);
      }
      return { fields: Object.fromEntries(fields) };
    } finally {
      above.delete(one);
    }
  };
  return look(value);
}

/**
 * A value with other tensors inside: arrays, Maps, Sets and objects around them are copied, and the rest is the same.
 * @param next gives the replacement of a tensor, or the tensor itself; called in the order of {@link toTree}
 */
export function withTensors(
  value: unknown,
  isTensor: (value: unknown) => boolean,
  next: (tensor: unknown) => unknown,
): unknown {
  const above = new Set<object>();
  const look = (one: unknown): unknown => {
    if (isTensor(one)) return next(one);
    if (!isContainer(one) || above.has(one) || above.size >= DEEPEST_TREE) return one;
    above.add(one);
    try {
      if (Array.isArray(one)) return sameOr(one, one.map(look));
      if (one instanceof Set) return new Set([...one].map(look));
      const entries = [...fieldsOf(one)];
      const parts = entries.map(([, part]) => look(part));
      if (parts.every((part, i) => part === entries[i]![1])) return one;
      const changed = entries.map(([key], i) => [key, parts[i]] as const);
      if (one instanceof Map) return new Map([...one.keys()].map((key, i) => [key, parts[i]]));
      return Object.assign(Object.create(Object.getPrototypeOf(one)), one, Object.fromEntries(changed));
    } finally {
      above.delete(one);
    }
  };
  return look(value);
}

const sameOr = (before: readonly unknown[], after: readonly unknown[]) =>
  after.every((part, i) => part === before[i]) ? before : after;

const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

function* fieldsOf(container: object): Generator<readonly [string, unknown]> {
  if (container instanceof Map) {
    for (const [key, part] of container) yield [typeof key === 'string' ? key : describe(key), part];
    return;
  }
  for (const key of Object.keys(container)) {
    let part: unknown;
    try {
      part = (container as Record<string, unknown>)[key];
    } catch {
      // A stream's stand-in, whose members throw.
      continue;
    }
    yield [key, part];
  }
}

const hasTensor = (tree: Tree): boolean => {
  if (Array.isArray(tree)) return (tree as readonly Tree[]).some(hasTensor);
  return 'tensor' in tree || ('fields' in tree && Object.values(tree.fields).some(hasTensor));
};

function plainTree(value: unknown): Tree {
  if (value === null || typeof value === 'boolean') return { value };
  if (typeof value === 'number' && Number.isFinite(value)) return { value };
  if (typeof value === 'string') return { value: value.length > LONGEST_TEXT ? quote(value, LONGEST_TEXT) : value };
  return { value: describe(value) };
}

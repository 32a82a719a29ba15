/** @file Where the values of a tensor lie, and how they are reached from there. */
import type { Backend, Core, Tensor } from './framework.ts';

/** Backends whose tensors JavaScript can read at once. Elsewhere reading waits for the device. */
const SYNCHRONOUS: readonly string[] = ['cpu', 'wasm', 'tensorflow'];

const synchronous = new WeakMap<Backend, boolean>();

/** Whether a tensor can be read at once: by its own backend, which need not be the one that computes now. */
export function isSynchronous(core: Core, tensor: Tensor): boolean {
  const backend = backendOf(core, tensor);
  if (backend === undefined) return SYNCHRONOUS.includes(core.getBackend());
  let known = synchronous.get(backend);
  if (known === undefined) {
    const { registry = {} } = core.engine;
    const name = Object.keys(registry).find((one) => registry[one] === backend) ?? core.getBackend();
    known = SYNCHRONOUS.includes(name);
    synchronous.set(backend, known);
  }
  return known;
}

/**
 * The values of a tensor where the wasm backend has them: `dataSync` would copy them. To be read at once and let go, since
 * the next operation may free them, and memory that grows leaves the view behind empty.
 * @returns undefined for tensors of other backends
 */
export function inPlace(core: Core, tensor: Tensor): ArrayLike<number> | undefined {
  const backend = backendOf(core, tensor);
  if (typeof backend?.typedArrayFromHeap !== 'function' || backend.dataIdMap?.has?.(tensor.dataId) !== true) {
    return undefined;
  }
  try {
    return backend.typedArrayFromHeap(tensor);
  } catch {
    // Another thread has made the memory grow: this one does not see the new part yet.
    return undefined;
  }
}

function backendOf({ engine }: Core, tensor: Tensor): Backend | undefined {
  return engine.state?.tensorInfo?.get(tensor.dataId)?.backend;
}

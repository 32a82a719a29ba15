/** @file Models and layers that have been disposed of: hooks there would never fire again, or on freed weights. */
import type { Layer, TfjsGraphModelLike } from './framework.ts';

/** @throws TypeError that begins with `what`, for a layer or model that has been disposed of */
export function checkLayer(what: string, layer: Layer): void {
  if (layer._refCount !== 0 && !layer.weights.some(isGone)) return;
  throw new TypeError(`${what} has been disposed of`);
}

/** @throws TypeError that begins with `what`, for a GraphModel that has been disposed of */
export function checkGraph(what: string, model: TfjsGraphModelLike): void {
  const { weights } = model as { weights?: Record<string, { isDisposed: boolean }[]> };
  if (!Object.values(weights ?? {}).some((tensors) => tensors.some(({ isDisposed }) => isDisposed))) return;
  throw new TypeError(`${what} has been disposed of`);
}

function isGone(weight: { read(): { isDisposed: boolean } }): boolean {
  try {
    return weight.read().isDisposed;
  } catch {
    return true;
  }
}

/** @file Models and layers that have been disposed of: hooks there would never fire again, or on freed weights. */
import type { Layer, TfjsGraphModelLike } from './framework.ts';
import type { GraphEditor } from './graph-editor.ts';

/** @throws TypeError that begins with `what`, for a layer or model that has been disposed of */
export function checkLayer(what: string, layer: Layer): void {
  if (layer._refCount !== 0 && !layer.weights.some(isGone)) return;
  throw new TypeError(`${what} has been disposed of`);
}

/** @throws TypeError that begins with `what`, for a GraphModel that has been disposed of, or loaded again since it was wrapped */
export function checkGraph(what: string, model: TfjsGraphModelLike, places?: GraphEditor): void {
  if (places?.isCurrent() === false) {
    throw new TypeError(
      `${what} has been loaded again, with other nodes\n  expected: what wrapTfjs() gives for it now`,
    );
  }
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

/** For an observer that reads a tensor when its call has ended: tfjs does not say why it is gone. */
export function explainError(cause: unknown): string | undefined {
  if (!/^Tensor is disposed\.?$/.test(String((cause as Partial<Error> | undefined)?.message))) return undefined;
  return 'expected: module.keep(output), taken before the observer waits: tfjs frees the tensors of a call when it ends';
}

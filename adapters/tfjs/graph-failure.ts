/**
 * @file A run of a graph in which a hook on a node threw. In `executeAsync` no tidy is around the nodes: what had been
 * computed until then would stay for ever, and so would what asynchronous nodes give later.
 */
import type { Tensor } from './framework.ts';
import type { GraphEditor, OpCall, TensorMap } from './graph-editor.ts';
import type { GraphRuns } from './graph-runs.ts';

const failed = new WeakSet<TensorMap>();

/** Whether a hook on another node has thrown in the same run: nothing more is to be computed in it. */
export function hasFailed({ tensorMap }: OpCall): boolean {
  return tensorMap !== undefined && failed.has(tensorMap);
}

/**
 * Ends a run: what it has computed is disposed of, and what it was given is not.
 * @param node what the node got from tfjs-converter, in whose place a hook threw
 * @returns a promise that rejects with the error, in executeAsync: other nodes may be waiting, and tfjs waits for all of
 *   them only where this is one
 * @throws the error, in execute: the tidy around it disposes of the rest
 */
export function failRun(runs: GraphRuns, places: GraphEditor, node: OpCall, error: unknown): Promise<never> {
  const { tensorMap, context } = node;
  if (!runs.isAsynchronous || tensorMap === undefined) throw error;
  failed.add(tensorMap);
  const given = givenTensors(runs, places, tensorMap);
  const dispose = (tensors: TensorMap[string]) => {
    for (const tensor of tensors ?? []) {
      if (tensor !== null && tensor !== undefined && tensor.kept !== true && !given.has(tensor)) tensor.dispose();
    }
  };
  // tfjs goes on until all nodes that are ready have run, without waiting for anything.
  queueMicrotask(() => {
    context?.dispose?.(new Set([...given].map(({ id }) => id)));
    for (const tensors of Object.values(tensorMap)) dispose(tensors);
    disposeLater(tensorMap, dispose);
  });
  return Promise.reject(error);
}

/** Disposes of what asynchronous nodes still write into a map, after the node that wrote it has read it. */
function disposeLater(tensorMap: TensorMap, dispose: (tensors: TensorMap[string]) => void): void {
  const writes: ProxyHandler<TensorMap> = {
    set(_target, name, value, receiver) {
      queueMicrotask(() => dispose(value));
      return Reflect.defineProperty(receiver, name, { value, writable: true, enumerable: true, configurable: true });
    },
  };
  Object.setPrototypeOf(tensorMap, new Proxy({}, writes));
}

/** What a run has not computed: weights, and what any run under way was given, by the user or by the model. */
function givenTensors(runs: GraphRuns, { nodes }: GraphEditor, tensorMap: TensorMap): Set<Tensor> {
  const given = new Set<Tensor>(runs.inputs());
  for (const [name, tensors] of Object.entries(tensorMap)) {
    if (!/^(Const|Placeholder(WithDefault)?)$/.test(nodes.get(name)?.op ?? '')) continue;
    for (const tensor of tensors ?? []) if (tensor !== null && tensor !== undefined) given.add(tensor);
  }
  return given;
}

/**
 * @file Hooks inside a GraphModel by public API alone: the graph is rewritten before tfjs loads it. A node of layertap's
 * follows every hookable node from the beginning, and clones its inputs until it is hooked.
 *
 *     as saved:  a ──→ X ──→ consumers          as loaded:  a ──→ X/before_hooks ──→ X (ours) ──→ consumers
 *                                                             └───────────────────────↑
 */
import { describe, replaceProperty } from '../../src/adapter.ts';
import type { Tensor, TfjsGraphModelLike } from './framework.ts';
import {
  type Attributes,
  BEFORE_HOOKS,
  declaredOutputs,
  type GraphEditor,
  isHookableOp,
  type NodeFn,
  type NodeInfo,
} from './graph-editor.ts';
import type { OpRegistry } from './graph-rewriting.ts';
import type { GraphRuns } from './graph-runs.ts';

/** The tfjs namespace, with what loads a GraphModel of the type `M`. */
export interface TfjsLoader<M extends TfjsGraphModelLike> {
  // biome-ignore-start lint/suspicious/noExplicitAny: tfjs's own types of handlers and options fit no structural ones
  loadGraphModel(source: any, options?: any): Promise<M>;
  registerOp(name: string, run: any): void;
  readonly io: {
    getLoadHandlers(source: string, options?: any): any[];
    getSaveHandlers(target: string): any[];
    browserHTTPRequest(source: string, options?: any): any;
  };
  // biome-ignore-end lint/suspicious/noExplicitAny: as above
}

/** A tf.io.IOHandler that loads. */
export interface TfjsLoadHandler {
  // biome-ignore lint/suspicious/noExplicitAny: as in TfjsLoader
  load?(): any;
}

/** A node of a GraphDef, as TensorFlow.js's converter writes it. */
interface SavedNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Attributes & { readonly fused_ops?: { list?: { s?: readonly string[] } } };
}

interface Topology {
  readonly node: readonly SavedNode[];
}

interface Artifacts {
  readonly modelTopology: Topology;
  readonly signature?: { outputs?: Record<string, { name?: string }> };
  readonly userDefinedMetadata?: { signature?: Artifacts['signature'] };
}

/** The op of all inserted nodes. */
const HOOK_OP = 'layertap/hook_point';

/** The functions of the inserted nodes that are hooked, by their ids. */
const nodeFns = new Map<number, NodeFn>();
let ids = 0;

const editors = new WeakMap<object, (runs: GraphRuns) => GraphEditor>();

/** The editor of a model that `loadTfjsGraph` has loaded. */
export function preparedEditor(model: object, runs: GraphRuns): GraphEditor | undefined {
  return editors.get(model)?.(runs);
}

/**
 * Loads a GraphModel so that `wrapTfjs` can hook its nodes by tfjs's public API alone. Use it if `wrapTfjs` says that it
 * cannot reach into the loaded models of this tfjs; otherwise `tf.loadGraphModel` is enough. Every node costs a clone of
 * its output, hooked or not. `save()` of the model writes the original graph.
 * @param tf as for `wrapTfjs`
 * @param source an address, or a tf.io handler
 * @param options those of `tf.loadGraphModel`; `fromTFHub` excepted
 * @throws TypeError if tf has no loadGraphModel or registerOp; whatever loading throws
 * @example
 * const model = await loadTfjsGraph(tf, 'model.json');
 * const net = wrapTfjs(tf, model);
 */
export async function loadTfjsGraph<M extends TfjsGraphModelLike>(
  tf: TfjsLoader<M>,
  source: string | TfjsLoadHandler,
  options: object = {},
): Promise<M> {
  for (const name of ['loadGraphModel', 'registerOp', 'io'] as const) {
    if (tf?.[name] === undefined) {
      throw new TypeError(
        `loadTfjsGraph(): the first argument must be tfjs, with its tfjs-converter; it has no ${name}\n` +
          '  expected: @tensorflow/tfjs, or { ...core, ...converter } of tfjs-core and tfjs-converter',
      );
    }
  }
  const handler = typeof source === 'string' ? handlerOf(tf.io, source, options) : source;
  if (typeof handler?.load !== 'function') {
    throw new TypeError(
      `loadTfjsGraph(): the source must be an address or a tf.io handler with a method load, got ${describe(source)}`,
    );
  }
  // Before the model is loaded: tfjs copies ops into it.
  (tf as unknown as OpRegistry).registerOp(HOOK_OP, (call) => {
    const { inputs, attrs } = call;
    const outputs = inputs.slice(0, attrs.outputs as number) as Tensor[];
    const fn = nodeFns.get(attrs.id as number);
    if (fn === undefined) return outputs.map((output) => output.clone());
    return fn(inputs.slice(outputs.length) as Tensor[], outputs, call);
  });
  let topology: Topology | undefined;
  let editor: ((runs: GraphRuns) => GraphEditor) | undefined;
  const load = async () => {
    const artifacts = (await handler.load!()) as Artifacts;
    if (!Array.isArray(artifacts?.modelTopology?.node)) {
      throw new TypeError(
        `loadTfjsGraph(): the model has no graph\n  got: ${describe(artifacts?.modelTopology ?? artifacts)}\n` +
          '  expected: a modelTopology with its nodes, as tfjs-converter writes it',
      );
    }
    topology = artifacts.modelTopology;
    const signature = artifacts.userDefinedMetadata?.signature ?? artifacts.signature;
    const prepared = insertHookNodes(topology.node, signature);
    editor = prepared.editor;
    return { ...artifacts, modelTopology: { ...topology, node: prepared.nodes } };
  };
  const model = await tf.loadGraphModel({ load }, options);
  editors.set(model, editor!);
  saveOriginal(tf.io, model as M & Saver, topology!);
  return model;
}

type Io = TfjsLoader<TfjsGraphModelLike>['io'];

/** Finds the handler as tf.loadGraphModel does. */
function handlerOf(io: Io, source: string, options: object): TfjsLoadHandler {
  const found = 'requestInit' in options ? [] : io.getLoadHandlers(source, options);
  return found[0] ?? io.browserHTTPRequest(source, options);
}

/** A model, or a tf.io.IOHandler that saves. */
interface Saver {
  save(target: unknown, config?: object): Promise<unknown>;
}

function saveOriginal(io: Io, model: Saver, modelTopology: Topology): void {
  const { save } = model;
  replaceProperty(model, 'save', (target: unknown, config?: object) => {
    const found = typeof target === 'string' ? io.getSaveHandlers(target) : [target];
    const handler = (found.length === 1 ? found[0] : undefined) as Saver | undefined;
    // tfjs has its own error for an invalid target.
    if (typeof handler?.save !== 'function') return save.call(model, target, config);
    return save.call(model, { save: (artifacts: object) => handler.save({ ...artifacts, modelTopology }) }, config);
  });
}

function insertHookNodes(
  saved: readonly SavedNode[],
  signature: Artifacts['signature'],
): { nodes: SavedNode[]; editor: (runs: GraphRuns) => GraphEditor } {
  const counts = outputCounts(saved, signature);
  const infos = new Map<string, NodeInfo>();
  const idOf = new Map<string, number>();
  const nodes = saved.flatMap((node): SavedNode[] => {
    const { name, op, input = [] } = node;
    infos.set(name, { name, op, inputs: input, fusedOps: fusedOps(node) });
    if (!isHookableOp(op)) return [node];
    const id = ids++;
    idOf.set(name, id);
    const rawName = name + BEFORE_HOOKS;
    const outputs = Array.from({ length: counts.get(name) ?? 1 }, (_, i) => (i === 0 ? rawName : `${rawName}:${i}`));
    const attr = { id: { i: String(id) }, outputs: { i: String(outputs.length) } };
    // Control inputs have no tensor.
    const received = input.filter((from) => !from.startsWith('^'));
    return [{ ...node, name: rawName }, { name, op: HOOK_OP, input: [...outputs, ...received], attr } as SavedNode];
  });
  const editor = (runs: GraphRuns): GraphEditor => ({
    nodes: infos,
    isCurrent: () => true,
    insertAfter(name, fn) {
      const id = idOf.get(name)!;
      const unwatch = runs.watch();
      nodeFns.set(id, fn);
      return () => {
        nodeFns.delete(id);
        unwatch();
      };
    },
  });
  return { nodes, editor };
}

/** The number of outputs of each node. A custom op has as many as consumers or the signature name: `name:2` is the third. */
function outputCounts(nodes: readonly SavedNode[], signature: Artifacts['signature']): Map<string, number> {
  const counts = new Map(nodes.map(({ name, op, attr }) => [name, declaredOutputs(op, attr)]));
  const see = (reference: string) => {
    const [name, index = '0'] = reference.split(':');
    counts.set(name!, Math.max(counts.get(name!) ?? 1, Number(index) + 1));
  };
  for (const { input = [] } of nodes) input.forEach(see);
  for (const { name } of Object.values(signature?.outputs ?? {})) if (name !== undefined) see(name);
  return counts;
}

/** Saved as base64: `Qmlhc0FkZA==` is BiasAdd, which tfjs calls biasadd. */
function fusedOps({ attr }: SavedNode): readonly string[] {
  return (attr?.fused_ops?.list?.s ?? []).map((text) => atob(text).toLowerCase());
}

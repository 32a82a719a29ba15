/**
 * @file Hooks inside a GraphModel by public API alone: the graph is rewritten before tfjs loads it. Behind every node that
 * can be hooked stands one of ours from the beginning, which passes on what it gets until somebody hooks it.
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

const OP = 'layertap/place';

/** What runs in our nodes that somebody hooks, by their numbers. */
const running = new Map<number, NodeFn>();
let ids = 0;

const prepared = new WeakMap<object, GraphEditor>();

/** The places of a model that `loadTfjsGraph` has loaded. */
export function preparedEditor(model: object, runs: GraphRuns): GraphEditor | undefined {
  const places = prepared.get(model);
  return (
    places && {
      ...places,
      hook(name, run) {
        const end = runs.watch();
        const remove = places.hook(name, run);
        return () => {
          remove();
          end();
        };
      },
    }
  );
}

/**
 * Loads a GraphModel so that `wrapTfjs` can hook its nodes by tfjs's public API alone. It is for a tfjs whose loaded models
 * `wrapTfjs` cannot reach into, which it says; elsewhere `tf.loadGraphModel` is enough. Every node costs a clone of its
 * output, hooked or not. `save()` of the model writes it as it was.
 * @param tf as for `wrapTfjs`
 * @param source an address, or a tf.io handler
 * @param options those of `tf.loadGraphModel`; `fromTFHub` excepted
 * @throws TypeError where tf has no loadGraphModel or registerOp; what loading throws
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
  const handler = typeof source === 'string' ? handlerOf(tf, source, options) : source;
  if (typeof handler?.load !== 'function') {
    throw new TypeError('loadTfjsGraph(): an address or a tf.io handler expected, with a method load');
  }
  // tfjs copies what an op is when it loads a graph, so ours comes first.
  (tf as unknown as OpRegistry).registerOp(OP, (node) => {
    const { inputs, attrs } = node;
    const outputs = inputs.slice(0, attrs.outputs as number) as Tensor[];
    const run = running.get(attrs.id as number);
    if (run === undefined) return outputs.map((output) => output.clone());
    return run(inputs.slice(outputs.length) as Tensor[], outputs, node);
  });
  let topology: Topology | undefined;
  let places: GraphEditor | undefined;
  const load = async () => {
    const artifacts = (await handler.load!()) as Artifacts;
    if (!Array.isArray(artifacts?.modelTopology?.node)) {
      throw new TypeError(
        `loadTfjsGraph(): the model has no graph\n  came: ${describe(artifacts?.modelTopology ?? artifacts)}\n` +
          '  expected: a modelTopology with its nodes, as tfjs-converter writes it',
      );
    }
    topology = artifacts.modelTopology;
    const { nodes, rewritten } = insertHookNodes(
      topology.node,
      artifacts.userDefinedMetadata?.signature ?? artifacts.signature,
    );
    places = nodes;
    return { ...artifacts, modelTopology: { ...topology, node: rewritten } };
  };
  const model = await tf.loadGraphModel({ load }, options);
  prepared.set(model, places!);
  saveAsItWas(tf, model as M & Saver, topology!);
  return model;
}

/** As tf.loadGraphModel finds it. */
function handlerOf<M extends TfjsGraphModelLike>(
  { io }: TfjsLoader<M>,
  source: string,
  options: object,
): TfjsLoadHandler {
  const found = 'requestInit' in options ? [] : io.getLoadHandlers(source, options);
  return found[0] ?? io.browserHTTPRequest(source, options);
}

interface Saver {
  save(target: string | SaveHandler, config?: object): Promise<unknown>;
}

interface SaveHandler {
  save(artifacts: object): Promise<unknown>;
}

function saveAsItWas<M extends TfjsGraphModelLike>({ io }: TfjsLoader<M>, model: Saver, modelTopology: Topology): void {
  const { save } = model;
  replaceProperty(model, 'save', (target: string | SaveHandler, config?: object) => {
    const found = typeof target === 'string' ? (io.getSaveHandlers(target) as SaveHandler[]) : [target];
    const handler = found.length === 1 ? found[0] : undefined;
    // tfjs has its own words for what is no target.
    if (typeof handler?.save !== 'function') return save.call(model, target, config);
    return save.call(model, { save: (artifacts) => handler.save({ ...artifacts, modelTopology }) }, config);
  });
}

/** Nodes of a graph with ours among them. */
function insertHookNodes(
  nodes: readonly SavedNode[],
  signature: Artifacts['signature'],
): { nodes: GraphEditor; rewritten: SavedNode[] } {
  const counts = outputCounts(nodes, signature);
  const infos = new Map<string, NodeInfo>();
  const numbers = new Map<string, number>();
  const rewritten = nodes.flatMap((node): SavedNode[] => {
    const { name, op, input = [] } = node;
    infos.set(name, { name, op, inputs: input, fusedOps: fusedOps(node), isHookable: isHookableOp(op) });
    if (!isHookableOp(op)) return [node];
    const id = ids++;
    numbers.set(name, id);
    const before = name + BEFORE_HOOKS;
    const outputs = Array.from({ length: counts.get(name) ?? 1 }, (_, i) => (i === 0 ? before : `${before}:${i}`));
    const attr = { id: { i: String(id) }, outputs: { i: String(outputs.length) } };
    // What only says in which order to run has no tensor.
    const received = input.filter((from) => !from.startsWith('^'));
    return [{ ...node, name: before }, { name, op: OP, input: [...outputs, ...received], attr } as SavedNode];
  });
  const hook = (name: string, run: NodeFn) => {
    const id = numbers.get(name)!;
    running.set(id, run);
    return () => void running.delete(id);
  };
  return { nodes: { nodes: infos, isCurrent: () => true, hook }, rewritten };
}

/** How many outputs each node has; an op that is not tfjs's, how many are asked for: a consumer or the signature says `name:2` for the third. */
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

/** They are saved as base64: `Qmlhc0FkZA==` is BiasAdd, which tfjs calls biasadd. */
function fusedOps({ attr }: SavedNode): readonly string[] {
  return (attr?.fused_ops?.list?.s ?? []).map((text) => atob(text).toLowerCase());
}

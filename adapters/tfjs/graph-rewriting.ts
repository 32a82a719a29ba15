/**
 * @file Hooks inside a GraphModel: a node of ours takes the place, the name and the consumers of a node, which it gets
 * as its input. One pass, nothing is loaded again, and fetching the name fetches what the hooks made of it.
 *
 *     before:  a ──→ X ──→ consumers          hooked:  a ──→ X/before_hooks ──→ X (hooks) ──→ consumers
 *                                                        └────────────────────────↑  (what X received)
 *
 * tfjs offers no public way to do this to a model that is loaded. The fields that are used are looked for first; where
 * they are missing, graph-loading.ts does it before the model is loaded.
 */
import type { Tensor } from './framework.ts';
import {
  type Attributes,
  BEFORE_HOOKS,
  declaredOutputs,
  type GraphEditor,
  isHookableOp,
  type NodeFn,
  type OpCall,
} from './graph-editor.ts';
import type { GraphRuns } from './graph-runs.ts';

/** A node as tfjs-converter has it after loading. */
interface RawNode {
  name: string;
  readonly op: string;
  readonly category: string;
  readonly inputNames: string[];
  readonly inputs: RawNode[];
  children: RawNode[];
  readonly attrParams: Readonly<Record<string, { readonly value?: unknown } | undefined>>;
  readonly inputParams: object;
  readonly rawAttrs?: Attributes;
  readonly outputs?: string[] | undefined;
  readonly signatureKey?: string | undefined;
  readonly defaultOutput?: number | undefined;
}

/** What is needed of a loaded graph. */
interface RawGraph {
  readonly nodes: Record<string, RawNode>;
  /** The default outputs; the executor holds the same array. */
  readonly outputs: RawNode[];
  /** Forgets orders of execution that were worked out before. */
  forget(): void;
}

type CustomOp = (node: OpCall) => ReturnType<NodeFn>;

export interface OpRegistry {
  registerOp(name: string, run: CustomOp): void;
  deregisterOp(name: string): void;
}

/** The graph of a loaded model; undefined where this version of tfjs keeps it elsewhere. */
function rawGraph(model: object): RawGraph | undefined {
  const { executor } = model as { executor?: Partial<Executor> };
  const graph = executor?.graph;
  if (!(executor?.compiledMap instanceof Map) || !Array.isArray(graph?.outputs)) return undefined;
  const nodes = Object.values(graph.nodes ?? {});
  const known = (node: RawNode) =>
    typeof node.name === 'string' &&
    Array.isArray(node.inputNames) &&
    Array.isArray(node.inputs) &&
    Array.isArray(node.children);
  if (nodes.length === 0 || !nodes.every(known)) return undefined;
  const { compiledMap } = executor;
  return { nodes: graph.nodes, outputs: graph.outputs, forget: () => compiledMap.clear() };
}

interface Executor {
  readonly graph: { readonly nodes: Record<string, RawNode>; readonly outputs: RawNode[] };
  readonly compiledMap: Map<string, unknown>;
}

/** The places of a loaded model; undefined where its graph cannot be reached. */
export function loadedEditor(registry: OpRegistry, model: object, runs: GraphRuns): GraphEditor | undefined {
  const graph = rawGraph(model);
  if (graph === undefined) return undefined;
  const nodes = new Map(Object.entries(graph.nodes));
  return {
    nodes: new Map(
      [...nodes].map(([name, node]) => [
        name,
        { name, op: node.op, inputs: inputsOf(node), fusedOps: fusedOps(node), isHookable: isHookableOp(node.op) },
      ]),
    ),
    isCurrent: () => rawGraph(model)?.nodes === graph.nodes,
    hook(name, run) {
      let takeOut: (() => void) | undefined;
      const end = runs.watch();
      runs.between(() => {
        takeOut = insertNode(registry, graph, nodes.get(name)!, run);
      });
      return () =>
        runs.between(() => {
          takeOut!();
          end();
        });
    },
  };
}

function fusedOps(node: RawNode): readonly string[] {
  const { value } = node.attrParams.fusedOps ?? {};
  return Array.isArray(value) ? value.map(String) : [];
}

/** tfjs forgets which inputs only say in which order to run: these are NoOps. */
function inputsOf(node: RawNode): readonly string[] {
  return node.inputNames.map((name, i) => (node.inputs[i]?.op === 'NoOp' ? `^${name}` : name));
}

let ops = 0;

/**
 * Puts a node in the place of another.
 * @param run is given what the node received and all its outputs; gives as many outputs
 * @returns takes it out again: the graph is then as it was
 */
function insertNode(registry: OpRegistry, graph: RawGraph, node: RawNode, run: NodeFn): () => void {
  const { name } = node;
  const op = `layertap/${ops++}`;
  const rawName = name + BEFORE_HOOKS;
  const count = outputCount(node, graph);
  const outputNames = Array.from({ length: count }, (_, i) => (i === 0 ? rawName : `${rawName}:${i}`));
  // A NoOp among the inputs only says in which order to run.
  const orders = (i: number) => node.inputs[i]?.op === 'NoOp';
  // Looked up when it is asked for: a hook on an input puts another node there.
  const received = () => node.inputs.filter((_input, i) => !orders(i));
  const hooks: RawNode = {
    name,
    op,
    category: 'custom',
    inputNames: [...outputNames, ...node.inputNames.filter((_name, i) => !orders(i))],
    inputs: [...outputNames.map(() => node), ...received()],
    children: node.children,
    attrParams: {},
    inputParams: {},
    outputs: node.outputs,
    signatureKey: node.signatureKey,
    defaultOutput: node.defaultOutput,
  };
  registry.registerOp(op, (value) => {
    const { inputs } = value;
    // A control input has no tensor.
    const received = inputs.slice(count).filter((input) => input !== undefined);
    return run(received, inputs.slice(0, count) as Tensor[], value);
  });
  for (const input of received()) input.children.push(hooks);
  for (const child of node.children) replace(child.inputs, node, hooks);
  node.children = outputNames.map(() => hooks);
  node.name = rawName;
  graph.nodes[rawName] = node;
  graph.nodes[name] = hooks;
  replace(graph.outputs, node, hooks);
  graph.forget();

  return () => {
    replace(graph.outputs, hooks, node);
    graph.nodes[name] = node;
    delete graph.nodes[rawName];
    node.name = name;
    node.children = hooks.children;
    for (const child of hooks.children) replace(child.inputs, hooks, node);
    for (const input of received()) input.children.splice(input.children.lastIndexOf(hooks), 1);
    registry.deregisterOp(op);
    graph.forget();
  };
}

/** How many outputs there are; of an op that is not tfjs's, how many are asked for: a consumer says `name:2` for the third. */
function outputCount(node: RawNode, graph: RawGraph): number {
  let highest = declaredOutputs(node.op, node.rawAttrs) - 1;
  const see = (name: string) => {
    const at = name.lastIndexOf(':');
    const index = Number(name.slice(at + 1));
    if (at > 0 && name.slice(0, at) === node.name && Number.isInteger(index)) highest = Math.max(highest, index);
  };
  for (const child of node.children) child.inputNames.forEach(see);
  if (graph.outputs.includes(node)) highest = Math.max(highest, node.defaultOutput ?? 0);
  return highest + 1;
}

function replace<V>(list: V[], from: V, to: V): void {
  for (let i = 0; i < list.length; i++) if (list[i] === from) list[i] = to;
}

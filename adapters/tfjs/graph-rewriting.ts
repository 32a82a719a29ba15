/**
 * @file Hooks inside a loaded GraphModel: a node of layertap's takes over the name and the consumers of a node, whose
 * outputs it gets as inputs. The model still runs in one pass, and is not loaded again; fetching the name fetches the
 * output after hooks.
 *
 *     before:  a ──→ X ──→ consumers          hooked:  a ──→ X/before_hooks ──→ X (hooks) ──→ consumers
 *                                                        └────────────────────────↑  (the inputs of X)
 *
 * tfjs has no public API for this. If the private fields are missing, graph-loading.ts works without them.
 */
import type { Tensor } from './framework.ts';
import {
  type Attributes,
  BEFORE_HOOKS,
  declaredOutputs,
  type GraphEditor,
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

interface RawGraph {
  readonly nodes: Record<string, RawNode>;
  /** The default outputs; the executor holds the same array. */
  readonly outputs: RawNode[];
}

interface Executor {
  readonly graph: RawGraph;
  /** Execution orders by the names of inputs and outputs. */
  readonly compiledMap: Map<string, unknown>;
}

export interface OpRegistry {
  registerOp(name: string, run: (op: OpCall) => ReturnType<NodeFn>): void;
  deregisterOp(name: string): void;
}

/** The executor of a loaded model; undefined if this version of tfjs has other fields. */
function executorOf(model: object): Executor | undefined {
  const { executor } = model as { executor?: Partial<Executor> };
  const graph = executor?.graph;
  if (!(executor?.compiledMap instanceof Map) || !Array.isArray(graph?.outputs)) return undefined;
  const nodes = Object.values(graph.nodes ?? {});
  const isKnown = ({ name, inputNames, inputs, children }: RawNode) =>
    typeof name === 'string' && [inputNames, inputs, children].every(Array.isArray);
  return nodes.length > 0 && nodes.every(isKnown) ? (executor as Executor) : undefined;
}

/** The editor of a loaded model; undefined if this tfjs does not let its graph be reached. */
export function loadedEditor(registry: OpRegistry, model: object, runs: GraphRuns): GraphEditor | undefined {
  const executor = executorOf(model);
  if (executor === undefined) return undefined;
  const nodes = new Map(Object.entries(executor.graph.nodes));
  const infoOf = (name: string, node: RawNode) => {
    return { name, op: node.op, inputs: inputsOf(node), fusedOps: fusedOps(node) };
  };
  return {
    nodes: new Map([...nodes].map(([name, node]) => [name, infoOf(name, node)])),
    isCurrent: () => executorOf(model)?.graph.nodes === executor.graph.nodes,
    insertAfter(name, fn) {
      let remove: (() => void) | undefined;
      const unwatch = runs.watch();
      runs.whenIdle(() => {
        remove = insertNode(registry, executor, nodes.get(name)!, fn);
      });
      return () =>
        runs.whenIdle(() => {
          remove!();
          unwatch();
        });
    },
  };
}

function fusedOps(node: RawNode): readonly string[] {
  const { value } = node.attrParams.fusedOps ?? {};
  return Array.isArray(value) ? value.map(String) : [];
}

/** A loaded graph does not mark control inputs. Only NoOps can be recognized: they have no tensor. */
const isControl = (input: RawNode | undefined) => input?.op === 'NoOp';

function inputsOf(node: RawNode): readonly string[] {
  return node.inputNames.map((name, i) => (isControl(node.inputs[i]) ? `^${name}` : name));
}

let ops = 0;

/** Inserts a node after another one, and gives it that node's name. @returns a function that undoes it */
function insertNode(registry: OpRegistry, { graph, compiledMap }: Executor, node: RawNode, fn: NodeFn): () => void {
  const { name } = node;
  const op = `layertap/${ops++}`;
  const rawName = name + BEFORE_HOOKS;
  const count = outputCount(node, graph);
  const outputNames = Array.from({ length: count }, (_, i) => (i === 0 ? rawName : `${rawName}:${i}`));
  // Read at each use: hooking an input node puts another node in its place.
  const inputs = () => node.inputs.filter((input) => !isControl(input));
  const hooks: RawNode = {
    name,
    op,
    category: 'custom',
    inputNames: [...outputNames, ...node.inputNames.filter((_name, i) => !isControl(node.inputs[i]))],
    inputs: [...outputNames.map(() => node), ...inputs()],
    children: node.children,
    attrParams: {},
    inputParams: {},
    outputs: node.outputs,
    signatureKey: node.signatureKey,
    defaultOutput: node.defaultOutput,
  };
  registry.registerOp(op, (call) => {
    // A control input that is not a NoOp has no tensor either.
    const received = call.inputs.slice(count).filter((input) => input !== undefined);
    return fn(received, call.inputs.slice(0, count) as Tensor[], call);
  });
  for (const input of inputs()) input.children.push(hooks);
  for (const child of node.children) replace(child.inputs, node, hooks);
  node.children = outputNames.map(() => hooks);
  node.name = rawName;
  graph.nodes[rawName] = node;
  graph.nodes[name] = hooks;
  replace(graph.outputs, node, hooks);
  compiledMap.clear();

  return () => {
    replace(graph.outputs, hooks, node);
    graph.nodes[name] = node;
    delete graph.nodes[rawName];
    node.name = name;
    node.children = hooks.children;
    for (const child of hooks.children) replace(child.inputs, hooks, node);
    for (const input of inputs()) input.children.splice(input.children.lastIndexOf(hooks), 1);
    registry.deregisterOp(op);
    compiledMap.clear();
  };
}

/** The number of outputs. A custom op has as many as are used: a consumer names the third one `name:2`. */
function outputCount(node: RawNode, graph: RawGraph): number {
  let highest = declaredOutputs(node.op, node.rawAttrs) - 1;
  const see = (name: string) => {
    const colon = name.lastIndexOf(':');
    const index = Number(name.slice(colon + 1));
    if (colon > 0 && name.slice(0, colon) === node.name && Number.isInteger(index)) highest = Math.max(highest, index);
  };
  for (const child of node.children) child.inputNames.forEach(see);
  if (graph.outputs.includes(node)) highest = Math.max(highest, node.defaultOutput ?? 0);
  return highest + 1;
}

function replace<V>(list: V[], from: V, to: V): void {
  for (let i = 0; i < list.length; i++) if (list[i] === from) list[i] = to;
}

/** @file The graph of an ONNX file, without the values of its weights, and the order in which it is computed. */

export interface Graph {
  /** The attribute of the If, Loop or Scan node that this graph is the value of, such as `then_branch`; '' for the main graph. */
  readonly attribute: string;
  /** In an order in which they can be computed. */
  readonly nodes: readonly GraphNode[];
  /** Inputs, overridable weights included, with their element types. */
  readonly inputs: ReadonlyMap<string, ElementType>;
  readonly outputs: ReadonlyMap<string, ElementType>;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Element types of other values, where the file has them. */
  readonly types: ReadonlyMap<string, ElementType>;
  /** Of values whose rank the file has. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** The version of ONNX's own ops that the model is written for. */
  readonly opset: number;
}

/** A TensorProto.DataType; 0 where the file does not say. */
export type ElementType = number | 'no tensor';

/** Sizes by dimension; undefined if the file gives a symbolic name or none. */
export type Shape = readonly (number | undefined)[];

/* TensorProto.DataType */
export const FLOAT = 1;
export const INT32 = 6;
export const INT64 = 7;
export const STRING = 8;
export const BOOL = 9;
export const FLOAT16 = 10;
export const DOUBLE = 11;
export const BFLOAT16 = 16;

/** The element type of a value; 0 where the file does not say. */
export const elementTypeOf = ({ types, outputs, inputs }: Graph, value: string): ElementType =>
  types.get(value) || outputs.get(value) || inputs.get(value) || 0;

export interface GraphNode {
  /** Its number among the nodes of its graph, in the order of the file. */
  readonly index: number;
  readonly name: string;
  /** `Conv`, `Softmax`. */
  readonly op: string;
  /** Of the op: '' for ONNX itself. */
  readonly domain: string;
  /** '' for an optional input, or output, that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Values that its bodies read from the graphs around them. */
  readonly captures: readonly string[];
  /** The branches of an If, the body of a Loop or Scan. */
  readonly bodies: readonly Graph[];
  /** Its metadata_props. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface Weight {
  readonly shape: readonly number[];
  /** The file that holds its values, if it is another one. */
  readonly file: string | undefined;
}

/** A graph that is computed by itself: the main one, or a body of a node in another. */
export interface Region {
  readonly graph: Graph;
  /** Unique in the model; 0 for the main graph. */
  readonly id: number;
  readonly around: Around | undefined;
}

/** The node that a region is a body of. */
export interface Around {
  readonly region: Region;
  readonly node: GraphNode;
  /** The index of the node in its graph, in the order in which that is computed. */
  readonly at: number;
}

/** The main graph, and all graphs inside its nodes, in the order of the file. @param ids default: their numbers */
export function regionsOf(graph: Graph, ids?: readonly number[]): Region[] {
  const regions: Region[] = [];
  const add = (of: Graph, around: Around | undefined) => {
    const region = { graph: of, id: ids?.[regions.length] ?? regions.length, around };
    regions.push(region);
    for (const [at, node] of of.nodes.entries()) for (const body of node.bodies) add(body, { region, node, at });
  };
  add(graph, undefined);
  return regions;
}

/** The nodes around a region, innermost first. */
export function aroundOf({ around }: Region): Around[] {
  return around === undefined ? [] : [around, ...aroundOf(around.region)];
}

/** Whether no value can be carried out of a region: an If in a Loop or Scan gives values in some iterations alone. */
export function isSealed(region: Region): boolean {
  const ops = aroundOf(region).map(({ node }) => node.op);
  const branch = ops.indexOf('If');
  return branch !== -1 && ops.slice(branch).some((op) => op !== 'If');
}

/** All values that a node needs. */
export const readBy = ({ inputs, captures }: GraphNode): string[] => [...inputs, ...captures].filter((v) => v !== '');

/** For each value the index of the node that computes it. @throws TypeError where two nodes compute the same value */
export function producersOf(where: string, { nodes, weights }: Graph): Map<string, number> {
  const producers = new Map<string, number>();
  for (const [index, { outputs }] of nodes.entries()) {
    for (const value of outputs) {
      if (value === '') continue;
      if (producers.has(value) || weights.has(value)) {
        throw new TypeError(`${where}: the model cannot be computed: two of its nodes or weights give "${value}"`);
      }
      producers.set(value, index);
    }
  }
  return producers;
}

/**
 * The graph with each node after those that it reads from. ONNX Runtime takes nodes in any order, but hooks need to know
 * which value of a module is computed last. A sorted graph is returned as it is.
 * @throws TypeError for a graph with a cycle
 */
export function inOrder(where: string, unordered: Graph): Graph {
  const hasBodies = unordered.nodes.some(({ bodies }) => bodies.length > 0);
  const ordered = (node: GraphNode) => ({ ...node, bodies: node.bodies.map((body) => inOrder(where, body)) });
  const graph = hasBodies ? { ...unordered, nodes: unordered.nodes.map(ordered) } : unordered;
  const producers = producersOf(where, graph);
  const before = graph.nodes.map((node) => [...new Set(readBy(node).flatMap((value) => producers.get(value) ?? []))]);
  if (before.every((indices, index) => indices.every((other) => other < index))) return graph;

  // Kahn, 1962.
  const after: number[][] = graph.nodes.map(() => []);
  const waiting = before.map((indices, index) => {
    for (const other of indices) after[other]!.push(index);
    return indices.length;
  });
  const order = waiting.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let at = 0; at < order.length; at++) {
    for (const next of after[order[at]!]!) if (--waiting[next]! === 0) order.push(next);
  }
  if (order.length < graph.nodes.length) {
    const names = graph.nodes.filter((_node, index) => waiting[index]! > 0).flatMap(({ outputs }) => outputs);
    throw new TypeError(
      `${where}: the model cannot be computed: its nodes wait for each other\n  got: a cycle, or what waits for one: ${names.slice(0, 5).join(', ')}`,
    );
  }
  return { ...graph, nodes: order.map((index) => graph.nodes[index]!) };
}

const RANDOM = /^(Random|Bernoulli|Multinomial)/;

const isRandom = ({ op, bodies }: GraphNode): boolean =>
  RANDOM.test(op) || bodies.some(({ nodes }) => nodes.some(isRandom));

/** Whether a run computes something else than the one before. */
export const hasRandomNodes = ({ nodes }: Graph): boolean => nodes.some(isRandom);

/** Weights, and values computed from weights alone: the runtime computes those once, when it loads the model. */
export function constantsOf(graph: Graph, outside: ReadonlySet<string> = new Set()): Set<string> {
  const constants = new Set([...outside, ...graph.weights.keys()]);
  for (const node of graph.nodes) {
    if (isRandom(node) || readBy(node).some((value) => !constants.has(value))) continue;
    for (const value of node.outputs) if (value !== '') constants.add(value);
  }
  return constants;
}

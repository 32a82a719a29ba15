/** @file Which node makes which value, and in what order. */
import type { Graph, GraphNode } from './graph.ts';

/** The node that makes each value, as its place in `graph.nodes`. @throws TypeError where two make the same */
export function producersOf(where: string, graph: Graph): Map<string, number> {
  const producers = new Map<string, number>();
  for (const [index, { outputs }] of graph.nodes.entries()) {
    for (const value of outputs) {
      if (value === '') continue;
      if (producers.has(value) || graph.weights.has(value)) throw twice(where, value);
      producers.set(value, index);
    }
  }
  return producers;
}

const twice = (where: string, value: string) =>
  new TypeError(`${where}: the model cannot be computed: two of its nodes or weights give "${value}"`);

/**
 * The same graph, whose nodes stand behind those that they read of. ONNX Runtime takes them in any order; what hooks need
 * to know is which value of a module comes last. A graph in order keeps its order.
 * @throws TypeError for a graph that runs in a circle
 */
export function inOrder(where: string, graph: Graph): Graph {
  const producers = producersOf(where, graph);
  const before = graph.nodes.map((node) => [...new Set(readBy(node).flatMap((value) => producers.get(value) ?? []))]);
  if (before.every((indices, index) => indices.every((other) => other < index))) return graph;

  // Kahn, 1962: what waits for nothing comes next.
  const behind: number[][] = graph.nodes.map(() => []);
  const waiting = before.map((indices, index) => {
    for (const other of indices) behind[other]!.push(index);
    return indices.length;
  });
  const order = waiting.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let at = 0; at < order.length; at++) {
    for (const next of behind[order[at]!]!) if (--waiting[next]! === 0) order.push(next);
  }
  if (order.length < graph.nodes.length) {
    const names = graph.nodes.filter((_node, index) => waiting[index]! > 0).flatMap(({ outputs }) => outputs);
    throw new TypeError(
      `${where}: the model cannot be computed: its nodes wait for each other\n  came: a circle, or what waits for one: ${names.slice(0, 5).join(', ')}`,
    );
  }
  return { ...graph, nodes: order.map((index) => graph.nodes[index]!) };
}

/** All values that a node needs. */
export const readBy = ({ inputs, captures }: GraphNode): string[] => [...inputs, ...captures].filter((v) => v !== '');

/** What gives another value in each run, whatever it is given. */
const RANDOM = /^(Random|Bernoulli|Multinomial)/;

const isRandom = ({ op, bodies }: GraphNode): boolean =>
  RANDOM.test(op) || bodies.some(({ graph }) => graph.nodes.some(isRandom));

/** Values that come from weights alone: the runtime computes them once, when it loads the model. */
export function constantsOf(graph: Graph, outside: ReadonlySet<string> = new Set()): Set<string> {
  const constants = new Set([...outside, ...graph.weights.keys()]);
  for (const node of graph.nodes) {
    if (isRandom(node) || readBy(node).some((value) => !constants.has(value))) continue;
    for (const value of node.outputs) if (value !== '') constants.add(value);
  }
  return constants;
}

// Random graphs: their nodes in JavaScript, and their files.
import { joined, messageField, textField } from '../../../adapters/onnx/write-message.ts';

export interface Node {
  readonly op: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes?: readonly (readonly Uint8Array[])[];
  /** Inputs, and what its branches read. */
  readonly reads: readonly string[];
  /** Its outputs, in float32. */
  compute(values: Map<string, number[]>): number[][];
}

/** Lehmer, 1951. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return Math.floor((state / 0x7fffffff) * below);
  };
}

const UNARY: Record<string, (a: number) => number> = { Neg: (a) => -a, Abs: Math.abs, Relu: (a) => (a > 0 ? a : 0) };
const BINARY: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => Math.fround(a + b),
  Sub: (a, b) => Math.fround(a - b),
  Mul: (a, b) => Math.fround(a * b),
  Max: Math.max,
};

const VARINT_INT = (name: string, value: number) => [
  ...textField(1, name),
  Uint8Array.of(3 * 8, value),
  Uint8Array.of(0xa0, 0x01, 2),
];
const GRAPH = (name: string, graph: readonly Uint8Array[]) => [
  ...textField(1, name),
  ...messageField(6, graph),
  Uint8Array.of(0xa0, 0x01, 5),
];
const nodeField = ({ op, inputs, outputs, attributes = [] }: Omit<Node, 'compute' | 'reads'>, name: string) =>
  messageField(1, [
    ...inputs.flatMap((value) => textField(1, value)),
    ...outputs.flatMap((value) => textField(2, value)),
    ...textField(3, name),
    ...textField(4, op),
    ...attributes.flatMap((attribute) => messageField(5, attribute)),
  ]);
const tensorType = (type: number, size: number | undefined) =>
  messageField(
    2,
    messageField(1, [
      Uint8Array.of(8, type),
      ...messageField(2, size === undefined ? [] : messageField(1, [Uint8Array.of(8, size)])),
    ]),
  );
const input = (name: string, type: number, size: number | undefined) =>
  messageField(11, [...textField(1, name), ...tensorType(type, size)]);
const output = (name: string) => messageField(12, textField(1, name));

/** A graph over vectors, with the inputs `x` (8 numbers) and `c` (a condition); values that no node reads are outputs. */
export function randomGraph(random: (below: number) => number): { nodes: Node[]; outputs: string[] } {
  const sizes = new Map([['x', 8]]);
  const nodes: Node[] = [];
  const read = new Set<string>();
  const anyOf = <V>(list: readonly V[]): V => list[random(list.length)]!;
  const count = 5 + random(36);
  for (let i = 0; i < count; i++) {
    const a = anyOf([...sizes.keys()].slice(-6));
    const size = sizes.get(a)!;
    const b = anyOf([...sizes].filter(([, other]) => other === size).map(([name]) => name));
    const made = `v${i}`;
    const kind = random(10);
    read.add(a);
    if (kind < 3) {
      const op = anyOf(Object.keys(UNARY));
      nodes.push({ op, inputs: [a], reads: [a], outputs: [made], compute: (v) => [v.get(a)!.map(UNARY[op]!)] });
      sizes.set(made, size);
    } else if (kind < 7) {
      const op = anyOf(Object.keys(BINARY));
      read.add(b);
      const compute = (v: Map<string, number[]>) => [v.get(a)!.map((value, j) => BINARY[op]!(value, v.get(b)![j]!))];
      nodes.push({ op, inputs: [a, b], reads: [a, b], outputs: [made], compute });
      sizes.set(made, size);
    } else if (kind === 7 && size % 2 === 0) {
      const outputs = [`${made}a`, `${made}b`];
      const compute = (v: Map<string, number[]>) => [v.get(a)!.slice(0, size / 2), v.get(a)!.slice(size / 2)];
      nodes.push({
        op: 'Split',
        inputs: [a],
        reads: [a],
        outputs,
        attributes: [VARINT_INT('num_outputs', 2)],
        compute,
      });
      for (const half of outputs) sizes.set(half, size / 2);
    } else if (kind === 8 && size < 32) {
      read.add(b);
      const compute = (v: Map<string, number[]>) => [[...v.get(a)!, ...v.get(b)!]];
      nodes.push({
        op: 'Concat',
        inputs: [a, b],
        reads: [a, b],
        outputs: [made],
        attributes: [VARINT_INT('axis', 0)],
        compute,
      });
      sizes.set(made, 2 * size);
    } else {
      // Both branches read values of the outer graph.
      read.add(b);
      const branch = (name: string, op: string, inputs: string[]) =>
        GRAPH(name, [
          ...nodeField({ op, inputs, outputs: ['out'] }, `${made}_${name}`),
          ...textField(2, name),
          ...output('out'),
        ]);
      const attributes = [branch('then_branch', 'Add', [a, b]), branch('else_branch', 'Neg', [a])];
      const compute = (v: Map<string, number[]>) => [
        v.get(a)!.map((value, j) => (v.get('c')![0] ? Math.fround(value + v.get(b)![j]!) : -value)),
      ];
      nodes.push({ op: 'If', inputs: ['c'], reads: ['c', a, b], outputs: [made], attributes, compute });
      sizes.set(made, size);
    }
  }
  return { nodes, outputs: [...sizes.keys()].filter((name) => name !== 'x' && !read.has(name)) };
}

/** @param nameOf the name of a node in the file */
export function fileOf(
  nodes: readonly Node[],
  outputs: readonly string[],
  nameOf: (node: Node) => string = (node) => `node_${node.outputs[0]}`,
): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => nodeField(node, nameOf(node))),
    ...textField(2, 'random'),
    ...input('x', 1, 8),
    ...input('c', 9, undefined),
    ...outputs.flatMap(output),
  ];
  return joined([
    Uint8Array.of(8, 9),
    ...messageField(7, graph),
    ...messageField(8, [...textField(1, ''), Uint8Array.of(16, 20)]),
  ]);
}

// Random graphs: their nodes in JavaScript, and their files.
import { joined, messageField, textField } from '../../../adapters/onnx/write-message.ts';

export interface Node {
  readonly op: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes?: readonly (readonly Uint8Array[])[];
  /** Inputs, and what its branches read. */
  readonly reads: readonly string[];
  /** Of an If on `c`: the nodes that its branches have, with the names of these nodes. */
  readonly branches?: readonly [then: Branch, other: Branch];
  /** Its outputs, rounded to the element type. */
  compute(values: Map<string, number[]>): number[][];
}

export interface Branch {
  readonly name: string;
  compute(values: Map<string, number[]>): number[];
}

/** The nearest float16, ties to even. */
export function roundHalf(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -14) - 10);
  const count = value / step;
  const whole = Math.abs(count % 1) === 0.5 ? 2 * Math.round(count / 2) : Math.round(count);
  return whole * step > 65504 ? Infinity : whole * step < -65504 ? -Infinity : whole * step;
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
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
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

/**
 * A graph over vectors, with the inputs `x` (8 numbers) and `c` (a condition); values that no node reads are outputs.
 * @param round to the element type
 */
export function randomGraph(
  random: (below: number) => number,
  round: (value: number) => number = Math.fround,
  maxNodes = 40,
): { nodes: Node[]; outputs: string[] } {
  const sizes = new Map([['x', 8]]);
  const nodes: Node[] = [];
  const read = new Set<string>();
  const anyOf = <V>(list: readonly V[]): V => list[random(list.length)]!;
  const count = 5 + random(maxNodes - 4);
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
      const compute = (v: Map<string, number[]>) => [
        v.get(a)!.map((value, j) => round(BINARY[op]!(value, v.get(b)![j]!))),
      ];
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
      const branches: [Branch, Branch] = [
        { name: `${made}_then_branch`, compute: (v) => v.get(a)!.map((value, j) => round(value + v.get(b)![j]!)) },
        { name: `${made}_else_branch`, compute: (v) => v.get(a)!.map((value) => -value) },
      ];
      const compute = (v: Map<string, number[]>) => [branches[v.get('c')![0] ? 0 : 1].compute(v)];
      nodes.push({ op: 'If', inputs: ['c'], reads: ['c', a, b], outputs: [made], attributes, branches, compute });
      sizes.set(made, size);
    }
  }
  return { nodes, outputs: [...sizes.keys()].filter((name) => name !== 'x' && !read.has(name)) };
}

/** @param nameOf the name of a node in the file @param type of the elements, a TensorProto.DataType */
export function fileOf(
  nodes: readonly Node[],
  outputs: readonly string[],
  nameOf: (node: Node) => string = (node) => `node_${node.outputs[0]}`,
  type = 1,
): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => nodeField(node, nameOf(node))),
    ...textField(2, 'random'),
    ...input('x', type, 8),
    ...input('c', 9, undefined),
    ...outputs.flatMap(output),
  ];
  return joined([
    Uint8Array.of(8, 9),
    ...messageField(7, graph),
    ...messageField(8, [...textField(1, ''), Uint8Array.of(16, 20)]),
  ]);
}

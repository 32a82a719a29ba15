// Random graphs with hooks on random nodes, computed by ONNX Runtime and in JavaScript.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, type OnnxNode } from '../../../adapters/onnx/index.ts';
import { joined, messageField, textField } from '../../../adapters/onnx/write-message.ts';

interface Node {
  readonly op: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes?: readonly (readonly Uint8Array[])[];
  /** Its outputs, in float32. */
  compute(values: Map<string, number[]>): number[][];
}

/** Lehmer, 1951. */
function generator(seed: number): (below: number) => number {
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
const nodeField = ({ op, inputs, outputs, attributes = [] }: Omit<Node, 'compute'>, name: string) =>
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
function randomGraph(random: (below: number) => number): { nodes: Node[]; outputs: string[] } {
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
      nodes.push({ op, inputs: [a], outputs: [made], compute: (v) => [v.get(a)!.map(UNARY[op]!)] });
      sizes.set(made, size);
    } else if (kind < 7) {
      const op = anyOf(Object.keys(BINARY));
      read.add(b);
      const compute = (v: Map<string, number[]>) => [v.get(a)!.map((value, j) => BINARY[op]!(value, v.get(b)![j]!))];
      nodes.push({ op, inputs: [a, b], outputs: [made], compute });
      sizes.set(made, size);
    } else if (kind === 7 && size % 2 === 0) {
      const outputs = [`${made}a`, `${made}b`];
      const compute = (v: Map<string, number[]>) => [v.get(a)!.slice(0, size / 2), v.get(a)!.slice(size / 2)];
      nodes.push({ op: 'Split', inputs: [a], outputs, attributes: [VARINT_INT('num_outputs', 2)], compute });
      for (const half of outputs) sizes.set(half, size / 2);
    } else if (kind === 8 && size < 32) {
      read.add(b);
      const compute = (v: Map<string, number[]>) => [[...v.get(a)!, ...v.get(b)!]];
      nodes.push({ op: 'Concat', inputs: [a, b], outputs: [made], attributes: [VARINT_INT('axis', 0)], compute });
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
      nodes.push({ op: 'If', inputs: ['c'], outputs: [made], attributes, compute });
      sizes.set(made, size);
    }
  }
  return { nodes, outputs: [...sizes.keys()].filter((name) => name !== 'x' && !read.has(name)) };
}

function fileOf(nodes: readonly Node[], outputs: readonly string[]): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => nodeField(node, `node_${node.outputs[0]}`)),
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

test('hooks on random nodes see the values that these compute, in order, and the outputs stay the same', async () => {
  let heard = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const random = generator(seed * 7919);
    const { nodes, outputs } = randomGraph(random);
    const shuffled = seed % 3 === 0 ? nodes.toReversed() : nodes;
    const x = Float32Array.from({ length: 8 }, () => random(2001) / 1000 - 1);
    const c = random(2);
    const values = new Map<string, number[]>([
      ['x', [...x]],
      ['c', [c]],
    ]);
    for (const node of nodes)
      for (const [i, value] of node.compute(values).entries()) values.set(node.outputs[i]!, value);

    const net = await createOnnx(ort, fileOf(shuffled, outputs));
    const order: string[] = [];
    for (let i = 0; i < 6; i++) {
      const { outputs: given } = nodes[random(nodes.length)]!;
      const place = net.value<ort.Tensor | ort.Tensor[]>(given[0]!) as OnnxNode<ort.Tensor, ort.Tensor | ort.Tensor[]>;
      // A hook, not an observer: what it throws fails the run.
      place.registerForwardHook((_module, _inputs, seen) => {
        for (const [j, tensor] of [seen].flat().entries()) {
          assert.equal([...(tensor.data as Float32Array)], values.get(given[j]!), `seed ${seed}, ${given[j]}`);
        }
        order.push(given[0]!);
      });
      if (random(3) === 0) continue;
      const result = await net({
        x: new ort.Tensor('float32', x, [8]),
        c: new ort.Tensor('bool', Uint8Array.of(c), []),
      });
      assert.equal(Object.keys(result), outputs, `seed ${seed}`);
      for (const name of outputs) assert.equal([...(result[name]!.data as Float32Array)], values.get(name));
      heard += order.length;
      // Each node behind those that it reads from.
      const at = (value: string) => nodes.findIndex((node) => node.outputs.includes(value));
      for (const [j, one] of order.entries()) {
        for (const later of order.slice(j + 1))
          assert.not.ok(reads(nodes, one, later, at), `seed ${seed}: ${one}, ${later}`);
      }
      order.length = 0;
    }
    await net.release();
  }
  assert.ok(heard > 800, `only ${heard} values were observed`);
});

/** Whether a value is computed from another one. */
function reads(nodes: readonly Node[], value: string, from: string, at: (value: string) => number): boolean {
  if (value === from) return false;
  const todo = [value];
  const seen = new Set<string>();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const node = nodes[at(name)];
    if (node === undefined) continue;
    if (node.outputs.includes(from) && name !== value) return true;
    todo.push(...node.inputs);
  }
  return false;
}

test.run();

// Random graphs with hooks on random nodes, computed by ONNX Runtime and in JavaScript.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, type OnnxNode } from '../../../adapters/onnx/index.ts';
import { fileOf, generator, type Node, randomGraph } from './random-graph.ts';

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

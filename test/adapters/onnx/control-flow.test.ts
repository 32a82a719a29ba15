// Observers and edits inside If, Loop and Scan.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain } from '../../../adapters/onnx/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { listHooks, select } from '../../../src/index.ts';
import { fixtureJson } from '../../fixtures/fixture.ts';
import { bytesOf, difference, floats, numbersOf, tensorOf, type Written } from './load.ts';

test('a branch fires if it is taken, a body once for each iteration, in the order of the run', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  const seen: [string, number, number[]][] = [];
  select(net, /^(in_|repeat|choose)/).observe(({ path, call, output }) => {
    seen.push([path, call, numbersOf(output as ort.Tensor)]);
  });
  await net({ x: floats(1, 2) });
  await net({ x: floats(-1, -2) });
  assert.equal(seen, [
    ['in_then', 0, [2, 4]],
    ['choose', 0, [2, 4]],
    ['in_loop', 0, [4, 6]],
    ['in_loop', 1, [6, 8]],
    ['in_loop', 2, [8, 10]],
    ['repeat', 0, [8, 10]],
    ['in_else', 0, [-1, -2]],
    ['choose', 1, [-1, -2]],
    ['in_loop', 3, [1, 0]],
    ['in_loop', 4, [3, 2]],
    ['in_loop', 5, [5, 4]],
    ['repeat', 1, [5, 4]],
  ]);
  assert.is(explain(net).sessions, 1);
  await net.release();
});

test('edits act in each iteration, and in the branch that is taken', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  const seen: number[][] = [];
  const handle = registerEdit(net.getSubmodule('in_loop'), { add: 10 });
  registerEdit(net.getSubmodule('in_else'), { add: [1, 2] });
  assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [38, 40]);
  assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [36, 36]);
  net.getSubmodule('in_loop').observe(({ output }) => seen.push(numbersOf(output)));
  handle.set(100);
  assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [306, 306]);
  assert.equal(seen, [
    [102, 102],
    [204, 204],
    [306, 306],
  ]);
  assert.equal(
    listHooks(net).map(({ path, kind, calls }) => [path, kind, calls]),
    [
      ['in_else', 'edit', 2],
      ['in_loop', 'edit', 9],
      ['in_loop', 'observer', 3],
    ],
  );
  await net.release();
});

test('a value that grows in a Loop takes edits; observing it is an error of the run that says so', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/growing'));
  registerEdit(net.getSubmodule('grow'), { add: 1 });
  assert.equal(numbersOf((await net({ x: floats(1) })).y!), [4, 4, 3, 2]);
  const handle = net.getSubmodule('grow').observe(() => {});
  try {
    await net({ x: floats(1) });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /observed in a Loop has another shape .*\n {2}observed: grow\n/);
  }
  handle.remove();
  assert.equal(numbersOf((await net({ x: floats(1) })).y!), [4, 4, 3, 2]);
  await net.release();
});

/** Written by test/fixtures/make/onnx_control.py, for an input, and for the same negated. */
interface ControlRun {
  readonly inputs: readonly Written[];
  /** What forward hooks saw in each call. */
  readonly seen: Readonly<Record<'step' | 'other', Written[]>>;
  readonly output: Written;
  /** With a hook on both that adds 0.5. */
  readonly edited: Written;
}

/** The modules, or the nodes that compute their outputs, where the exporter left no modules. */
const EXPORTED = {
  scripted: { step: 'step', other: 'other' },
  cond: { step: 'node_tanh', other: 'node_tanh_2' },
  while: { step: 'node_tanh' },
  scan: { step: 'node_tanh' },
} as const;

for (const [name, paths] of Object.entries(EXPORTED)) {
  test(`${name}: each call in a branch or loop is what PyTorch's hooks saw, and edits lead to its outputs`, async () => {
    for (const { inputs, seen, output, edited } of fixtureJson<Record<string, ControlRun[]>>(
      'onnx/control/control.json',
    )[name]!) {
      const net = await createOnnx(ort, bytesOf(`control/${name}`));
      const feeds = Object.fromEntries(inputs.map((input, i) => [['x', 'times'][i]!, tensorOf(input)]));
      const heard: Record<string, ort.Tensor[]> = { step: [], other: [] };
      for (const [module, path] of Object.entries(paths)) {
        net.getSubmodule(path).observe((event) => heard[module]!.push(event.output));
      }
      assert.ok(difference((await net(feeds)).y!, output) < 1e-6);
      for (const [module, expected] of Object.entries(seen)) {
        assert.is(heard[module]!.length, expected.length, module);
        for (const [i, tensor] of heard[module]!.entries()) {
          assert.equal(tensor.dims, expected[i]!.dims);
          assert.ok(difference(tensor, expected[i]!) < 1e-6, `${module}, call ${i}`);
        }
      }
      for (const path of Object.values(paths)) registerEdit(net.getSubmodule(path), { add: 0.5 });
      assert.ok(difference((await net(feeds)).y!, edited) < 1e-6, 'edited');
      await net.release();
    }
  });
}

test.run();

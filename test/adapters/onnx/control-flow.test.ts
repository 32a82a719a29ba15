// Observers and edits inside If, Loop and Scan.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain } from '../../../adapters/onnx/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { listHooks, select } from '../../../src/index.ts';
import { bytesOf, floats, numbersOf } from './load.ts';

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

test.run();

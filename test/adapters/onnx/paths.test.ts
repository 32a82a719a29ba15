// What only Node can show: models by path, and two copies of the runtime in one process.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, wrapOnnx } from '../../../adapters/onnx/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { bytesOf, floats, numbersOf, pathOf, sessionOf } from './load.ts';

test('weights in another file are found next to a path', async () => {
  const net = await createOnnx(ort, pathOf('graphs/outside'));
  const seen: number[][] = [];
  net.getSubmodule('scale').observe(({ output }) => seen.push(numbersOf(output)));
  assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [-3, -8]);
  assert.equal(seen, [[3, 8]]);
  await net.release();
});

for (const [source, message] of [
  ['s3://bucket/m.onnx', /its URL \(http:, .*path or file: URL, got s3:\/\/bucket\/m\.onnx/],
  [new URL('ftp://host/m.onnx'), /file: URL, got ftp:\/\/host\/m\.onnx/],
] as const) {
  test(`a ${typeof source === 'string' ? 'text' : 'URL object'} that nothing can open is refused`, async () => {
    try {
      await createOnnx(ort, source);
    } catch (error) {
      assert.match((error as Error).message, message);
      assert.match((error as Error).message, /^createOnnx\(\): /);
      return;
    }
    assert.unreachable();
  });
}

test('each session gets sessions and tensors of its own copy of the runtime', async () => {
  const { default: web } = await import('onnxruntime-web');
  const bytes = bytesOf('graphs/hidden');
  const sessions = [await sessionOf(bytes), await web.InferenceSession.create(bytes)];
  for (const [i, session] of sessions.entries()) {
    const copy = i === 0 ? ort : web;
    const net = await wrapOnnx(session as ort.InferenceSession, bytes);
    const seen: unknown[] = [];
    net.getSubmodule('double').registerForwardHook((_module, _inputs, output) => void seen.push(output.constructor));
    registerEdit(net.getSubmodule('double'), { add: 1 });
    const x = new copy.Tensor('float32', Float32Array.of(1, 2), [2]) as ort.Tensor;
    assert.equal(numbersOf((await net({ x })).y!), [-3, -5]);
    assert.equal(seen, [copy.Tensor]);
    await net.release();
    await session.release();
  }
});

test.run();

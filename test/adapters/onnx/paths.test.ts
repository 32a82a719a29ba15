// Models by path: in Node alone.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../../adapters/onnx/index.ts';
import { floats, numbersOf, pathOf } from './load.ts';

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

test.run();

// Runs that overlap, of several sessions: two of them at once on WebGPU end the runtime, so this runs in pages too.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, wrapOnnx } from '../../../adapters/onnx/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { bytesOf, difference, factsOf, feedsOf, floats, numbersOf, sessionOf } from './load.ts';

test('fifty overlapping runs of four models, with hooks that come and go, give what single runs give', async () => {
  const bytes = bytesOf('graphs/hidden');
  const session = await sessionOf(bytes);
  const nets = [
    await wrapOnnx(session, bytes),
    await createOnnx(ort, bytes),
    await createOnnx(ort, bytes),
    await createOnnx(ort, bytesOf('graphs/branches')),
  ];
  const mlp = factsOf('mlp');
  const exported = await createOnnx(ort, bytesOf('mlp.legacy'));
  registerEdit(exported.getSubmodule('act'), { add: 0 });
  const results: Promise<void>[] = [];
  for (let i = 0; i < 50; i++) {
    const index = i % nets.length;
    const net = nets[index]!;
    const place = net.getSubmodule(index === 3 ? 'in_loop' : 'double');
    const seen: number[][] = [];
    const handle = place.observe(({ output }) => seen.push(numbersOf(output)));
    const x = floats(i + 1, i + 2);
    results.push(
      net({ x }).then(({ y }) => {
        handle.remove();
        const expected = index === 3 ? [2 * i + 8, 2 * i + 10] : [-2 * (i + 1), -2 * (i + 2)];
        assert.equal(numbersOf(y!), expected);
        assert.ok(seen.length > 0);
      }),
    );
    if (i % 10 === 0) {
      results.push(
        exported(feedsOf(mlp)).then(({ y }) => assert.ok(difference(y!, mlp.outputs.y!) < 1e-6, 'the exported model')),
      );
    }
  }
  await Promise.all(results);
  for (const net of [...nets, exported]) await net.release();
  await session.release();
});

test.run();

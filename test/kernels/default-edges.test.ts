import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultEdges } from '../../src/kernels/default-edges.ts';
import { edges as expected } from '../tensorboard/fixture.ts';

test('defaultEdges() are the edges of PyTorch, to the last bit', () => {
  const edges = defaultEdges();
  assert.is(edges.length, expected.count);
  // The checksum is of little-endian bytes, whatever machine this runs on.
  const bytes = new DataView(new ArrayBuffer(edges.length * 8));
  edges.forEach((edge, i) => {
    bytes.setFloat64(i * 8, edge, true);
  });
  const sha256 = createHash('sha256').update(new Uint8Array(bytes.buffer)).digest('hex');
  assert.is(sha256, expected.sha256);
});

test('defaultEdges() ascend', () => {
  const edges = defaultEdges();
  for (let i = 1; i < edges.length; i++) assert.ok(edges[i - 1]! < edges[i]!, `edge ${i}`);
});

test.run();

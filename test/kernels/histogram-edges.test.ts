import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultEdges } from '../../src/kernels/histogram-edges.ts';
import { edges as expected } from '../tensorboard/fixture.ts';

test('defaultEdges() are the edges of PyTorch, to the last bit', () => {
  const edges = defaultEdges();
  assert.is(edges.length, expected.count);
  // The checksum is of little-endian bytes.
  const bytes = new DataView(new ArrayBuffer(edges.length * 8));
  edges.forEach((edge, i) => {
    bytes.setFloat64(i * 8, edge, true);
  });
  const sha256 = createHash('sha256').update(new Uint8Array(bytes.buffer)).digest('hex');
  assert.is(sha256, expected.sha256);
});

test('defaultEdges() returns one array', () => assert.is(defaultEdges(), defaultEdges()));

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Event, encodeEventRecord } from '../../../src/tensorboard/format/event.ts';

/** The event without its framing. */
const encodeEvent = (event: Event) => encodeEventRecord(event).subarray(12, -4);

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

// The expected bytes are what TensorBoard's own protobuf classes serialize.

test('encodeEventRecord() writes a version', () => {
  assert.is(
    hex(encodeEvent({ wallTime: 1.5, fileVersion: 'brain.Event:2' })),
    '09000000000000f83f1a0d627261696e2e4576656e743a32',
  );
});

test('encodeEventRecord() writes a scalar with its step', () => {
  const event = { wallTime: 2.25, step: 7n, summary: [{ tag: 'loss', simpleValue: 0.5 }] };
  assert.is(hex(encodeEvent(event)), '09000000000000024010072a0d0a0b0a046c6f7373150000003f');
});

test('encodeEventRecord() writes a histogram', () => {
  const histogram = {
    min: 1,
    max: 2,
    num: 2,
    sum: 3,
    sumSquares: 5,
    bucketLimits: Float64Array.of(1, 1.5, 2),
    bucketCounts: Float64Array.of(0, 1, 1),
  };
  assert.is(
    hex(encodeEvent({ wallTime: 0, summary: [{ tag: 'q', histogram }] })),
    '2a68' +
      '0a660a01712a6109000000000000f03f1100000000000000401900000000000000402100000000000008402900000000000014403218' +
      '000000000000f03f000000000000f83f00000000000000403a180000000000000000000000000000f03f000000000000f03f',
  );
});

test('encodeEventRecord() leaves out zeros, but not -0 or a scalar', () => {
  assert.is(hex(encodeEvent({ wallTime: 0, step: 0n })), '');
  assert.is(hex(encodeEvent({ wallTime: -0 })), '090000000000000080');
  assert.is(hex(encodeEvent({ wallTime: 0, summary: [{ tag: 'a', simpleValue: 0 }] })), '2a0a0a080a01611500000000');
});

test('encodeEventRecord() writes a negative step in ten bytes', () => {
  assert.is(hex(encodeEvent({ wallTime: 0, step: -1n })), '10ffffffffffffffffff01');
  assert.is(hex(encodeEvent({ wallTime: 0, step: -(2n ** 63n) })), '1080808080808080808001');
});

test('encodeEventRecord() writes steps on both sides of every length of a varint', () => {
  for (let bits = 7n; bits < 63n; bits += 7n) {
    const groups = Number(bits / 7n);
    assert.is(hex(encodeEvent({ wallTime: 0, step: 2n ** bits - 1n })), `10${'ff'.repeat(groups - 1)}7f`);
    assert.is(hex(encodeEvent({ wallTime: 0, step: 2n ** bits })), `10${'80'.repeat(groups)}01`);
  }
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crc32c } from '../../../src/tensorboard/format/crc32c.ts';
import { crc } from '../fixture.ts';
import { crc32c as bitByBit } from '../read-events.ts';

test("crc32c() is TensorBoard's", () => {
  for (const { bytes, crc: expected } of crc) assert.is(crc32c(Buffer.from(bytes, 'hex')), expected, bytes);
});

test('crc32c() is that of a bit-by-bit implementation, at every length and alignment', () => {
  const all = Uint8Array.from({ length: 100 }, (_, i) => (i * 0x9e3779b1) >>> 11);
  for (let start = 0; start < 9; start++) {
    for (let end = start; end <= all.length; end++) {
      const some = all.subarray(start, end);
      assert.is(crc32c(some), bitByBit(some), `${start} to ${end}`);
    }
  }
});

test('crc32c() continues from a register', () => {
  const all = Uint8Array.from({ length: 50 }, (_, i) => i * i);
  // A checksum is the register, inverted.
  assert.is(crc32c(all.subarray(13), ~crc32c(all.subarray(0, 13))), bitByBit(all));
});

test.run();

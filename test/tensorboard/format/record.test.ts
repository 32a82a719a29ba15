import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reference } from '../../../src/kernels/reference.ts';
import { kernels, useKernels } from '../../../src/kernels/select.ts';
import { frameRecord, maskedCrc } from '../../../src/tensorboard/format/record.ts';
import { crc } from '../fixture.ts';
import { crc32c } from '../read-events.ts';

test("maskedCrc() is TensorBoard's", () => {
  for (const { bytes, masked } of crc) assert.is(maskedCrc(Buffer.from(bytes, 'hex')), masked, bytes);
});

test("the checksum of the tests' reader is TensorBoard's", () => {
  for (const { bytes, crc: expected } of crc) assert.is(crc32c(Buffer.from(bytes, 'hex')), expected, bytes);
});

test('frameRecord() frames data with its length and two checksums', () => {
  // The header of a record of 24 bytes: its length, and the checksum 0x224b7fa3, little-endian.
  const record = frameRecord(new Uint8Array(100), 24);
  assert.is(record.length, 24 + 16);
  assert.is(Buffer.from(record.subarray(0, 12)).toString('hex'), '1800000000000000a37f4b22');
  const footer = new DataView(record.buffer).getUint32(36, true);
  assert.is(footer, maskedCrc(new Uint8Array(24)));
});

function checkLengths(): void {
  for (const length of [4095, 4096, 4097, 9801, 100_000, 300_000]) {
    const buffer = Uint8Array.from({ length: length + 16 }, (_, i) => i * i * 7);
    const crc = crc32c(buffer.slice(12, 12 + length));
    const footer = new DataView(frameRecord(buffer, length).buffer).getUint32(12 + length, true);
    assert.is(footer, (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, `${length} bytes`);
  }
}

test('frameRecord() of data short and long', checkLengths);

test('frameRecord() without WebAssembly gives the same checksums', () => {
  const before = kernels();
  useKernels(reference);
  try {
    checkLengths();
  } finally {
    useKernels(before);
  }
});

test('frameRecord() does not change the data or what follows the record', () => {
  const buffer = new Uint8Array(30).fill(9);
  assert.equal([...frameRecord(buffer, 3).subarray(12, 15)], [9, 9, 9]);
  assert.equal([...buffer.subarray(19)], new Array(11).fill(9));
});

test.run();

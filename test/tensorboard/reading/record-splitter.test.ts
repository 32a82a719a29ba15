import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Piece, RecordSplitter } from '../../../src/tensorboard/reading/record-splitter.ts';
import { recordOf } from '../record-of.ts';

const records = [3, 0, 40, 5000, 1].map((length) => recordOf(Uint8Array.from({ length }, (_, i) => i * 7 + length)));
const file = Buffer.concat(records);
const dataOf = (pieces: Piece[]) =>
  pieces.map((piece) => ('data' in piece ? Buffer.from(piece.data).toString('hex') : piece.warning.reason));
const all = records.map((record) => Buffer.from(record.subarray(12, -4)).toString('hex'));

test('RecordSplitter gives the data of each record, in any pieces of the bytes', () => {
  for (const size of [1, 2, 7, 12, 13, 100, 4999, file.length]) {
    const splitter = new RecordSplitter();
    const pieces: Piece[] = [];
    for (let at = 0; at < file.length; at += size) pieces.push(...splitter.push(file.subarray(at, at + size)));
    assert.equal(dataOf(pieces), all, `pieces of ${size}`);
    assert.is(splitter.offset, file.length);
    assert.is(splitter.pending, 0);
  }
});

test('RecordSplitter holds back an incomplete record', () => {
  const splitter = new RecordSplitter();
  assert.equal(dataOf(splitter.push(file.subarray(0, 60))), all.slice(0, 2));
  assert.is(splitter.offset, records[0]!.length + records[1]!.length);
  assert.is(splitter.pending, 60 - splitter.offset);
  assert.equal(dataOf(splitter.push(file.subarray(60))), all.slice(2));
});

test('RecordSplitter skips a corrupt record, says where it is, and goes on', () => {
  const damaged = Buffer.from(file);
  damaged[records[0]!.length + records[1]!.length + 20]! ^= 4;
  const pieces = new RecordSplitter().push(damaged);
  assert.equal(dataOf(pieces), all.with(2, 'the data of a record does not fit its checksum'));
  const offset = records[0]!.length + records[1]!.length;
  assert.equal(pieces[2], {
    offset,
    warning: { offset, reason: 'the data of a record does not fit its checksum', final: false },
  });
});

test('RecordSplitter ends at a corrupt length', () => {
  const damaged = Buffer.from(file);
  damaged[records[0]!.length]! ^= 1;
  const splitter = new RecordSplitter();
  const pieces = splitter.push(damaged);
  assert.is(pieces.length, 2);
  assert.match(dataOf(pieces)[1]!, /^the length of a record does not fit its checksum/);
  assert.ok(splitter.ended);
  assert.is(splitter.offset, records[0]!.length);
  assert.equal(splitter.push(file), []);
});

test('RecordSplitter allocates nothing for a claimed length, even with a valid checksum', () => {
  const claim = (length: bigint) => {
    const header = Buffer.from(recordOf(new Uint8Array(0)));
    // The checksum of a length that is not the data's: taken from a record of a length that is.
    header.writeBigUInt64LE(length, 0);
    return header;
  };
  // 2 ** 31 bytes with the right checksum: a header made by hand.
  const huge = Buffer.from('000000800000000000000000', 'hex');
  huge.writeUInt32LE(maskedOf(huge.subarray(0, 8)), 8);
  const splitter = new RecordSplitter();
  assert.equal(splitter.push(huge), []);
  assert.equal(splitter.push(new Uint8Array(1000)), []);
  assert.is(splitter.pending, 1012);
  const beyond = Buffer.from('ffffffffffffff7f00000000', 'hex');
  beyond.writeUInt32LE(maskedOf(beyond.subarray(0, 8)), 8);
  assert.match(dataOf(new RecordSplitter().push(beyond))[0]!, 'beyond 2 GB');
  assert.match(dataOf(new RecordSplitter().push(claim(77n)))[0]!, 'does not fit its checksum');
});

/** The checksum by the tests' code, not the code under test. */
function maskedOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

test.run();

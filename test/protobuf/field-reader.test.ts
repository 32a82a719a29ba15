import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FieldReader, MalformedMessage } from '../../src/protobuf/index.ts';

/** Reads a message whose field 5 holds a message, to the bytes of the first field of that. */
function nestedBytes(bytes: Uint8Array): Uint8Array {
  const fields = new FieldReader(bytes);
  assert.ok(fields.next() && fields.number === 5);
  const nested = fields.message();
  assert.ok(nested.next() && nested.number === 1);
  return nested.bytes();
}

const refuses = (run: () => unknown, reason: RegExp) =>
  assert.throws(run, (error: Error) => error instanceof MalformedMessage && reason.test(error.message));

test('FieldReader refuses a field that is longer than its parent, though the bytes exist in the next field', () => {
  // Field 5 has 3 bytes: a field 1 that claims 6 bytes, and one of them. Field 3 follows, with 4 bytes.
  const message = (claimed: number) => Uint8Array.of(0x2a, 3, 0x0a, claimed, 0x41, 0x1a, 4, 0x42, 0x43, 0x44, 0x45);
  assert.equal([...nestedBytes(message(1))], [0x41]);
  for (const claimed of [2, 6]) {
    refuses(() => nestedBytes(message(claimed)), new RegExp(`claims ${claimed} bytes, and 1 are left`));
  }
});

test('FieldReader refuses a number that goes on beyond its parent', () => {
  // Field 5 has 2 bytes: a field 1 whose varint says that it goes on. The next byte would end it.
  const fields = new FieldReader(Uint8Array.of(0x2a, 2, 0x08, 0x80, 0x01, 0));
  fields.next();
  const nested = fields.message();
  refuses(() => nested.next(), /a number is cut off/);
});

test('FieldReader reads repeated integers, packed or one by one', () => {
  // Field 1 with 3, then packed 300 and 5; then field 2 with 7.
  const fields = new FieldReader(Uint8Array.of(0x08, 3, 0x0a, 3, 0xac, 0x02, 5, 0x10, 7));
  const found: number[][] = [];
  while (fields.next()) found.push(fields.integers());
  assert.equal(found, [[3], [300, 5], [7]]);
  // Its last number goes on into the next field.
  const cut = new FieldReader(Uint8Array.of(0x0a, 2, 5, 0x80, 0x10, 7));
  cut.next();
  refuses(() => cut.integers(), /field 1 ends inside a number/);
});

test('FieldReader refuses a length beyond 2^53, and a negative one', () => {
  for (const length of [
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  ]) {
    refuses(() => new FieldReader(Uint8Array.of(0x0a, ...length, 1)).next(), /claims .* bytes, and 1 are left/);
  }
});

test('FieldReader.seek() reads a field again', () => {
  const fields = new FieldReader(Uint8Array.of(0x08, 7, 0x10, 8));
  fields.next();
  const { position } = fields;
  fields.next();
  assert.equal([fields.number, fields.integer()], [2, 8]);
  fields.seek(position);
  assert.equal([fields.number, fields.integer()], [1, 7]);
});

test.run();

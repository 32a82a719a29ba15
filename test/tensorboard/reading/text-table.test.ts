import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TextTable } from '../../../src/tensorboard/reading/text-table.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('TextTable decodes any bytes, first and again', () => {
  const table = new TextTable();
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const expected = Buffer.from(text).toString();
      for (let turn = 0; turn < 2; turn++) assert.is(table.text(bytesOf(text)), expected);
    }),
    { numRuns: 500 },
  );
  assert.is(table.text(Uint8Array.of(0xff, 65)), '\ufffdA');
});

test('TextTable distinguishes texts with equal hashes', () => {
  // Under FNV-1a with 32 bits; from its author's page.
  const table = new TextTable();
  assert.equal(
    ['costarring', 'liquid', 'costarring', 'liquid'].map((text) => table.text(bytesOf(text))),
    ['costarring', 'liquid', 'costarring', 'liquid'],
  );
});

test('TextTable keeps a copy of the bytes', () => {
  const table = new TextTable();
  const bytes = bytesOf('fc1');
  table.text(bytes);
  bytes[2] = bytesOf('2')[0]!;
  assert.equal([table.text(bytes), table.text(bytesOf('fc1'))], ['fc2', 'fc1']);
});

/** How often `run` decodes bytes. */
function decoded(run: () => void): number {
  const original = TextDecoder.prototype.decode;
  let count = 0;
  TextDecoder.prototype.decode = function (...bytes) {
    count++;
    return original.apply(this, bytes);
  };
  try {
    run();
  } finally {
    TextDecoder.prototype.decode = original;
  }
  return count;
}

test('TextTable decodes a text of up to 256 bytes once, a longer one each time', () => {
  const table = new TextTable();
  for (const [length, count] of [
    [256, 1],
    [257, 2],
  ] as const) {
    const bytes = bytesOf('x'.repeat(length));
    assert.is(
      decoded(() => {
        table.text(bytes);
        table.text(bytes);
      }),
      count,
    );
  }
});

test('TextTable keeps 65,536 texts, and decodes further ones each time', () => {
  const table = new TextTable();
  const texts = Array.from({ length: 65_536 + 100 }, (_, i) => bytesOf(`layer/${i}`));
  const readAll = () => {
    for (const text of texts) table.text(text);
  };
  assert.is(decoded(readAll), texts.length);
  assert.is(decoded(readAll), 100);
});

test.run();

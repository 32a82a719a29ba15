import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TextTable } from '../../../src/tensorboard/reading/text-table.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('TextTable gives the text of any bytes, each time', () => {
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

test('TextTable tells texts apart whose hashes are equal', () => {
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

test.run();

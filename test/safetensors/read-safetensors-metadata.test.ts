import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensorsMetadata } from '../../src/safetensors/read-safetensors-metadata.ts';
import { bytes, file } from './fixture.ts';

test('readSafetensorsMetadata() gives the text that the Python package wrote', () => {
  assert.equal([...readSafetensorsMetadata(bytes('safetensors/dtypes.safetensors'))], [['made by', 'Python \u2713']]);
  assert.equal([...readSafetensorsMetadata(bytes('safetensors/names.safetensors'))], [['é\n', '"\\\u0001']]);
});

test('readSafetensorsMetadata() gives an empty Map where a file has none', () => {
  assert.equal(readSafetensorsMetadata(bytes('digits-logits.safetensors')), new Map());
  assert.equal(readSafetensorsMetadata(file({ __metadata__: {} })), new Map());
});

test('readSafetensorsMetadata() takes __proto__ for a key like any other', () => {
  const header = JSON.parse('{"__metadata__":{"__proto__":"a","constructor":"b"}}') as unknown;
  const metadata = readSafetensorsMetadata(file(header));
  assert.equal(
    [...metadata],
    [
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ],
  );
});

test('readSafetensorsMetadata() does not take a value for a key that comes twice', () => {
  const read = readSafetensorsMetadata(file({ __metadata__: { a: 'a', b: 'a', c: '"a":', d: '\\' } }));
  assert.equal([...read.keys()], ['a', 'b', 'c', 'd']);
});

test('readSafetensorsMetadata() checks the tensors too', () => {
  const header = { __metadata__: { a: 'b' }, x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } };
  assert.throws(() => readSafetensorsMetadata(file(header)), /tensor "x"/);
});

test.run();

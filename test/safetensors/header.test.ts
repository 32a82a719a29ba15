import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHeader } from '../../src/safetensors/header.ts';
import { readSafetensors } from '../../src/safetensors/read.ts';
import { file, json } from './fixture.ts';
import { BROKEN, GOOD, STRICTER } from './verdicts.ts';

interface Case {
  name: string;
  base64: string;
  readByPython: boolean;
}

const cases = json<Case[]>('safetensors/files.json');
const decode = (name: string) => Buffer.from(cases.find((one) => one.name === name)!.base64, 'base64');

test('every file of the fixture has a verdict', () => {
  assert.equal(cases.map(({ name }) => name).sort(), [...Object.keys(GOOD), ...Object.keys(BROKEN)].sort());
});

for (const [name, names] of Object.entries(GOOD)) {
  test(`parseHeader() reads: ${name}`, () => {
    assert.equal(
      parseHeader(decode(name)).tensors.map((tensor) => tensor.name),
      names,
    );
    assert.equal([...readSafetensors(decode(name)).keys()], names);
  });
}

for (const [name, message] of Object.entries(BROKEN)) {
  test(`parseHeader() refuses with the reason: ${name}`, () => {
    const refused = (error: unknown) => {
      assert.instance(error, Error);
      assert.ok((error as Error).message.startsWith('safetensors: '), (error as Error).message);
      assert.match((error as Error).message, message);
      return true;
    };
    assert.throws(() => parseHeader(decode(name)), refused);
    assert.throws(() => readSafetensors(decode(name)), refused);
  });
}

test('parseHeader() refuses every file that the Python package refuses, and a known few others', () => {
  const stricter = cases.filter(({ name, readByPython }) => readByPython && name in BROKEN).map(({ name }) => name);
  assert.equal(new Set(stricter), STRICTER);
  for (const { name, readByPython } of cases) if (name in GOOD) assert.ok(readByPython, name);
});

test('parseHeader() does not pollute Object.prototype', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  for (const name of ['good, __proto__', 'good, constructor', 'dtype inherited', 'metadata of null']) {
    try {
      parseHeader(decode(name));
    } catch {}
  }
  assert.equal(Object.getOwnPropertyNames(Object.prototype), before);
});

test('parseHeader() keeps its messages short for hostile files', () => {
  const long = 'x'.repeat(1e5);
  const sizes = Array.from({ length: 1e5 }, () => -1);
  const entry = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
  const headers: unknown[] = [
    { [long]: null },
    { a: { ...entry, dtype: long } },
    { a: { ...entry, shape: sizes } },
    { a: { ...entry, data_offsets: sizes } },
    { a: long },
    { __metadata__: { [long]: 1 } },
  ];
  for (const header of headers) {
    assert.throws(
      () => parseHeader(file(header)),
      (error: unknown) => (error as Error).message.length < 300,
    );
  }
});

test('parseHeader() refuses a header that is nested a million deep', () => {
  const entry = '{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":';
  const text = `{"a":${entry}${'[{"y":'.repeat(5e5)}1${'}]'.repeat(5e5)}}}`;
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  new TextEncoder().encodeInto(text, bytes.subarray(8));
  assert.throws(
    () => parseHeader(bytes),
    // A recursive JSON parser may give up first.
    /^safetensors: the header is (nested more than 127 deep|not JSON: .*)$/,
  );
});

test.run();

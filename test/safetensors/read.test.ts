import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, readSafetensorsMetadata } from '../../src/safetensors/read.ts';
import { bytes, type FixtureTensor, file, floats, json, values } from './fixture.ts';

const DTYPES = 'safetensors/dtypes.safetensors';
const expected = json<FixtureTensor[]>('safetensors/dtypes.json');

/** By Object.is: NaN equals NaN, and -0 does not equal 0. */
function same(got: ArrayLike<number>, want: readonly number[], name: string) {
  assert.is(got.length, want.length, `${name}: length`);
  want.forEach((value, i) => {
    assert.ok(Object.is(got[i], value), `${name}[${i}]: ${got[i]} instead of ${value}`);
  });
}

test('readSafetensors() reads every dtype, value and shape as the Python package and PyTorch do', () => {
  const tensors = readSafetensors(bytes(DTYPES));
  assert.is(tensors.size, expected.length);
  for (const want of expected) {
    const { data, shape, dtype } = tensors.get(want.name)!;
    assert.equal(shape, want.shape, want.name);
    assert.is(dtype, want.dtype, want.name);
    same(floats(data), values(want), want.name);
  }
});

/** The array of each tensor in the fixture. */
const ARRAYS: Record<string, string> = {
  i8: 'Int8Array',
  i16: 'Int16Array',
  i32: 'Int32Array',
  i64: 'BigInt64Array',
  u8: 'Uint8Array',
  u16: 'Uint16Array',
  u32: 'Uint32Array',
  u64: 'BigUint64Array',
  bool: 'Uint8Array',
  num_batches_tracked: 'BigInt64Array',
  empty: 'Int16Array',
};

test('readSafetensors() reads integers and BOOL into the arrays of their types, with the values that PyTorch wrote', () => {
  const rows = json<{ name: string; shape: number[]; text: string[] }[]>('safetensors/integers.json');
  assert.equal(rows.map(({ name }) => name).sort(), Object.keys(ARRAYS).sort());
  // A file may lie at any offset, so its elements may have any alignment.
  for (let offset = 0; offset < 8; offset++) {
    const whole = bytes('safetensors/integers.safetensors');
    const room = new Uint8Array(whole.length + offset);
    room.set(whole, offset);
    const tensors = readSafetensors(room.subarray(offset));
    assert.is(tensors.size, rows.length + 1);
    for (const { name, shape, text } of rows) {
      const { data, shape: came, dtype } = tensors.get(name)!;
      assert.equal([came, Array.from(data as ArrayLike<unknown>, String)], [shape, text], name);
      assert.is(Object.prototype.toString.call(data), `[object ${ARRAYS[name]}]`, name);
      if (/^[iu]\d|^bool/.test(name)) assert.is(dtype, name.toUpperCase());
    }
  }
});

test('readSafetensors() reads every byte of a BOOL but 0 as 1', () => {
  const header = { x: { dtype: 'BOOL', shape: [4], data_offsets: [0, 4] } };
  const tensor = readSafetensors(file(header, Uint8Array.of(0, 1, 2, 255))).get('x')!;
  assert.equal(tensor.data, Uint8Array.of(0, 1, 1, 1));
});

test('readSafetensors() lists tensors of unreadable types, and refuses to read their data by name', () => {
  const tensors = readSafetensors(bytes('safetensors/unread.safetensors'));
  assert.equal(
    [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]),
    [
      ['c', 'C64', [1]],
      ['a', 'F32', [2]],
      ['b', 'F8_E4M3', [1]],
    ],
  );
  assert.equal(tensors.get('a')!.data, Float32Array.of(1, 2));
  for (const [name, dtype] of [
    ['b', 'F8_E4M3'],
    ['c', 'C64'],
  ]) {
    assert.throws(
      () => tensors.get(name!)!.data,
      (error: unknown) =>
        (error as Error).message ===
        `safetensors: tensor "${name}": to read its data, its dtype must be one of F32, I8, I16, I32, I64, U8, U16, U32, U64, F16, BF16, F64, BOOL, got ${dtype}`,
    );
  }
});

test('readSafetensors() copies the values of a tensor once, at the first read of its data', () => {
  const input = new Uint8Array(bytes(DTYPES));
  const tensors = readSafetensors(input);
  const [asked, other] = [tensors.get('2-d')!, tensors.get('f32')!];
  assert.is(asked.data, asked.data);
  input.fill(0);
  same(floats(asked.data), [0, 1, 2, 3, 4, 5], '2-d, read before');
  assert.ok(
    floats(other.data).every((value) => value === 0),
    'f32, read after the file was written over',
  );
  assert.equal(Object.keys(asked), ['data', 'shape', 'dtype']);
  assert.equal(structuredClone(asked), { data: asked.data, shape: [2, 3], dtype: 'F32' });
});

test('readSafetensors() says that the memory of a file was transferred before the values were read', () => {
  const input = new Uint8Array(bytes(DTYPES));
  const tensors = readSafetensors(input);
  structuredClone(input.buffer, { transfer: [input.buffer] });
  assert.throws(() => tensors.get('2-d')!.data, /^safetensors: tensor "2-d": the file's memory is gone$/);
});

test('readSafetensors() gives the tensors in the order of their bytes, whatever their names', () => {
  const entry = (begin: number) => ({ dtype: 'F32', shape: [1], data_offsets: [begin, begin + 4] });
  const data = new Uint8Array(new Float32Array([1, 2, 3]).buffer);
  // JSON.parse puts "1" before the others.
  const tensors = readSafetensors(file({ b: entry(8), a: entry(0), '1': entry(4) }, data));
  assert.equal([...tensors.keys()], ['a', '1', 'b']);
  assert.equal(
    [...tensors.values()].map((tensor) => tensor.data[0]),
    [1, 2, 3],
  );
});

test('readSafetensors() accepts an ArrayBuffer, a Uint8Array and a Buffer, at any offset', () => {
  const whole = new Uint8Array(bytes(DTYPES));
  // As bytes: to assert.equal(), NaN in a typed array does not equal itself.
  const read = (input: Uint8Array | ArrayBuffer) =>
    [...readSafetensors(input)].map(([name, { data, shape }]) => ({
      name,
      shape,
      data: new Uint8Array(data.buffer.slice(0)),
    }));
  const want = read(whole);
  assert.equal(read(whole.buffer), want);
  for (let offset = 0; offset < 9; offset++) {
    const room = new Uint8Array(whole.length + 16).fill(0xff);
    room.set(whole, offset);
    assert.equal(read(room.subarray(offset, offset + whole.length)), want, `Uint8Array at ${offset}`);
    assert.equal(read(Buffer.from(room.buffer, offset, whole.length)), want, `Buffer at ${offset}`);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(whole.length));
  shared.set(whole);
  assert.equal(read(shared), want, 'shared memory');
});

test('readSafetensors() shares no memory between tensors', () => {
  const tensors = readSafetensors(bytes(DTYPES));
  const buffers = new Set([...tensors.values()].map(({ data }) => data.buffer));
  assert.is(buffers.size, tensors.size, 'no two tensors share memory');
});

test('readSafetensors() keeps the payload and the sign of every NaN of F32, F16 and BF16', () => {
  const cases = [
    { dtype: 'F32', size: 4, bits: [0x7f800001, 0xffc12345, 0x7fffffff], want: [0x7f800001, 0xffc12345, 0x7fffffff] },
    { dtype: 'F16', size: 2, bits: [0x7c01, 0xfe00, 0x7fff], want: [0x7f802000, 0xffc00000, 0x7fffe000] },
    { dtype: 'BF16', size: 2, bits: [0x7f81, 0xffc0, 0x7fff], want: [0x7f810000, 0xffc00000, 0x7fff0000] },
  ];
  for (const { dtype, size, bits, want } of cases) {
    const data = size === 4 ? new Uint32Array(bits) : new Uint16Array(bits);
    const header = { x: { dtype, shape: [3], data_offsets: [0, 3 * size] } };
    const { data: got } = readSafetensors(file(header, new Uint8Array(data.buffer))).get('x')!;
    assert.equal([...new Uint32Array(got.buffer)], want, dtype);
  }
});

test('readSafetensors() reads __proto__ and the like as ordinary names', () => {
  const names = json<FixtureTensor[]>('safetensors/names.json');
  const tensors = readSafetensors(bytes('safetensors/names.safetensors'));
  assert.is(tensors.size, names.length);
  for (const want of names) same(floats(tensors.get(want.name)!.data), values(want), want.name);
  assert.is(Object.getPrototypeOf(tensors.get('__proto__')), Object.prototype);
  assert.equal(Object.keys(Object.prototype), []);
});

test('readSafetensors() refuses anything but bytes, and says what it got', () => {
  const refuse = (input: unknown, came: RegExp) =>
    assert.throws(
      () => readSafetensors(input as Uint8Array),
      (error: unknown) => error instanceof TypeError && came.test(error.message),
    );
  refuse('weights.safetensors', /got the string "weights\.safetensors"$/);
  refuse('x'.repeat(1e6), /got the string "x{40}…"$/);
  refuse(undefined, /got undefined$/);
  refuse([1, 2], /got an array of length 2$/);
  refuse(Promise.resolve(new Uint8Array(16)), /got a promise$/);
  refuse(new DataView(new ArrayBuffer(16)), /got a DataView$/);
  refuse(new Float32Array(4), /got a Float32Array$/);
});

test('readSafetensorsMetadata() reads the text that the Python package wrote', () => {
  assert.equal([...readSafetensorsMetadata(bytes('safetensors/dtypes.safetensors'))], [['made by', 'Python \u2713']]);
  assert.equal([...readSafetensorsMetadata(bytes('safetensors/names.safetensors'))], [['é\n', '"\\\u0001']]);
});

test('readSafetensorsMetadata() returns an empty Map for a file without metadata', () => {
  assert.equal(readSafetensorsMetadata(bytes('digits-logits.safetensors')), new Map());
  assert.equal(readSafetensorsMetadata(file({ __metadata__: {} })), new Map());
});

test('readSafetensorsMetadata() reads __proto__ as an ordinary key', () => {
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

test('readSafetensorsMetadata() accepts values that equal a key', () => {
  const read = readSafetensorsMetadata(file({ __metadata__: { a: 'a', b: 'a', c: '"a":', d: '\\' } }));
  assert.equal([...read.keys()], ['a', 'b', 'c', 'd']);
});

test('readSafetensorsMetadata() checks the tensors too', () => {
  const header = { __metadata__: { a: 'b' }, x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } };
  assert.throws(() => readSafetensorsMetadata(file(header)), /tensor "x"/);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, readSafetensorsMetadata } from '../../src/safetensors/read.ts';
import { type SafetensorsInput, safetensorsParts, writeSafetensors } from '../../src/safetensors/write.ts';
import { bytes, type FixtureTensor, json, values } from './fixture.ts';

const ones = (...shape: number[]): SafetensorsInput => ({
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
  shape,
});

const names = json<FixtureTensor[]>('safetensors/names.json');
const tensors = new Map(
  names.map((tensor) => [tensor.name, { data: Float32Array.from(values(tensor)), shape: tensor.shape }]),
);
const metadata = { 'é\n': '"\\\u0001' };

// assert.equal() takes minutes to print the difference of two files.
function same(got: Uint8Array, want: Uint8Array, name = 'file') {
  assert.ok(Buffer.from(want).equals(got), `${name}: got ${got.length} bytes, expected ${want.length}, or other ones`);
}

test('writeSafetensors() writes the bytes that the Python package writes', () => {
  same(writeSafetensors(tensors, metadata), bytes('safetensors/names.safetensors'));
});

test('writeSafetensors() writes the same bytes in any order of the tensors', () => {
  const reversed = new Map([...tensors].reverse());
  same(writeSafetensors(reversed, metadata), writeSafetensors(tensors, metadata));
});

test('writeSafetensors() accepts plain objects and Maps', () => {
  const record = Object.fromEntries(tensors);
  assert.ok(Object.hasOwn(record, '__proto__'));
  same(writeSafetensors(record, new Map(Object.entries(metadata))), writeSafetensors(tensors, metadata));
});

test('writeSafetensors() reproduces a file that readSafetensors() read, byte for byte', () => {
  for (const name of [
    'safetensors/integers.safetensors',
    'digits-logits.safetensors',
    '../../../examples/digits/data/weights.safetensors',
  ]) {
    const file = bytes(name);
    same(writeSafetensors(readSafetensors(file)), file, name);
  }
});

test('writeSafetensors() writes a Float32Array as F32, whatever type it was read from, and refuses types that cannot be read', () => {
  const read = readSafetensors(bytes('safetensors/dtypes.safetensors'));
  assert.equal(
    new Set([...readSafetensors(writeSafetensors(read)).values()].map(({ dtype }) => dtype)),
    new Set(['F32']),
  );
  assert.throws(
    () => writeSafetensors(readSafetensors(bytes('safetensors/unread.safetensors'))),
    /tensor "c": to read its data, its dtype must be one of .*, got C64$/,
  );
});

test('writeSafetensors() accepts the dtype names of other libraries', () => {
  const tensor = { data: Float32Array.of(1), shape: [1], dtype: 'float32' };
  assert.is(readSafetensors(writeSafetensors({ x: tensor })).get('x')!.dtype, 'F32');
});

test('writeSafetensors() writes bits of float16 and bfloat16, and float64, as their own types', () => {
  const bits = Uint16Array.of(0x3c00, 0x7c00, 0x8001);
  for (const [said, dtype] of [
    [{ dtype: 'F16' }, 'F16'],
    [{ dtype: 'BF16' }, 'BF16'],
    [{ type: 'float16' }, 'F16'],
    [{ dtype: 'torch.bfloat16' }, 'BF16'],
    [{}, 'U16'],
  ] as const) {
    const written = readSafetensors(writeSafetensors({ x: { data: bits, shape: [3], ...said } })).get('x')!;
    assert.is(written.dtype, dtype);
    assert.equal([...written.bytes], [0x00, 0x3c, 0x00, 0x7c, 0x01, 0x80]);
  }
  const half = { data: bits, shape: [3], dtype: 'F16' };
  assert.equal([...readSafetensors(writeSafetensors({ half })).get('half')!.data], [1, Infinity, -(2 ** -24)]);
  const double = readSafetensors(writeSafetensors({ x: { data: Float64Array.of(0.1), shape: [] } })).get('x')!;
  assert.is(double.dtype, 'F64');
  assert.is(new DataView(double.bytes.slice().buffer).getFloat64(0, true), 0.1);
});

test('safetensorsParts() gives the bytes of writeSafetensors() in parts, and does not copy the tensors', () => {
  const data = Float32Array.of(1, 2);
  const all = { ...Object.fromEntries(tensors), added: { data, shape: [2] } };
  const parts = safetensorsParts(all, metadata);
  same(Buffer.concat(parts), writeSafetensors(all, metadata));
  assert.ok(parts.some(({ buffer }) => buffer === data.buffer));
});

test('writeSafetensors() pads the header with spaces to a multiple of 8 bytes', () => {
  for (let length = 0; length < 20; length++) {
    const file = writeSafetensors({ ['x'.repeat(length)]: ones(3) });
    const header = Number(new DataView(file.buffer).getBigUint64(0, true));
    assert.is(header % 8, 0);
    assert.is(file.length, 8 + header + 12);
    assert.match(new TextDecoder().decode(file.subarray(8, 8 + header)), /^\{.*\} {0,7}$/);
  }
});

test('writeSafetensors() writes files without tensors, empty tensors and scalars', () => {
  assert.equal(readSafetensors(writeSafetensors({})), new Map());
  const read = readSafetensors(writeSafetensors({ scalar: ones(), none: ones(2, 0, 3) }));
  assert.equal(read.get('scalar'), { data: new Float32Array([1]), shape: [], dtype: 'F32' });
  assert.equal(read.get('none'), { data: new Float32Array(), shape: [2, 0, 3], dtype: 'F32' });
});

test('writeSafetensors() keeps every bit: -0, subnormals, infinities, the payloads of NaN', () => {
  const bits = new Uint32Array([0x80000000, 1, 0x807fffff, 0x7f800000, 0xff800000, 0x7f800001, 0xffc12345]);
  const file = writeSafetensors({ x: { data: new Float32Array(bits.buffer), shape: [7] } });
  assert.equal(new Uint32Array(readSafetensors(file).get('x')!.data.buffer), bits);
});

test('writeSafetensors() writes only the part of a buffer that its array views', () => {
  const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
  assert.equal([...readSafetensors(writeSafetensors({ x: { data, shape: [2] } })).get('x')!.data], [2, 3]);
});

test('writeSafetensors() writes metadata in the given order, and none by default', () => {
  const text = (file: Uint8Array) => new TextDecoder().decode(file.subarray(8));
  assert.ok(
    text(
      writeSafetensors(
        {},
        new Map([
          ['b', '1'],
          ['10', '2'],
          ['9', '3'],
          ['__proto__', '4'],
        ]),
      ),
    ).startsWith('{"__metadata__":{"b":"1","10":"2","9":"3","__proto__":"4"}}'),
  );
  assert.ok(text(writeSafetensors({})).startsWith('{}'));
  assert.equal(readSafetensorsMetadata(writeSafetensors({}, { a: 'b' })), new Map([['a', 'b']]));
});

test('writeSafetensors() refuses tensors and metadata that the format cannot hold, by name', () => {
  const refuse = (type: ErrorConstructor, message: RegExp, input: unknown, extra?: unknown) => {
    const run = () => writeSafetensors(input as Record<string, SafetensorsInput>, extra as Record<string, string>);
    assert.throws(run, (error: unknown) => {
      assert.instance(error, type);
      assert.match((error as Error).message, message);
      return true;
    });
  };
  const data = new Float32Array(6);
  refuse(RangeError, /tensor "x": data must hold 4 values for shape \[2, 2\], got 6$/, { x: { data, shape: [2, 2] } });
  refuse(RangeError, /tensor "x": data must hold 1 values for shape \[\], got 6$/, { x: { data, shape: [] } });
  refuse(RangeError, /tensor "x": shape must be .* got the number 6$/, { x: { data, shape: 6 } });
  refuse(RangeError, /tensor "x": shape must be .* got undefined$/, { x: { data } });
  refuse(RangeError, /tensor "x": shape must be .* got \[-2, -3\]$/, { x: { data, shape: [-2, -3] } });
  refuse(RangeError, /tensor "x": shape must be .* got \[undefined\]$/, { x: { data, shape: [undefined] } });
  refuse(RangeError, /tensor "x": shape must be /, { x: { data: new Float32Array(0), shape: new Array(1) } });
  refuse(RangeError, /must have fewer than 2\^53 elements, got \[1073741824, 1073741824, 0\]$/, {
    x: { data, shape: [2 ** 30, 2 ** 30, 0] },
  });
  const ARRAYS =
    'Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, BigInt64Array, Uint8Array, .*, BigUint64Array';
  refuse(TypeError, new RegExp(`tensor "x": data must be one of ${ARRAYS}, got an array of length 2$`), {
    x: { data: [1, 2], shape: [2] },
  });
  refuse(TypeError, /tensor "x": data must be one of/, { x: { data: new Uint8ClampedArray(2), shape: [2] } });
  refuse(TypeError, /data must be one of/, { x: { data: { [Symbol.toStringTag]: 'constructor' }, shape: [2] } });
  refuse(TypeError, /tensor "x": dtype must be I32 for an Int32Array, got I64$/, {
    x: { data: new Int32Array(2), shape: [2], dtype: 'I64' },
  });
  refuse(TypeError, /dtype must be U16 for a Uint16Array, got I16$/, {
    x: { data: new Uint16Array(2), shape: [2], dtype: 'I16' },
  });
  refuse(TypeError, /data must be of type .*, got torch.float8_e5m2/, {
    x: { data: new Uint8Array(2), shape: [2], dtype: 'torch.float8_e5m2' },
  });
  refuse(TypeError, /data of type float32 must be in a .*, got an Int32Array/, {
    x: { data: new Int32Array(2), shape: [2], dtype: 'float32' },
  });
  refuse(TypeError, /dtype must be F32 for a Float32Array, got BOOL$/, {
    x: { data: new Float32Array(2), shape: [2], dtype: 'BOOL' },
  });
  refuse(RangeError, /tensor "x": BOOL data must be 0 or 1, got 2 at index 1$/, {
    x: { data: Uint8Array.of(1, 2), shape: [2], dtype: 'BOOL' },
  });
  refuse(TypeError, /tensor "x" must be \{ data, shape \}, got null$/, { x: null });
  refuse(TypeError, /tensor "x" must be \{ data, shape \}, got the number 3$/, { x: 3 });
  refuse(RangeError, /tensor "__metadata__": the format keeps this name/, { __metadata__: ones(1) });
  refuse(RangeError, /tensor "\\ud800": the name is not valid Unicode/, { '\ud800': ones(1) });
  refuse(RangeError, /tensor "\\udc00\\ud800": the name is not valid Unicode/, { '\udc00\ud800': ones(1) });
  refuse(TypeError, /a tensor's name must be a string, got the number 3$/, new Map([[3, ones(1)]]));
  refuse(TypeError, /the tensors must be a Map or an object, got null$/, null);
  refuse(TypeError, /the tensors must be a Map or an object, got an array of length 0$/, []);
  refuse(TypeError, /the tensors must be a Map or an object, got a promise$/, Promise.resolve({}));
  refuse(TypeError, /the metadata must be a Map or an object, got the string "pt"$/, {}, 'pt');
  refuse(TypeError, /the metadata must be a Map or an object, got null$/, {}, null);
  refuse(TypeError, /metadata: the value of "step" must be a string, got the number 3$/, {}, { step: 3 });
  refuse(TypeError, /metadata: a key must be a string, got the number 3$/, {}, new Map([[3, 'a']]));
  refuse(RangeError, /metadata: the value of "a" is not valid Unicode/, {}, { a: '\udfff' });
  refuse(RangeError, /metadata: the key "\\udfff" is not valid Unicode/, {}, { '\udfff': 'a' });
});

test('writeSafetensors() refuses a header that no reader accepts', () => {
  assert.throws(
    () => writeSafetensors({}, { a: 'x'.repeat(1e8) }),
    /the header must have at most 100000000 bytes, got 1000000\d\d with these names, shapes and metadata$/,
  );
  // One that just fits is read again: {"__metadata__":{"a":""}} has 25 bytes.
  const longest = writeSafetensors({}, { a: 'x'.repeat(1e8 - 25) });
  assert.is(longest.length, 8 + 1e8);
  assert.is(readSafetensorsMetadata(longest).get('a')!.length, 1e8 - 25);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors } from '../../src/safetensors/read-safetensors.ts';
import { readSafetensorsMetadata } from '../../src/safetensors/read-safetensors-metadata.ts';
import { type SafetensorsInput, writeSafetensors } from '../../src/safetensors/write-safetensors.ts';
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

// Not assert.equal(), which would take minutes to draw the difference of two files.
function same(got: Uint8Array, want: Uint8Array, name = 'file') {
  assert.ok(Buffer.from(want).equals(got), `${name}: got ${got.length} bytes, ${want.length} expected, or others`);
}

test('writeSafetensors() writes the bytes that the Python package writes', () => {
  same(writeSafetensors(tensors, metadata), bytes('safetensors/names.safetensors'));
});

test('writeSafetensors() writes the same bytes in whatever order the tensors come', () => {
  const reversed = new Map([...tensors].reverse());
  same(writeSafetensors(reversed, metadata), writeSafetensors(tensors, metadata));
});

test('writeSafetensors() takes objects as it takes Maps', () => {
  const record = Object.fromEntries(tensors);
  assert.ok(Object.hasOwn(record, '__proto__'));
  same(writeSafetensors(record, new Map(Object.entries(metadata))), writeSafetensors(tensors, metadata));
});

test('writeSafetensors() writes what readSafetensors() read, to the byte', () => {
  for (const name of [
    'safetensors/integers.safetensors',
    'digits-logits.safetensors',
    '../../../examples/digits/data/weights.safetensors',
  ]) {
    const file = bytes(name);
    same(writeSafetensors(readSafetensors(file)), file, name);
  }
});

test('writeSafetensors() writes what was read as float32 as F32, whatever it was, and names the type of others', () => {
  const read = readSafetensors(bytes('safetensors/dtypes.safetensors'));
  assert.equal(
    new Set([...readSafetensors(writeSafetensors(read)).values()].map(({ dtype }) => dtype)),
    new Set(['F32']),
  );
  assert.throws(
    () => writeSafetensors(readSafetensors(bytes('safetensors/unread.safetensors'))),
    /tensor "c" is of type C64, whose values cannot be read/,
  );
});

test('writeSafetensors() takes what other libraries call their types for no type of the format', () => {
  const tensor = { data: Float32Array.of(1), shape: [1], dtype: 'float32' };
  assert.is(readSafetensors(writeSafetensors({ x: tensor })).get('x')!.dtype, 'F32');
});

test('writeSafetensors() lets the tensors begin at a multiple of 8 bytes, after spaces', () => {
  for (let length = 0; length < 20; length++) {
    const file = writeSafetensors({ ['x'.repeat(length)]: ones(3) });
    const header = Number(new DataView(file.buffer).getBigUint64(0, true));
    assert.is(header % 8, 0);
    assert.is(file.length, 8 + header + 12);
    assert.match(new TextDecoder().decode(file.subarray(8, 8 + header)), /^\{.*\} {0,7}$/);
  }
});

test('writeSafetensors() writes no tensors, no values, no dimensions', () => {
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

test('writeSafetensors() writes the part of a buffer that an array shows', () => {
  const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
  assert.equal([...readSafetensors(writeSafetensors({ x: { data, shape: [2] } })).get('x')!.data], [2, 3]);
});

test('writeSafetensors() writes metadata in the order given, and none when none is given', () => {
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

test('writeSafetensors() refuses what the format cannot hold, and names it', () => {
  const refuse = (type: ErrorConstructor, message: RegExp, input: unknown, extra?: unknown) => {
    const run = () => writeSafetensors(input as Record<string, SafetensorsInput>, extra as Record<string, string>);
    assert.throws(run, (error: unknown) => {
      assert.instance(error, type);
      assert.match((error as Error).message, message);
      return true;
    });
  };
  const data = new Float32Array(6);
  refuse(RangeError, /tensor "x": shape \[2, 2\] takes 4 values, data has 6$/, { x: { data, shape: [2, 2] } });
  refuse(RangeError, /tensor "x": shape \[\] takes 1 values, data has 6$/, { x: { data, shape: [] } });
  refuse(RangeError, /tensor "x": shape must be .* got 6$/, { x: { data, shape: 6 } });
  refuse(RangeError, /tensor "x": shape must be .* got undefined$/, { x: { data } });
  refuse(RangeError, /tensor "x": shape must be .* got \[-2, -3\]$/, { x: { data, shape: [-2, -3] } });
  refuse(RangeError, /tensor "x": shape must be .* got \[undefined\]$/, { x: { data, shape: [undefined] } });
  refuse(RangeError, /tensor "x": shape must be /, { x: { data: new Float32Array(0), shape: new Array(1) } });
  refuse(RangeError, /has 2\^53 elements or more$/, { x: { data, shape: [2 ** 30, 2 ** 30, 0] } });
  const ARRAYS = 'Float32Array, Int8Array, Int16Array, Int32Array, BigInt64Array, Uint8Array, .*, BigUint64Array';
  refuse(TypeError, new RegExp(`tensor "x": data must be one of ${ARRAYS}; got \\[1, 2\\]$`), {
    x: { data: [1, 2], shape: [2] },
  });
  refuse(TypeError, new RegExp(`data must be one of ${ARRAYS}; got a value of type Float64Array$`), {
    x: { data: new Float64Array(2), shape: [2] },
  });
  refuse(TypeError, /tensor "x": data must be one of/, { x: { data: new Uint8ClampedArray(2), shape: [2] } });
  refuse(TypeError, /data must be one of/, { x: { data: { [Symbol.toStringTag]: 'constructor' }, shape: [2] } });
  refuse(TypeError, /tensor "x": dtype I64 does not fit data of type Int32Array, which is I32$/, {
    x: { data: new Int32Array(2), shape: [2], dtype: 'I64' },
  });
  refuse(TypeError, /dtype F16 does not fit data of type Uint16Array, which is U16$/, {
    x: { data: new Uint16Array(2), shape: [2], dtype: 'F16' },
  });
  for (const said of [{ dtype: 'float16' }, { dtype: 'torch.bfloat16' }, { type: 'float16' }]) {
    refuse(TypeError, /dtype b?float16 does not fit data of type Uint16Array, which is U16$/, {
      x: { data: new Uint16Array(2), shape: [2], ...said },
    });
  }
  refuse(TypeError, /data is of type torch.float8_e5m2, which cannot be read/, {
    x: { data: new Uint8Array(2), shape: [2], dtype: 'torch.float8_e5m2' },
  });
  refuse(TypeError, /data is of type float32, but in an Int32Array/, {
    x: { data: new Int32Array(2), shape: [2], dtype: 'float32' },
  });
  refuse(TypeError, /dtype BOOL does not fit data of type Float32Array, which is F32$/, {
    x: { data: new Float32Array(2), shape: [2], dtype: 'BOOL' },
  });
  refuse(RangeError, /tensor "x": BOOL is 0 or 1, got 2 at index 1$/, {
    x: { data: Uint8Array.of(1, 2), shape: [2], dtype: 'BOOL' },
  });
  refuse(TypeError, /tensor "x" must be \{ data, shape \}, got null$/, { x: null });
  refuse(TypeError, /tensor "x" must be \{ data, shape \}, got 3$/, { x: 3 });
  refuse(RangeError, /tensor "__metadata__": the format keeps this name/, { __metadata__: ones(1) });
  refuse(RangeError, /tensor "\\ud800": the name is not valid Unicode/, { '\ud800': ones(1) });
  refuse(RangeError, /tensor "\\udc00\\ud800": the name is not valid Unicode/, { '\udc00\ud800': ones(1) });
  refuse(TypeError, /tensor 3: the name must be a string$/, new Map([[3, ones(1)]]));
  refuse(TypeError, /expected the tensors as a Map or an object, got null$/, null);
  refuse(TypeError, /expected the tensors as a Map or an object, got \[\]$/, []);
  refuse(TypeError, /expected the tensors as a Map or an object, got a value of type Promise$/, Promise.resolve({}));
  refuse(TypeError, /expected the metadata as a Map or an object, got "pt"$/, {}, 'pt');
  refuse(TypeError, /expected the metadata as a Map or an object, got null$/, {}, null);
  refuse(TypeError, /metadata: the key "step" must have a string as its value, got 3$/, {}, { step: 3 });
  refuse(TypeError, /metadata: the key 3 must be a string$/, {}, new Map([[3, 'a']]));
  refuse(RangeError, /metadata: the key "a" has a value that is not valid Unicode/, {}, { a: '\udfff' });
  refuse(RangeError, /metadata: the key "\\udfff" is not valid Unicode/, {}, { '\udfff': 'a' });
});

test('writeSafetensors() refuses a header longer than any reader takes', () => {
  assert.throws(
    () => writeSafetensors({}, { a: 'x'.repeat(1e8) }),
    /the header may have 100000000 bytes, these names, shapes and metadata take 1000000\d\d$/,
  );
  // One that just fits is read again: {"__metadata__":{"a":""}} has 25 bytes.
  const longest = writeSafetensors({}, { a: 'x'.repeat(1e8 - 25) });
  assert.is(longest.length, 8 + 1e8);
  assert.is(readSafetensorsMetadata(longest).get('a')!.length, 1e8 - 25);
});

test.run();

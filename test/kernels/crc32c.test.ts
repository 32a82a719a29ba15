import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reference } from '../../src/kernels/reference.ts';
import { foldCrc32c, kernels, useKernels } from '../../src/kernels/select.ts';
import { fold } from '../../src/kernels/wasm-crc32c.ts';
import { uniform } from './generator.ts';
import { BINARIES } from './implementations.ts';

/** The register after some bytes, bit by bit. */
function register(begun: number, bytes: Uint8Array): number {
  let crc = begun;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return crc >>> 0;
}

const random = uniform(31);

// Around the 1302 bytes that a byte is folded over, the 16 of a vector, and blocks of 256 KB.
const LENGTHS = [4, 5, 15, 16, 17, 1301, 1302, 1303, 1317, 1318, 1319, 2604, 4097, 9801]
  .concat([1, 2, 3, 4].flatMap((blocks) => [-1, 0, 1, 1300].map((more) => blocks * 2 ** 18 + more)))
  .map((length) => Uint8Array.from({ length }, () => 256 * random()));

for (const { name, instance } of BINARIES.map((binary) => binary.kernels)) {
  test(`${name}: folding keeps the checksum, and its argument, at every length`, () => {
    for (const bytes of LENGTHS) {
      const before = register(0xffffffff, bytes);
      assert.is(register(0, fold(instance, bytes)), before, `${bytes.length} bytes`);
      assert.is(register(0xffffffff, bytes), before, `${bytes.length} bytes were changed`);
    }
  });

  test(`${name}: folding sees every byte, wherever it is`, () => {
    const bytes = new Uint8Array(1302 * 3);
    for (let at = 0; at < bytes.length; at += 7) {
      bytes[at] = 1 + (at % 255);
      assert.is(register(0, fold(instance, bytes)), register(0xffffffff, bytes), `at ${at}`);
      bytes[at] = 0;
    }
  });

  test(`${name}: folding takes a part of a buffer`, () => {
    const part = LENGTHS.at(-1)!.subarray(3, 5000);
    assert.is(register(0, fold(instance, part)), register(0xffffffff, part));
  });

  test(`${name}: folding leaves few bytes of many`, () => {
    assert.ok(fold(instance, LENGTHS.at(-1)!).length < 1302 + 16);
  });
}

test('there is no fold without WebAssembly', () => {
  const before = kernels();
  useKernels(reference);
  try {
    assert.is(foldCrc32c(new Uint8Array(5000)), undefined);
  } finally {
    useKernels(before);
  }
});

test.run();

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeCounts, encodeCounts } from '../../../viewer/data/packed-bins.ts';

const encode = (counts: readonly number[]): number[] => [...encodeCounts(Float64Array.from(counts))];

function decode(bytes: readonly number[], length: number): number[] {
  const counts = new Float64Array(length).fill(7);
  decodeCounts(Uint8Array.of(1, 2, ...bytes), 2, counts);
  return [...counts];
}

test('encodeCounts() writes few bytes for small counts and empty bins', () => {
  assert.equal(encode([5, 0, 0, 0, 300]), [0, 5, 0, 3, 172, 2]);
  assert.equal(encode([]), [0]);
  assert.equal(encode(Array.from({ length: 1000 }, () => 0)), [0, 0, 232, 7]);
  assert.is(encode([0.5, 1]).length, 17);
});

test('decodeCounts() reads what encodeCounts() wrote', () => {
  const count = fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 5, arbitrary: fc.nat(300) },
    fc.constantFrom(
      127,
      128,
      16383,
      16384,
      2 ** 28,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32,
      2 ** 35,
      2 ** 53 - 1,
      2 ** 60,
      1e300,
    ),
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(fc.array(count, { maxLength: 200 }), (counts) => {
      const plain = counts.map((one) => one + 0);
      assert.equal(decode(encode(plain), plain.length), plain);
    }),
    { numRuns: 500 },
  );
});

test.run();

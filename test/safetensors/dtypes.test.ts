import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readValues } from '../../src/safetensors/dtypes.ts';
import { json } from './fixture.ts';

for (const { dtype, sha256 } of json<{ dtype: 'F16' | 'BF16'; sha256: string }[]>('safetensors/halves.json')) {
  test(`readValues() reads all 65,536 ${dtype} values as PyTorch does`, () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = readValues(new Uint8Array(patterns.buffer), dtype, '') as Float32Array;
    // The fixture has one pattern for every NaN.
    const bits = new Uint32Array(values.buffer);
    values.forEach((value, i) => {
      if (Number.isNaN(value)) bits[i] = 0x7fc00000;
    });
    assert.is(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'), sha256);
  });
}

test.run();

import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toFloat32 } from '../../src/safetensors/to-float32.ts';
import { json } from './fixture.ts';

for (const { dtype, sha256 } of json<{ dtype: 'F16' | 'BF16'; sha256: string }[]>('safetensors/halves.json')) {
  test(`toFloat32() reads all 65,536 ${dtype} values as PyTorch does`, () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = toFloat32(new Uint8Array(patterns.buffer), dtype);
    // One NaN for all of them, as in the fixture.
    const bits = new Uint32Array(values.buffer);
    values.forEach((value, i) => {
      if (Number.isNaN(value)) bits[i] = 0x7fc00000;
    });
    assert.is(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'), sha256);
  });
}

test.run();

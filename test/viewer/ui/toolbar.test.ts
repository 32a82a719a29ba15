import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatBytes } from '../../../viewer/ui/toolbar.tsx';

for (const [bytes, text] of [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [123_456_789, '123 MB'],
  [5e15, '5000 TB'],
] as const) {
  test(`${bytes} bytes are ${text}`, () => assert.is(formatBytes(bytes), text));
}

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Curve } from '../../../src/viewer/cards/chosen-columns.ts';
import { nearestCurve } from '../../../src/viewer/cards/curves-plot.ts';

const curve = (run: string, step: number) => ({ of: { run }, step }) as Curve;
const curves = [curve('a', 0), curve('b', 4), curve('a', 10)];

test('of the run that is pointed at the nearest curve is meant, of others where it has none', () => {
  assert.is(nearestCurve(curves, { step: 4, run: 'a' }), 0);
  assert.is(nearestCurve(curves, { step: 6, run: 'a' }), 2);
  assert.is(nearestCurve(curves, { step: 9, run: 'b' }), 1);
  assert.is(nearestCurve(curves, { step: 4, run: 'c' }), 1);
  assert.is(nearestCurve(curves, { step: 9 }), 2);
});

test.run();

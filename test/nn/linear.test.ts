import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, zeros } from '../../src/index.ts';

test('a Linear without inputs starts with a bias of zeros, as in PyTorch, and returns it', () => {
  // The bound 1/sqrt(0) would be infinite.
  const layer = new Linear(0, 3);
  assert.equal(layer.weight.shape, [3, 0]);
  assert.equal(layer.bias!.toArray(), [0, 0, 0]);
  assert.equal(layer(zeros(2, 0)).toArray(), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('a Linear without outputs returns empty rows', () => {
  const layer = new Linear(3, 0);
  assert.equal(layer.bias!.shape, [0]);
  assert.equal(layer(zeros(2, 3)).shape, [2, 0]);
});

test('weight and bias start uniform within ±1/sqrt(inFeatures), with the moments of that distribution', () => {
  const [inFeatures, outFeatures] = [400, 500];
  const { weight, bias } = new Linear(inFeatures, outFeatures);
  const bound = 1 / Math.sqrt(inFeatures);
  for (const { data } of [weight, bias!]) {
    const values = [...(data as Float32Array)];
    const n = values.length;
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    assert.ok(values.every((value) => Math.abs(value) <= Math.fround(bound)));
    // Five standard errors: the variance of uniform(-b, b) is b²/3, that of its square b⁴ · 4/45.
    assert.ok(Math.abs(mean) < 5 * Math.sqrt(bound ** 2 / 3 / n), `mean ${mean}`);
    assert.ok(Math.abs(variance - bound ** 2 / 3) < 5 * Math.sqrt((bound ** 4 * 4) / 45 / n), `variance ${variance}`);
  }
});

test.run();

// Small things that the tests of the adapter share.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';

/** Numbers that look random and are the same each time. */
export function numbers(shape: number[], seed = 1): tf.Tensor {
  let state = seed;
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  });
  return tf.tensor(values, shape);
}

/** Gives every weight of a model numbers of its own. */
export function setWeights(model: tf.LayersModel): void {
  model.setWeights(model.getWeights().map((weight, i) => numbers(weight.shape, i + 7)));
}

export const one = (tensor: unknown): tf.Tensor => tensor as tf.Tensor;

export function same(actual: unknown, expected: ArrayLike<number>, message?: string): void {
  assert.equal([...one(actual).dataSync()], Array.from(expected), message);
}

export function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.is(actual.length, expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  assert.ok(worst <= tolerance, `${worst} apart, at most ${tolerance} allowed`);
}

/** What a run leaves behind, in tensors. */
export async function leaked(run: () => unknown): Promise<number> {
  const before = tf.memory().numTensors;
  await run();
  // What follows an error is cleaned up when the running code has ended.
  await new Promise((resolve) => setTimeout(resolve));
  return tf.memory().numTensors - before;
}

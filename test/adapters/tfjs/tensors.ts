// Helpers of the adapter's tests.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';

/** Pseudo-random numbers, the same for the same seed. */
export function numbers(shape: number[], seed = 1): tf.Tensor {
  let state = seed;
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  });
  return tf.tensor(values, shape);
}

/** Sets every weight of a model to different numbers. */
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

/** The number of tensors that a run leaves behind. */
export async function leaked(run: () => unknown): Promise<number> {
  const before = tf.memory().numTensors;
  await run();
  // After an error, the adapter disposes in a microtask.
  await new Promise((resolve) => setTimeout(resolve));
  return tf.memory().numTensors - before;
}

/** Waits for what a device answers: on a software GPU that may take seconds. */
export async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.unreachable('it did not come in 20 s');
}

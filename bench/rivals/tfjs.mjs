// TensorFlow.js on its WebAssembly backend (XNNPACK) and on its plain JavaScript one.
// Timed: an array becomes a tensor, the operation, the output read back. Weights and models stay where they are.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as layers from '@tensorflow/tfjs-layers';

/**
 * @param backend `wasm` or `cpu`
 * @param threads of the WebAssembly backend
 * @param files where a page finds the .wasm files; Node finds them itself
 */
export async function openTfjs({ backend, threads = 1, files }) {
  // Without its checks, and without its greeting.
  tf.enableProdMode();
  if (backend === 'wasm') {
    if (files !== undefined) setWasmPaths(files);
    setThreadsCount(threads);
    // Otherwise it takes its binary for threads for one thread too.
    if (threads === 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs: no ${backend} backend`);
  await tf.ready();
  const name = `tfjs ${backend}`;
  // Both backends share a global engine, so each turn switches to its own.
  const prepare = () => {
    tf.setBackend(backend);
  };
  /** Array to tensor, operation, result to array. */
  const through = (values, shape, operation) => () => {
    const input = tf.tensor(values, shape);
    const output = operation(input);
    const result = output.dataSync();
    input.dispose();
    output.dispose();
    return result;
  };

  return {
    name,
    version: tf.version_core,
    linear({ rows, depth, columns, input, weight, bias }) {
      prepare();
      // [depth, columns]: the backend's fast path takes weights that are not transposed.
      const w = tf.tidy(() => tf.transpose(tf.tensor2d(weight, [columns, depth])));
      const b = tf.tensor1d(bias);
      const operation = (a) => tf.fused.matMul({ a, b: w, bias: b, activation: 'relu' });
      return {
        name,
        prepare,
        run: through(input, [rows, depth], operation),
        dispose() {
          prepare();
          tf.dispose([w, b]);
        },
      };
    },
    network({ rows, layers: parts, input }) {
      prepare();
      const model = layers.sequential();
      for (const [i, { depth, columns, relu }] of parts.entries()) {
        const shape = i === 0 ? { inputShape: [depth] } : {};
        model.add(layers.layers.dense({ units: columns, activation: relu ? 'relu' : 'linear', ...shape }));
      }
      tf.tidy(() =>
        model.setWeights(
          parts.flatMap(({ depth, columns, weight, bias }) => [
            tf.transpose(tf.tensor2d(weight, [columns, depth])),
            tf.tensor1d(bias),
          ]),
        ),
      );
      return {
        name,
        prepare,
        run: through(input, [rows, parts[0].depth], (a) => model.predict(a)),
        dispose() {
          prepare();
          model.dispose();
        },
      };
    },
    summarize(values) {
      // It sums in float32: the variance of a million values is a percent or two off.
      if (values.length > 1e5) return [];
      const run = () =>
        tf.tidy(() => {
          const input = tf.tensor1d(values);
          const { mean, variance } = tf.moments(input);
          return [mean, variance, tf.min(input), tf.max(input)].map((scalar) => scalar.dataSync()[0]);
        });
      return { name, prepare, run, dispose() {} };
    },
    relu(values) {
      return { name, prepare, run: through(values, [values.length], tf.relu), dispose() {} };
    },
  };
}

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

let parameters;
let from;
let shape;
export async function prepare({ rows, depth, columns, input, weight, bias }, { files }) {
  if (files.tfjs !== undefined) setWasmPaths(files.tfjs);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  const b = tf.transpose(tf.tensor2d(weight, [columns, depth]));
  parameters = { b, bias: tf.tensor1d(bias), activation: 'relu' };
  [from, shape] = [input, [rows, depth]];
}
export const run = () => tf.fused.matMul({ a: tf.tensor2d(from, shape), ...parameters }).dataSync();

// ONNX Runtime, the same for its two packages: onnxruntime-web (WebAssembly) and onnxruntime-node (native).
// Timed: session.run on a tensor that holds the input; the runtime copies it in and gives the output as a new array.
import { linearModel, reluModel } from './onnx-model.mjs';

/**
 * @param ort the package
 * @param options of a session: the provider, the threads
 */
export function openOnnxRuntime(name, version, ort, options) {
  async function candidate(model, values, shape) {
    const session = await ort.InferenceSession.create(model, { ...options, graphOptimizationLevel: 'all' });
    const feeds = { x: new ort.Tensor('float32', values, shape) };
    return {
      name,
      run: async () => (await session.run(feeds)).y.data,
      dispose: () => session.release(),
    };
  }
  return {
    name,
    version,
    linear: (layer) =>
      candidate(linearModel(layer.rows, [{ ...layer, relu: true }]), layer.input, [layer.rows, layer.depth]),
    network: ({ rows, layers, input }) => candidate(linearModel(rows, layers), input, [rows, layers[0].depth]),
    relu: (values) => candidate(reluModel(values.length), values, [values.length]),
  };
}

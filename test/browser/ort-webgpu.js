// onnxruntime-web with WebGPU as the default execution provider.
import ort from '/node_modules/onnxruntime-web/dist/ort.webgpu.min.mjs';

const { InferenceSession } = ort;
const { create } = InferenceSession;
InferenceSession.create = (model, options) =>
  create.call(InferenceSession, model, { executionProviders: ['webgpu'], ...options });

export default ort;

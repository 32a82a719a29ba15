/**
 * layertap/adapters/onnx: hooks on any module, node and value of an ONNX model, in ONNX Runtime.
 * @module
 */
export type { ExplainedRegistration, Explanation } from './explain.ts';
export type {
  OnnxRuntime,
  OnnxSession,
  OnnxSessionOptions,
  OnnxTensor,
  OnnxTensors,
} from './framework.ts';
export { explain, OnnxModel } from './model.ts';
export { ofOp } from './of-op.ts';
export { createOnnx, type OnnxOptions, readOnnx, wrapOnnx } from './open.ts';
export { OnnxModule, OnnxNode, OnnxPlace } from './place.ts';
export type { OnnxSource } from './source.ts';

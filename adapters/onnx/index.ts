/**
 * layertap/adapters/onnx: hooks on any module, node and value of an ONNX model, in ONNX Runtime.
 * @module
 */
export { type ExplainedRegistration, type Explanation, explain } from './explain.ts';
export { OnnxHookPoint, OnnxModule, OnnxNode, ofOp } from './hook-point.ts';
export { OnnxModel } from './model.ts';
export { createOnnx, type OnnxOptions, readOnnx, type WrapOptions, wrapOnnx } from './open.ts';
export type { OnnxRuntime, OnnxSession, OnnxSessionOptions, OnnxTensor, OnnxTensors } from './ort.ts';
export type { OnnxSource } from './source.ts';
export type { Interceptor } from './wrapped-session.ts';

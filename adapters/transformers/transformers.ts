/** @file transformers.js as structural types: the adapter compiles without it installed, and does not import it. */
import type { OnnxSession, OnnxTensor } from '../onnx/index.ts';

/** A PreTrainedModel. */
export interface TransformersModelLike<T extends OnnxTensor = OnnxTensor> {
  /** ONNX Runtime's sessions: `{ model }`, or `{ model, decoder_model_merged }`. */
  readonly sessions: Readonly<Record<string, OnnxSession<T>>>;
}

/** A Pipeline. */
export interface TransformersPipelineLike<T extends OnnxTensor = OnnxTensor> {
  readonly model: TransformersModelLike<T>;
}

/**
 * layertap/adapters/transformers: hooks inside the pipelines and models of transformers.js.
 * @module
 */
export { TransformersModel } from './model.ts';
export { recordSources } from './record-sources.ts';
export { type TokenDecoder, type TokenLabels, tokenLabels } from './token-labels.ts';
export type { TransformersModelLike, TransformersPipelineLike } from './transformers.ts';
export { type TransformersOptions, wrapTransformers } from './wrap.ts';
